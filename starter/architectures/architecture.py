"""What is known of one architecture, and how a tiny repository of it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel


@dataclass(frozen=True)
class Scale:
    """How large a model is made: the sizes that all architectures share."""

    hidden: int
    """Width of the language model and of the vision encoder."""
    layers: int
    """Layers of each."""
    heads: int
    key_heads: int
    """Heads of keys and values in the language model."""
    image: int
    """Side of the square that a vision encoder of fixed size sees, in pixels."""
    patch: int
    """Side of a patch, in pixels; the image is a multiple of it."""
    window: int
    """Tokens of a sliding window, where the architecture has one."""

    @property
    def head(self) -> int:
        """Width of one head."""
        return self.hidden // self.heads


TINY = Scale(hidden=32, layers=2, heads=4, key_heads=2, image=32, patch=8, window=64)
"""Milliseconds a prompt: for tests."""
MEDIUM = Scale(hidden=128, layers=4, heads=4, key_heads=2, image=224, patch=14, window=1024)
"""Tenths of a second a prompt where nothing is shared: for tables of all architectures."""
SMALL = Scale(hidden=256, layers=8, heads=8, key_heads=4, image=336, patch=14, window=1024)
"""Seconds a prompt where nothing is shared: for benchmarks."""


@dataclass(frozen=True)
class Architecture:
    """One architecture as its public repositories use it: class, special tokens, structure of the chat template."""

    name: str
    """As its makers write it, for example `LLaVA-1.5`."""
    build: Callable[[Scale], tuple[PreTrainedModel, Any]]
    """Model with random weights, and processor with tokenizer and chat template."""
    sources: tuple[str, ...]
    """Public files that show class, special tokens and template: `owner/name: path`, or an address."""
    reconstructed: str = ""
    """What no source shows and was built from the code of transformers alone; empty where all of it is shown."""
    dual: bool = False
    """Whether it compares images with captions, and writes nothing."""
    extras: Callable[[Path, PreTrainedModel], None] | None = None
    """Saves what public repositories keep beside model and processor, and may change the model, which is saved by then."""

    def save(self, folder: Path, scale: Scale = TINY, *, dtype: torch.dtype = torch.float32, shard: str | None = None) -> Path:
        """Make a repository as `save_pretrained` lays it out, the same at each call, and give its folder.

        Args:
            folder: where to; it is made.
            scale: how large.
            dtype: of the weights in the files.
            shard: largest size of one file of weights, for example `100KB`; one file by default.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            model, processor = self.build(scale)
            enliven(model)
            sharded: dict[str, Any] = {"max_shard_size": shard} if shard else {}
            torch.nn.Module.to(model, dtype)  # that of PreTrainedModel hides its types behind a decorator
            model.save_pretrained(folder, **sharded)
            processor.save_pretrained(folder)
            if self.extras:
                self.extras(folder, model)
        return folder


def enliven(model: PreTrainedModel) -> None:
    """Random weights at a scale where images, words and their order change the answers; gates and scales stand far from 0.

    Fresh models are nearly linear, with gates that are closed: what is read wrongly would hardly show.
    """
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.ndim > 1:
                # Wide layers add up more terms; the factor keeps their sums where those of 32 are.
                wide = (32 / max(32, parameter.shape[-1])) ** 0.5
                parameter.copy_(noise * (0.3 if "embed" in name else 0.2) * (1.0 if "embed" in name else wide))
            elif "gate" in name and parameter.numel() == 1:
                parameter.fill_(0.7)
