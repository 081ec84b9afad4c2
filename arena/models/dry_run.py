"""What loading a repository would say, found out without its weights: before gigabytes are downloaded."""

from typing import Any

import torch
import transformers
from PIL import Image

from arena.errors import RepositoryError
from arena.models.chat import Chat
from arena.models.files import Files, hub_files, repository_files
from arena.models.pretrained import LOCAL, check_loading, door, has_processor, load_processor, remedy
from arena.models.repository import RepositoryReport
from arena.models.runtime import one_line

QUESTION = "Which is it?"


def dry_run(report: RepositoryReport) -> None:
    """Show an image to the processor, build the model without its weights, and hold their names and shapes against it.

    Args:
        report: what the check found.

    Raises:
        RepositoryError: one line that says why it cannot be loaded or shown an image.
    """
    name, model = report.repository, report.base or report
    files = repository_files(str(model.folder)) if model.local else hub_files(model.repository, model.revision, name=name)
    try:
        with door:
            processor = load_processor(name, report.folder if has_processor(report.folder) else model.folder, model.folder)
            if report.kind == "generative":
                _show_image(name, processor)
            _build(report, files)
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


def _build(report: RepositoryReport, files: Files) -> None:
    if "quantization_config" in files.json("config.json"):
        return  # packed weights have other names and shapes; the check has asked for what unpacks them
    model_class: Any = getattr(transformers, report.architecture)
    shapes = {name: tensor["shape"] for file in (report.base or report).weights for name, tensor in files.header(file).items()}
    _, loading = model_class.from_pretrained(
        None,
        config=model_class.config_class.from_pretrained(files.folder, **LOCAL),
        state_dict={name: torch.empty(shape, device="meta") for name, shape in shapes.items()},
        device_map="meta",
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    check_loading(report.repository, loading)
