"""The editor's autoencoder: four numbers for each square of two by two pixels, so that little detail is lost."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

from arena.starter.train.editor.crops import Crops, as_tensor
from arena.starter.train.schedule import half_precision, optimise

WIDTH = 32
LATENTS = 4
SHRINK = 2
"""Pixels of the image for one of the latent."""
BATCH = 32
NOISE = 0.02
"""Deviation of what is added to latents, so that small errors of the editor stay small in the image."""


def build() -> Any:
    """An untrained autoencoder of 189,000 parameters."""
    return AutoencoderTiny(
        encoder_block_out_channels=(WIDTH, WIDTH),
        decoder_block_out_channels=(WIDTH, WIDTH),
        num_encoder_blocks=(1, 2),
        num_decoder_blocks=(2, 1),
        latent_channels=LATENTS,
        upsampling_scaling_factor=SHRINK,
    )


def train(crops: Crops, steps: int, rate: float, seed: int, folder: Path) -> Any:
    """Train from random weights, and save."""
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    model, images = build().to(memory_format=torch.channels_last), crops.flat().reshape(-1, *crops.pixels.shape[3:])
    started = time.monotonic()
    for step, _ in enumerate(optimise(model, [{"params": list(model.parameters())}], steps, rate)):
        pixels = as_tensor(images[np.sort(dice.choice(len(images), BATCH, replace=False))])
        loss = _loss(model, pixels)
        loss.backward()
        if step % 100 == 0 or step == steps - 1:
            print(f"autoencoder step {step} {(time.monotonic() - started) / 60:.1f} min loss {loss.item():.4f}", flush=True)
    model.eval().save_pretrained(folder)
    return model


def _loss(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Differences of pixels and of edges, and latents of mean 0 and deviation 1, so that no scaling factor is needed."""
    with half_precision():
        latents = model.encode(pixels).latents
        restored = model.decode(latents + NOISE * torch.randn_like(latents)).sample
    error, latents = restored.float() - pixels, latents.float()
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    scale = (latents.std() - 1).square() + latents.mean().square()
    return error.abs().mean() + error.square().mean() + 0.5 * edges + 0.05 * scale


@torch.inference_mode()
def encode(model: Any, crops: Crops) -> torch.Tensor:
    """Latents of every square in bfloat16, pairs x 2 sides x latents x height x width."""
    pairs = crops.flat()
    parts = []
    for start in range(0, len(pairs), 64):
        with half_precision():
            latents = model.encode(as_tensor(pairs[start : start + 64].reshape(-1, *pairs.shape[2:]))).latents
        parts.append(latents.unflatten(0, (-1, 2)).bfloat16())
    return torch.cat(parts)


@torch.inference_mode()
def restoration(model: Any, crops: Crops) -> float:
    """Peak signal-to-noise ratio of what comes back, in dB."""
    pixels = as_tensor(crops.flat()[:96].reshape(-1, *crops.pixels.shape[3:]))
    restored = model.decode(model.encode(pixels).latents).sample.clamp(-1, 1)
    return -10 * torch.log10(((restored - pixels) / 2).square().mean()).item()
