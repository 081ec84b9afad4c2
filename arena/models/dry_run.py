"""What loading a repository would say, found out without its weights: before gigabytes are downloaded."""

from collections.abc import Collection
from typing import Any

import torch
import transformers
from PIL import Image

from arena.errors import RepositoryError, one_line
from arena.models.adapters import with_adapter
from arena.models.chat import Chat
from arena.models.files import Files, hub_files, repository_files
from arena.models.pretrained import LOCAL, check_loading, door, load_processor, remedy
from arena.models.repository import RepositoryReport, processor_folder

QUESTION = "Which is it?"


def dry_run(report: RepositoryReport) -> None:
    """Show an image to the processor, build the model without its weights, and hold their names and shapes against it.

    Args:
        report: what the check found.

    Raises:
        RepositoryError: one line that says why it cannot be loaded or shown an image.
    """
    name, base = report.repository, report.base or report
    try:
        with door:
            processor = load_processor(name, processor_folder(report), base.folder)
            if report.kind == "generative":
                _show_image(name, processor)
            if "quantization_config" not in _files(base).json("config.json"):
                # Packed weights have other names and shapes, and the check has asked for what unpacks them.
                model = _empty_model(name, base)
                if adapter := report.weights if report.base else report.vision_lora:
                    with_adapter(name, model, (report.folder / adapter[0]).parent, _weights(report, adapter))
    except RepositoryError:
        raise
    except Exception as error:  # transformers fails in many ways on a broken repository
        raise RepositoryError(f"{name}: cannot be loaded ({one_line(error)}); {remedy(error)}") from error


def _show_image(name: str, processor: Any) -> None:
    if not hasattr(processor, "tokenizer"):
        raise RepositoryError(f"{name}: has a {type(processor).__name__} only; save its processor with save_pretrained")
    try:
        Chat(processor, torch.device("cpu"), torch.float32).stock_inputs(QUESTION, [Image.new("RGB", (64, 48))])
    except Exception as error:  # where the template has no place for an image, transformers says so
        raise RepositoryError(f"{name}: cannot be shown an image ({one_line(error)}); mend its chat template") from error


def _empty_model(name: str, report: RepositoryReport) -> Any:
    """The model as its weights make it, if they hold what it wants."""
    model_class: Any = getattr(transformers, report.architecture)
    model, loading = model_class.from_pretrained(
        None,
        config=model_class.config_class.from_pretrained(report.folder, **LOCAL),
        state_dict=_weights(report, report.weights),
        device_map="meta",
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    check_loading(name, loading)
    return model


def _weights(report: RepositoryReport, files: Collection[str]) -> dict[str, torch.Tensor]:
    """Tensors of the names and shapes in some of its files, without memory."""
    header = _files(report).header
    shapes = {name: tensor["shape"] for file in files for name, tensor in header(file).items()}
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def _files(report: RepositoryReport) -> Files:
    if report.local:
        return repository_files(str(report.folder))
    return hub_files(report.repository, report.revision, name=report.repository)
