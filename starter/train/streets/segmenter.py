"""Training of `segformer-street`: a class for every pixel."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessor

from arena.scene_classes import CLASSES
from arena.starter.train.schedule import optimise
from arena.starter.train.streets.views import MASK_SIZE, Views, as_tensor

BATCH = 8
RATE = 2e-3


def build() -> SegformerForSemanticSegmentation:
    """An untrained Segformer (Xie et al. 2021), far smaller than any published one."""
    names: Any = dict(enumerate(CLASSES))
    config = SegformerConfig(
        id2label=names,
        label2id={name: index for index, name in names.items()},
        hidden_sizes=[16, 32, 80, 128],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 4, 4],
        decoder_hidden_size=64,
        semantic_loss_ignore_index=255,
        classifier_dropout_prob=0.0,
        drop_path_rate=0.0,
    )
    return SegformerForSemanticSegmentation(config)


def train_segmenter(steps: int, seed: int, training: Views, validation: Views, folder: Path) -> None:
    """Train from scratch, print now and then how it goes, and save as a Hub repository without its card."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    model = build()
    started = time.monotonic()
    for step, _ in enumerate(optimise(model, [{"params": list(model.parameters())}], steps, RATE)):
        rows = dice.integers(len(training.safe), size=BATCH)
        logits = _logits(model, training.images[rows])
        loss = functional.cross_entropy(logits, torch.from_numpy(training.masks[rows].astype(np.int64)))
        loss.backward()
        if step % 100 == 0 or step == steps - 1:
            minutes = (time.monotonic() - started) / 60
            print(
                f"{folder.name} step {step} {minutes:.1f} min loss {loss.item():.3f} mIoU {_miou(model, validation):.3f}",
                flush=True,
            )
    width, height = MASK_SIZE
    half = [0.5, 0.5, 0.5]
    model.eval().half().save_pretrained(folder)
    SegformerImageProcessor(
        size={"height": height, "width": width}, image_mean=half, image_std=half, do_reduce_labels=False
    ).save_pretrained(folder)


def _logits(model: SegformerForSemanticSegmentation, images: np.ndarray) -> torch.Tensor:
    small = model(pixel_values=as_tensor(images)).logits
    return functional.interpolate(small, images.shape[1:3], mode="bilinear", align_corners=False)


@torch.no_grad()
def _miou(model: SegformerForSemanticSegmentation, views: Views) -> float:
    model.eval()
    found = _logits(model, views.images).argmax(1).numpy()
    model.train()
    pairs = np.bincount(views.masks.ravel().astype(np.int64) * len(CLASSES) + found.ravel(), minlength=len(CLASSES) ** 2)
    table = pairs.reshape(len(CLASSES), -1)
    hits, either = np.diagonal(table), table.sum(0) + table.sum(1) - np.diagonal(table)
    return float((hits[either > 0] / either[either > 0]).mean())
