"""Prompts read in batches, with each picture encoded once, however many prompts show it."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedModel

from arena.models.chat import TYPES, Chat, Tokens
from arena.models.decoding import Prefill, prefill
from arena.models.encoding import EncodedImage, Group, Prompt
from arena.models.sight import Sight, takes_sight
from arena.models.vision import Vision
from arena.probes import Probe


class SharedVision:
    """Vision features computed once a picture, and prompts of any mix of pictures in one batch.

    Args:
        model: the model.
        chat: its processor.
        alone: whether a picture looks the same however many a prompt shows; see `Vision`.

    Raises:
        TypeError: the model takes no vision features.
    """

    def __init__(self, model: PreTrainedModel, chat: Chat, *, alone: bool) -> None:
        self._model = model
        self._chat = chat
        self._vision = Sight(model, chat) if takes_sight(model) else Vision(model, chat, alone=alone)
        self._types = set(TYPES) & set(inspect.signature(model.forward).parameters)
        self._pad = chat.tokenizer.pad_token_id or 0

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        images = self._vision.encode([probe.pictures for probe in probes])
        return [self._prompt(probe, shown) for probe, shown in zip(probes, images, strict=True)]

    def fits(self, group: Group) -> bool:
        """Whether the prompts of a group may be read together."""
        return self._vision.mixes or len(group.images) == 1

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        return prefill(self._model, self._collate(prompts))

    def forget(self) -> None:
        """Let go of all features of pictures."""
        self._vision.forget()

    def _prompt(self, probe: Probe, images: tuple[EncodedImage, ...]) -> Prompt:
        tokens = self._tokens(probe)
        return Prompt(tokens.ids, images, tokens.types, room=self._chat.thinking)

    def _tokens(self, probe: Probe) -> Tokens:
        return self._chat.tokens(probe.prompt, [picture.pixels().size for picture in probe.pictures], probe.before)

    def _collate(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        """Arguments of the model's forward pass, padded on the left."""
        width = max(prompt.length for prompt in prompts)
        gaps = [width - prompt.length for prompt in prompts]
        batch = {
            "input_ids": [[self._pad] * gap + prompt.ids for gap, prompt in zip(gaps, prompts, strict=True)],
            "attention_mask": [[0] * gap + [1] * prompt.length for gap, prompt in zip(gaps, prompts, strict=True)],
        }
        for name in {name for prompt in prompts for name in prompt.types if name in self._types}:
            rows = zip(gaps, prompts, strict=True)
            batch[name] = [[0] * gap + prompt.types.get(name, [0] * prompt.length) for gap, prompt in rows]
        tensors = {name: torch.tensor(rows, device=self._chat.device) for name, rows in batch.items()}
        return tensors | self._vision.arguments(prompts)
