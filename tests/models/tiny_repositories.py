"""Tiny model repositories with random weights, complete with processor and tokenizer, made without any download."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers import (
    PreTrainedModel,
    SegformerConfig,
    SegformerForSemanticSegmentation,
    SegformerImageProcessor,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
)

from arena.models import Findings, Model, check_repository, contestant_of, load
from arena.models.findings import Finding
from arena.models.generative import GenerativeModel
from arena.models.stock import EXACT
from arena.scene_classes import CLASSES
from arena.starter.architectures.architecture import enliven

GENERATIVE = {"llava": "LLaVA-1.5", "qwen3_vl": "Qwen3-VL", "smolvlm": "SmolVLM"}
CONTRASTIVE = {"clip": "CLIP", "siglip": "SigLIP"}
"""Model type -> architecture: those that tests are run on unless they need others."""
VISION_SIZES: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}


def _save(folder: Path, model: PreTrainedModel, processor: Any) -> Path:
    enliven(model)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def save_segformer(folder: Path, labels: Sequence[str] = CLASSES) -> Path:
    names: Any = dict(enumerate(labels))
    config = SegformerConfig(
        id2label=names,
        label2id={name: index for index, name in names.items()},
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 2, 2],
        decoder_hidden_size=16,
    )
    processor = SegformerImageProcessor(size={"height": 32, "width": 64}, do_reduce_labels=False)
    return _save(folder, SegformerForSemanticSegmentation(config), processor)


def save_vit(folder: Path, labels: Sequence[str], **settings: Any) -> Path:
    """An image classifier; settings such as `problem_type` are those of its configuration."""
    names: Any = dict(enumerate(labels))
    sizes: dict[str, Any] = {"image_size": 32, "patch_size": 8, **VISION_SIZES}
    config = ViTConfig(id2label=names, label2id={name: index for index, name in names.items()}, **sizes, **settings)
    processor = ViTImageProcessor(size={"height": 32, "width": 32})
    return _save(folder, ViTForImageClassification(config), processor)


def load_writer(folder: Path, **settings: Any) -> GenerativeModel:
    """As `load_folder`, for one that writes."""
    model = load_folder(folder, **settings)
    assert isinstance(model, GenerativeModel)
    return model


def load_unguarded(folder: Path, path: str = "shared prefixes", **settings: Any) -> GenerativeModel:
    """As `load_writer`, for tests of what comes after the guard, whose questions take most of the time: it is believed."""
    report = check_repository(str(folder))
    contestant = contestant_of(report, **settings)
    with tempfile.TemporaryDirectory() as kept:
        findings = Findings(Path(kept) / "findings.json")
        findings.keep(contestant, Finding(path, 2, False, 0.0, 0.0, EXACT, True))
        model = load(report, contestant, findings)
    assert isinstance(model, GenerativeModel)
    return model


def load_folder(folder: Path, **settings: Any) -> Model:
    """Check and load a repository in one go; see `contestant_of` for the settings."""
    report = check_repository(str(folder))
    return load(report, contestant_of(report, **settings))
