"""Prompts read in batches, with each picture encoded once, however many prompts show it."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedModel

from arena.models.chat import TYPES, Chat, Tokens
from arena.models.decoding import Prefill, prefill, read_shared
from arena.models.encoding import EncodedImage, Group, Prompt, room
from arena.models.sight import Sight, takes_sight
from arena.models.vision import Vision
from arena.probes import Probe

WINDOWS = ("sliding_window", "attention_chunk_size")
"""How configurations call the number of last tokens that some layers look at."""


class SharedVision:
    """Vision features computed once a picture, and prompts of any mix of pictures in one batch.

    Args:
        model: the model.
        chat: its processor.
        share_prefixes: whether the language model, too, reads the images once for all the questions about them.
        alone: whether a picture looks the same however many a prompt shows; see `Vision`.

    Raises:
        TypeError: the model takes no vision features.
    """

    def __init__(self, model: PreTrainedModel, chat: Chat, *, share_prefixes: bool, alone: bool) -> None:
        self._model = model
        self._chat = chat
        self._vision = Sight(model, chat) if takes_sight(model) else Vision(model, chat, alone=alone)
        self._share_prefixes = share_prefixes
        parameters = inspect.signature(model.forward).parameters
        self._types = set(TYPES) & set(parameters)
        self._placeholders = _image_tokens(model, chat)
        self._pad = chat.tokenizer.pad_token_id or 0
        self._window = window(model)

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        images = self._vision.encode([probe.images for probe in probes])
        return [self._prompt(probe, shown) for probe, shown in zip(probes, images, strict=True)]

    def fits(self, group: Group) -> bool:
        """Whether the prompts of a group may be read together.

        Layers with a window look at the last places, padding or not. Padding between an image and a question must not push the
        image out of the window before its time.
        """
        if not self._vision.mixes and len(group.images) > 1:
            return False
        if not self._share_prefixes or self._window is None:
            return True
        return len(group.rests) == 1 or group.width + group.room <= self._window

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        if not self._share_prefixes:
            return prefill(self._model, self._collate(prompts))
        beginnings = {prompt.beginning_key: prompt.beginning() for prompt in prompts}
        places = {key: place for place, key in enumerate(beginnings)}
        rows = torch.tensor([places[prompt.beginning_key] for prompt in prompts], device=self._model.device)
        rest = [prompt.ids[prompt.start :] for prompt in prompts]
        width = max(map(len, rest))
        ids = torch.tensor([[self._pad] * (width - len(row)) + row for row in rest], device=self._model.device)
        present = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rest], device=self._model.device)
        return read_shared(self._model, self._collate(list(beginnings.values())), rows, ids, present)

    def _prompt(self, probe: Probe, images: tuple[EncodedImage, ...]) -> Prompt:
        tokens = self._chat.tokens(probe.prompt, [picture.pixels().size for picture in probe.images])
        if not self._share_prefixes:
            return Prompt(tokens.ids, images, tokens.types)
        prefix = min(self._images_end(tokens), len(tokens.ids) - 1)
        after = room(probe, self._chat.tokenizer) if self._window else 0
        return Prompt(tokens.ids, images, tokens.types, prefix=prefix, room=after)

    def _images_end(self, tokens: Tokens) -> int:
        """How many tokens there are up to the end of the last image: the last token that features replace, or that is typed so."""
        types = [tokens.types[name] for name in self._types & tokens.types.keys()]
        for place in range(len(tokens.ids) - 1, -1, -1):
            if tokens.ids[place] in self._placeholders or any(row[place] for row in types):
                return place + 1
        return 0

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
        tensors = {name: torch.tensor(rows, device=self._model.device) for name, rows in batch.items()}
        return tensors | self._vision.arguments(prompts)


def _image_tokens(model: PreTrainedModel, chat: Chat) -> set[int]:
    """The tokens that features replace; none where the configuration does not name them."""
    places = [(model.config, "image_token_id"), (model.config, "image_token_index"), (chat.processor, "image_token_id")]
    image = next((token for place, name in places if (token := getattr(place, name, None)) is not None), None)
    return {*([] if image is None else [image]), *(getattr(model.config, "visual_indicator_token_ids", None) or ())}


def window(model: PreTrainedModel) -> int | None:
    """The fewest last tokens that a layer of the model looks at; None where each looks at all."""
    config = model.config.get_text_config(decoder=True)
    return min((size for name in WINDOWS if (size := getattr(config, name, None))), default=None)
