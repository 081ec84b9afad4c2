"""The one door through which weights come in."""

import json
import re
import tempfile
import threading
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoConfig, AutoProcessor
from transformers.utils import logging

from arena.contestants import Contestant
from arena.errors import RepositoryError, one_line
from arena.models.adapters import adapter_folder, base_folder, with_adapter
from arena.models.architectures import OMNI_CLASSES
from arena.models.demand import Demand
from arena.models.hub import ADAPTER_WEIGHTS
from arena.models.machine import OFFLOAD, this_machine
from arena.models.placement import loading_arguments
from arena.models.repository import has_processor

logging.disable_progress_bar()
logging.set_verbosity_error()  # what is wrong with a repository is told in one line, not in tables beside it
door = threading.Lock()
"""Held while loading, which changes how all of torch makes weights: two models loaded at once lose the weights they tie."""
NOTHING = Demand(0, 0)
LOCAL: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
"""Nothing but the folder is read, and nothing in it is run."""


def from_pretrained(auto_class: Any, contestant: Contestant, folder: Path, needs: Demand = NOTHING) -> tuple[Any, Any]:
    """Model and processor of a checked repository: from safetensors, complete, and without code of its own.

    An adapter is merged into its base, and brings a processor along or takes that of its base. One that lies beside the weights
    of a model is merged into them.

    Args:
        auto_class: class of transformers that knows the architecture, unless it is one of `OMNI_CLASSES`.
        contestant: what it is loaded as.
        folder: where the repository lies.
        needs: memory that it takes, by which it is spread over GPUs.

    Raises:
        RepositoryError: stock transformers cannot load it, or weights are missing, which would be drawn at random.
    """
    name = contestant.repository
    base = base_folder(contestant, folder)
    adapter = adapter_folder(contestant, folder)
    if adapter and contestant.settings.get("device") == OFFLOAD:
        raise RepositoryError(f"{name}: is an adapter, which merges into weights in memory only; leave device={OFFLOAD} out")
    placed = loading_arguments(contestant, this_machine(), needs)
    try:
        with door:
            processor = load_processor(name, folder if has_processor(folder) else base, base)
            model, loading = model_class(base, auto_class).from_pretrained(
                base,
                use_safetensors=True,
                dtype=getattr(torch, str(contestant.settings["dtype"])),
                ignore_mismatched_sizes=True,  # else the error would not say which they are
                output_loading_info=True,
                **placed,
                **LOCAL,
            )
            check_loading(name, loading)
            if adapter:
                weights = load_file(adapter / ADAPTER_WEIGHTS)
                model = with_adapter(name, model, adapter, weights).merge_and_unload(safe_merge=True)
            model = model.eval()
    except RepositoryError:
        raise
    except Exception as error:  # transformers fails in many ways on a broken repository
        raise RepositoryError(f"{name}: cannot be loaded ({one_line(error)}); {remedy(error)}") from error
    return model, processor


def model_class(folder: Path, auto_class: Any) -> Any:
    """The class that loads the model in a folder: an auto class, or the one that it does not know."""
    model_type = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    return getattr(transformers, OMNI_CLASSES[model_type]) if model_type in OMNI_CLASSES else auto_class


def load_processor(name: str, folder: Path, model: Path) -> Any:
    """The processor in a folder, with its chat template wherever the repository keeps it.

    Args:
        name: how error messages call the repository.
        folder: where the processor lies.
        model: where the `config.json` of its model lies.

    Raises:
        RepositoryError: there are several chat templates, and none is the default.
        Exception: whatever transformers says of files that it cannot read.
    """
    config = AutoConfig.from_pretrained(model, **LOCAL)
    with tempfile.TemporaryDirectory() as scratch:
        readable = _without_own_code(folder, Path(scratch))
        processor = AutoProcessor.from_pretrained(readable, config=config, **LOCAL)
        if hasattr(processor, "tokenizer"):
            # Not every processor takes the template that lies beside it, and none takes that of its tokenizer.
            beside = type(processor).get_processor_dict(readable, local_files_only=True)[0].get("chat_template")
            template = processor.chat_template or beside or processor.tokenizer.chat_template
            processor.chat_template = _default(name, template)
    return processor


def check_loading(name: str, loading: dict[str, Any]) -> None:
    """Refuse weights that transformers would draw at random.

    Args:
        name: how the error calls the repository.
        loading: what `from_pretrained` says with `output_loading_info`.

    Raises:
        RepositoryError: weights are missing, or have another shape than the model.
    """
    if loading["missing_keys"]:
        raise RepositoryError(f"{name}: has no weights for {min(loading['missing_keys'])}; save all of them")
    if loading["mismatched_keys"]:
        key, stored, built = min(loading["mismatched_keys"], key=lambda mismatch: mismatch[0])
        raise RepositoryError(
            f"{name}: its weights {key} have shape {list(stored)}, and config.json makes them {list(built)}; save both again"
        )


def remedy(error: Exception) -> str:
    """What to do about an error of loading."""
    text = str(error)
    if package := re.search(r"pip install (?:-U |--upgrade )?['\"]?([\w.\[\],-]+(?:[<>=]=?[\d.]+)?)", text):
        return f"install {package[1]}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"install {error.name.partition('.')[0]}"
    if out_of_memory(error):
        return "use a smaller model or a larger machine"
    return "try it with from_pretrained"


def out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory did not suffice; of main memory, torch says so in words only."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or bool(
        re.search("can't allocate|not enough memory", str(error))
    )


def _default(name: str, template: Any) -> str | None:
    """The one template of several that is meant where nobody chooses."""
    if not isinstance(template, dict):
        return template
    if "default" in template:
        return template["default"]
    raise RepositoryError(f"{name}: chat template: none of {', '.join(template)} is the default; call one of them default")


def _without_own_code(folder: Path, scratch: Path) -> Path:
    """The folder itself, or a view of it in `scratch` that names no code, without which transformers may not go on."""
    configs = {path: path.read_text(encoding="utf-8") for path in folder.glob("*config.json")}
    if not any('"auto_map"' in config for config in configs.values()):
        return folder
    for path in folder.iterdir():
        if path in configs:
            config = json.loads(configs[path], object_hook=_without_auto_map)
            (scratch / path.name).write_text(json.dumps(config), encoding="utf-8")
        else:
            (scratch / path.name).symlink_to(path.resolve())
    return scratch


def _without_auto_map(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != "auto_map"}
