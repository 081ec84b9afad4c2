"""Prompts read in batches, of which those about the same images read these once."""

import math
from collections.abc import Hashable, Sequence
from copy import deepcopy
from dataclasses import replace

from transformers import PreTrainedModel

from arena.models.activations import NO_POSITION
from arena.models.chat import Chat
from arena.models.decoding import Prefill, prefill, read_on
from arena.models.encoding import EncodedImage, Group, Prompt, room
from arena.models.shared_vision import SharedVision
from arena.probes import Probe

WINDOWS = ("sliding_window", "attention_chunk_size")
"""How configurations call the number of last tokens that some layers look at."""
SAVING = 1024
"""Tokens whose reading costs more than to take a batch in two steps."""


class SharedPrefixes(SharedVision):
    """The language model, too, reads the images once for all the questions about them; for the arguments see `SharedVision`."""

    def __init__(self, model: PreTrainedModel, chat: Chat, *, alone: bool) -> None:
        super().__init__(model, chat, alone=alone)
        self._window = window(model)
        self._image_token, self._placeholders = image_tokens(model, chat)

    def fits(self, group: Group) -> bool:
        """Whether the prompts of a group may be read together.

        Layers with a window look at the last places, padding or not. Padding between an image and a question must not push the
        image out of the window before its time.
        """
        if not super().fits(group):
            return False
        return self._window is None or len(group.rests) == 1 or group.width + group.room <= self._window

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        beginnings = list({prompt.beginning_key: prompt.beginning() for prompt in prompts}.values())
        places = {beginning.beginning_key: place for place, beginning in enumerate(beginnings)}
        rows = [places[prompt.beginning_key] for prompt in prompts]
        return read_on(self._model, self._read(beginnings), rows, [prompt.ids[prompt.start :] for prompt in prompts])

    def _read(self, beginnings: Sequence[Prompt]) -> Prefill:
        return prefill(self._model, self._collate(beginnings), positions=NO_POSITION)

    def _prompt(self, probe: Probe, images: tuple[EncodedImage, ...]) -> Prompt:
        prompt = super()._prompt(probe, images)
        prefix = min(self._end(prompt, len(prompt.ids) - 1), len(prompt.ids) - 1)
        answer = room(probe, self._chat.tokenizer) if self._window else 0
        return replace(prompt, prefix=prefix, room=prompt.room + answer)

    def _end(self, prompt: Prompt, place: int) -> int:
        """How many tokens there are up to the last one of an image, at `place` or before."""
        return next((one + 1 for one in range(place, -1, -1) if self._is_image(prompt, one)), 0)

    def _is_image(self, prompt: Prompt, place: int) -> bool:
        """Whether features replace a token, or it is typed as a part of an image."""
        typed = any(prompt.types[name][place] for name in self._types & prompt.types.keys())
        return typed or prompt.ids[place] in self._placeholders


class ImageByImage(SharedPrefixes):
    """Questions about two images go on, in addition, from where the first of them was read for questions about it alone.

    Args:
        model: the model; one that numbers image patches in 3-D, or looks at images beside the text, cannot go on with an image.
        chat: its processor.

    Raises:
        TypeError: the model takes no vision features, or cannot go on with an image.
    """

    saving = SAVING
    """Tokens that this must save in a batch, as less is not worth a step of its own; 0 to take it always."""

    def __init__(self, model: PreTrainedModel, chat: Chat) -> None:
        super().__init__(model, chat, alone=True)
        if hasattr(model.base_model, "rope_deltas") or not self._vision.mixes:
            raise TypeError(f"{type(model).__name__} cannot go on with an image")
        self._firsts: set[Hashable] = set()
        """What questions about two images that wait to be read begin with."""
        self._memory: Prefill | None = None
        """Beginnings that were read, of those."""
        self._rows: dict[Hashable, int] = {}
        """Where they are in it."""

    def fits(self, group: Group) -> bool:
        """Whether the prompts of a group may be read together; those about two images come later, where much can be saved."""
        return super().fits(group) and (len(group.images) == 1 or group.tokens <= 2 * self.saving)

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        prompts = super().encode(probes)
        self._firsts = {prompt.first_key for prompt in prompts if prompt.first}
        self._memory, self._rows = None, {}
        return prompts

    def forget(self) -> None:
        """Let go of all features of pictures, and of beginnings."""
        super().forget()
        self._firsts, self._memory, self._rows = set(), None, {}

    def _read(self, beginnings: Sequence[Prompt]) -> Prefill:
        if self._memory and self._goes_on(beginnings):
            rest = [one.after(one.first) for one in beginnings]
            images = self._collate(rest)
            del images["input_ids"], images["attention_mask"]
            rows = [self._rows[one.first_key] for one in beginnings]
            memory = deepcopy(self._memory)
            self._firsts -= {one.first_key for one in beginnings}
            if not self._firsts:
                self._memory = None  # it may be large, and nobody waits for it
            return read_on(self._model, memory, rows, [one.ids for one in rest], positions=NO_POSITION, **images)
        read = super()._read(beginnings)
        if self._firsts & {one.beginning_key for one in beginnings}:
            self._memory = deepcopy(read)
            self._rows = {one.beginning_key: row for row, one in enumerate(beginnings)}
        return read

    def _goes_on(self, beginnings: Sequence[Prompt]) -> bool:
        """Whether the first images of all are in memory, and to go on from there saves enough.

        Where a layer has a window, there must be no padding between images.
        """
        known = all(one.first and one.first_key in self._rows for one in beginnings)
        even = self._window is None or len({(one.first, one.length) for one in beginnings}) == 1
        return known and even and sum(one.first for one in beginnings) > self.saving

    def _prompt(self, probe: Probe, images: tuple[EncodedImage, ...]) -> Prompt:
        prompt = super()._prompt(probe, images)
        if len(images) < 2:
            return prompt
        features = [place for place, token in enumerate(prompt.ids) if token == self._image_token]
        count = images[0].tokens()
        if len(features) <= count:
            return prompt  # something else than a token an image's feature
        return replace(prompt, first=self._end(prompt, features[count] - 1))


def image_tokens(model: PreTrainedModel, chat: Chat) -> tuple[int | None, set[int]]:
    """The token that features replace, None where the configuration does not name it; and all tokens that an image replaces."""
    places = [(model.config, "image_token_id"), (model.config, "image_token_index"), (chat.processor, "image_token_id")]
    image = next((token for place, name in places if (token := getattr(place, name, None)) is not None), None)
    return image, {*([] if image is None else [image]), *(getattr(model.config, "visual_indicator_token_ids", None) or ())}


def window(model: PreTrainedModel) -> int | None:
    """The fewest last tokens that a layer of the model looks at; None where each looks at all."""
    config = model.config.get_text_config(decoder=True)
    longest = getattr(config, "max_position_embeddings", None) or math.inf
    return min((size for name in WINDOWS if (size := getattr(config, name, None)) and size < longest), default=None)
