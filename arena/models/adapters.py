"""LoRA adapters of PEFT: which model they change, whether they may enter, and how they become part of it.

Some are repositories of their own. Others lie beside the weights of a model, which answers pictures with them only.
"""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.architectures import ENDPOINT
from arena.models.files import HUB_NAME, Files
from arena.models.hub import ADAPTER_CONFIG, ADAPTER_WEIGHTS, VISION_LORAS, cache_of, cached

TYPES = ("ADALORA", "LOHA", "LOKR", "LORA")
"""Methods that add to the weights of a model, so that they can be merged into them."""
PREFIX = "base_model.model."
"""What peft puts before the names of a model's own layers."""
IMPORTS = "megatron_config"
"""A setting that makes PEFT import whatever package the repository names."""
HEARING = "audio"
"""In the names of layers that only hear: an adapter for pictures may name them as its targets, and lack weights for them."""


def is_adapter(files: Files) -> bool:
    """Whether a repository holds an adapter.

    Raises:
        RepositoryError: it holds a whole model too, and nobody can tell whether the adapter is merged into it already.
    """
    if ADAPTER_CONFIG in files.sizes and "config.json" in files.sizes:
        raise RepositoryError(f"{files.name}: holds a model and an adapter; remove the one that is not meant")
    return ADAPTER_CONFIG in files.sizes


def check_adapter(files: Files) -> str:
    """Check all but the base of an adapter, and say which that is: a folder or `organisation/name@revision`.

    Raises:
        RepositoryError: it cannot be merged, has no safetensors, or names no base that it may use.
    """
    if ADAPTER_WEIGHTS not in files.sizes:
        raise RepositoryError(f"{files.name}: has no {ADAPTER_WEIGHTS}; save the adapter with safe_serialization")
    _check_mergeable(files, ADAPTER_CONFIG, ADAPTER_WEIGHTS)
    return base_reference(files.name, files.json(ADAPTER_CONFIG), local=files.local)


def check_vision_lora(files: Files, config: Mapping[str, Any]) -> tuple[str, ...]:
    """Check the adapter that a model answers pictures with, and name the file of its weights; most types have none.

    Args:
        files: the repository of the model.
        config: what its `config.json` holds.

    Raises:
        RepositoryError: it is not there, or cannot be merged into the model.
    """
    if config["model_type"] not in VISION_LORAS:
        return ()
    folder = VISION_LORAS[config["model_type"]]
    settings, weights = f"{folder}/{ADAPTER_CONFIG}", f"{folder}/{ADAPTER_WEIGHTS}"
    for file in (settings, weights):
        if file not in files.sizes:
            use = f"and {config['model_type']} answers pictures with the adapter in {folder}"
            raise RepositoryError(f"{files.name}: has no {file}, {use}; add it, or {ENDPOINT}")
    if config.get("quantization_config"):
        raise RepositoryError(f"{files.name}: is quantised, and {folder} merges into plain weights only; enter the plain model")
    _check_mergeable(files, settings, weights)
    return (weights,)


def _check_mergeable(files: Files, settings: str, weights: str) -> None:
    config = files.json(settings)
    method = config.get("peft_type")
    if method not in TYPES or config.get(IMPORTS):
        what = f"has {IMPORTS}" if method in TYPES else f"peft_type: {method!r} cannot be merged into a model"
        raise RepositoryError(f"{files.name}: {settings} {what}; use one of {', '.join(TYPES)}, or save the merged model")
    files.header(weights)


def base_reference(name: str, config: Mapping[str, Any], *, local: bool) -> str:
    """The model that an adapter changes, as its configuration names it.

    Args:
        name: how error messages call the adapter.
        config: what its `adapter_config.json` holds.
        local: whether it lies in a local folder; one from the Hub may name nothing on this machine.

    Raises:
        RepositoryError: it names none, or a folder of this machine.
    """
    base = config.get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise RepositoryError(f"{name}: {ADAPTER_CONFIG} has no base_model_name_or_path; name the model that it changes")
    if local and Path(base).expanduser().exists():
        return base
    if HUB_NAME.fullmatch(base) is None:
        where = "no folder here and no name on the Hub" if local else "no name on the Hub"
        raise RepositoryError(f"{name}: {ADAPTER_CONFIG}: base_model_name_or_path: {base!r} is {where}; write that of its base")
    revision = config.get("revision")
    return f"{base}@{revision}" if revision and "@" not in base else base


def base_folder(contestant: Contestant, folder: Path) -> Path:
    """Where the base of an adapter lies: in the cache of the Hub, or where the adapter says. A model is its own base.

    Args:
        contestant: whose settings name the base and its revision.
        folder: where the model or the adapter lies.
    """
    if "base" not in contestant.settings:
        return folder
    repository, _, revision = str(contestant.settings["base"]).rpartition("@")
    config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    beside = cached(repository, revision, cache) if (cache := cache_of(folder)) else None
    return beside or cached(repository, revision) or Path(config["base_model_name_or_path"]).expanduser()


def adapter_folder(contestant: Contestant, folder: Path) -> Path | None:
    """Where the adapter lies that a contestant is loaded with. One of its own takes the place of that beside its base.

    Args:
        contestant: whose settings name a base, or the adapter beside the weights.
        folder: where the model or the adapter lies.
    """
    if "base" in contestant.settings:
        return folder
    return folder / str(contestant.settings["vision_lora"]) if "vision_lora" in contestant.settings else None


def with_adapter(name: str, model: Any, folder: Path, weights: Mapping[str, Any]) -> Any:
    """A model with an adapter beside its weights, which `merge_and_unload` adds to them.

    Args:
        name: how error messages call the repository.
        model: its base.
        folder: where the configuration of the adapter lies.
        weights: tensors of the adapter by name.

    Raises:
        RepositoryError: the adapter lacks weights, or has some that the base has no place for.
    """
    # Imported here because it takes seconds, and few models are adapters.
    from peft import PeftConfig, PeftModel, PeftType, set_peft_model_state_dict  # noqa: PLC0415
    from peft.mapping import PEFT_TYPE_TO_PREFIX_MAPPING  # noqa: PLC0415

    config = PeftConfig.from_pretrained(str(folder))
    config.inference_mode = True
    current = _current_names(model, weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks for what transformers will call otherwise
        both = PeftModel(model, config)
    loading = set_peft_model_state_dict(both, current)
    prefix = PEFT_TYPE_TO_PREFIX_MAPPING[PeftType(config.peft_type)]
    missing = [key for key in loading.missing_keys if prefix in key and HEARING not in key]
    for keys, problem in ((missing, "lacks"), (loading.unexpected_keys, "has weights that its base lacks:")):
        if keys:
            raise RepositoryError(f"{name}: the adapter {problem} {min(keys)}; is it an adapter of this model?")
    return both


def _current_names(model: Any, weights: Mapping[str, Any]) -> dict[str, Any]:
    """Names of layers in older versions of transformers as those of today, which peft gives for some architectures only."""
    from transformers.conversion_mapping import get_model_conversion_mapping  # noqa: PLC0415
    from transformers.core_model_loading import WeightRenaming, rename_source_key  # noqa: PLC0415

    renamings = [step for step in get_model_conversion_mapping(model) if isinstance(step, WeightRenaming)]
    names = {name: rename_source_key(name.removeprefix(PREFIX), renamings, [])[0] for name in weights}
    return {PREFIX + names[name]: tensor for name, tensor in weights.items()}
