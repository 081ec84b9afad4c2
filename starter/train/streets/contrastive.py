"""Training of `clip-street`: for each class and for safety, the true one of two captions shall lie closer to the image."""

import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from transformers import CLIPModel

from arena.scene_classes import CLASSES
from arena.starter.train.contrastive import (
    LARGEST_SCALE,
    RATE,
    ContrastiveSize,
    configuration,
    embed_captions,
    embed_images,
    save,
)
from arena.starter.train.schedule import half_precision, optimise
from arena.starter.train.streets.views import SIDE, Views, as_tensor
from arena.starter.train.tokenizer import caption_tokenizer
from arena.tasks import safety_verdict, scene_presence

BATCH = 32
CAPTION_PAIRS = [*map(scene_presence.captions, CLASSES), safety_verdict.CAPTIONS]
"""With and without each class, safe and not safe."""


def truths(views: Views, rows: np.ndarray) -> torch.Tensor:
    """Whether the first caption of each pair is true: streets x pairs, 1 or 0."""
    return torch.from_numpy(np.column_stack([views.present[rows], views.safe[rows]])).float()


def train_contrastive(size: ContrastiveSize, training: Views, validation: Views, folder: Path) -> None:
    """Train from scratch, print now and then how it goes, and save as a Hub repository without its card."""
    torch.manual_seed(size.seed)
    dice = np.random.default_rng(size.seed)
    captions = [caption for pair in CAPTION_PAIRS for caption in pair]
    tokenizer = caption_tokenizer(captions)
    model = CLIPModel(configuration(size, tokenizer, SIDE))
    model.set_attn_implementation("eager")  # its backward pass is three times as fast as the fused one in bfloat16
    started = time.monotonic()
    for step, _ in enumerate(optimise(model, [{"params": list(model.parameters())}], size.steps, RATE)):
        rows = dice.integers(len(training.safe), size=BATCH)
        with half_precision():
            images = embed_images(model, as_tensor(training.squares[rows]))
            texts = embed_captions(model, tokenizer, captions)
        first, second = texts[0::2], texts[1::2]
        margins = model.logit_scale.exp().clamp(max=LARGEST_SCALE) * images @ (first - second).T
        loss = functional.binary_cross_entropy_with_logits(margins, truths(training, rows))
        loss.backward()
        if step % 100 == 0 or step == size.steps - 1:
            minutes = (time.monotonic() - started) / 60
            right = _accuracy(model, first - second, validation)
            print(f"{folder.name} step {step} {minutes:.1f} min loss {loss.item():.3f} {right}", flush=True)
    save(model, tokenizer, folder)


@torch.no_grad()
def _accuracy(model: CLIPModel, directions: torch.Tensor, views: Views) -> str:
    rows = np.arange(len(views.safe))
    with half_precision():
        images = embed_images(model, as_tensor(views.squares))
    right = ((images @ directions.detach().T > 0) == truths(views, rows).bool()).float().mean(0)
    return f"classes {right[:-1].mean().item():.3f} safety {right[-1].item():.3f}"
