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
WORDS = frozenset({"input_ids", "attention_mask", "token_type_ids", "mm_token_type_ids"})
"""Inputs that a prompt without any image has, too."""


def dry_run(report: RepositoryReport) -> None:
    """Build the model without its weights, hold their names and shapes against it, and show its processor an image.

    Args:
        report: what the check found.

    Raises:
        RepositoryError: one line that says why it cannot be loaded or shown an image.
    """
    model = report.base or report
    files = repository_files(str(model.folder)) if model.local else hub_files(model.repository, model.revision, name="")
    try:
        with door:
            _check_weights(report, files)
            folder = report.folder if has_processor(report.folder) else model.folder
            processor = load_processor(report.repository, folder, model.folder)
    except RepositoryError:
        raise
    except Exception as error:  # transformers fails in many ways on a broken repository
        raise RepositoryError(f"{report.repository}: cannot be loaded ({one_line(error)}); {remedy(error)}") from error
    if report.kind == "generative":
        _check_template(report.repository, processor)


def _check_weights(report: RepositoryReport, files: Files) -> None:
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


def _check_template(name: str, processor: Any) -> None:
    chat = Chat(processor, torch.device("cpu"), torch.float32)
    try:
        inputs = chat.stock_inputs(QUESTION, [Image.new("RGB", (64, 48))])
    except Exception as error:  # so do its processors
        raise RepositoryError(f"{name}: cannot be shown an image ({one_line(error)}); mend its chat template") from error
    words = _words(chat) if hasattr(processor, "image_token") else None
    if inputs["input_ids"].tolist() == words or not inputs.keys() - WORDS:
        raise RepositoryError(f"{name}: its chat template has no place for an image; add one to chat_template.jinja")


def _words(chat: Chat) -> list[list[int]] | None:
    """The tokens of the question alone; None where it cannot be asked without an image."""
    try:
        return chat.stock_inputs(QUESTION, [])["input_ids"].tolist()
    except Exception:  # noqa: BLE001 - what it says depends on the processor
        return None
