"""Pictures for models that look at images beside the text, from layers of their own: Llama 3.2 Vision."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from arena.images import Picture
from arena.models.chat import SIGHT, Chat
from arena.models.device_memory import features_size
from arena.models.encoding import EncodedImage, Prompt
from arena.models.runtime import Recent

STATES = "cross_attention_states"
PIXELS = ("pixel_values", "aspect_ratio_ids", "aspect_ratio_mask")


def takes_sight(model: PreTrainedModel) -> bool:
    """Whether a model's forward pass takes encoded images beside the text."""
    return {STATES, SIGHT} <= set(inspect.signature(model.forward).parameters)


class Sight:
    """The vision encoder of such a model; for what it promises see `arena.models.vision.Vision`."""

    mixes = False
    """Words before the first image look at all images of the batch's widest prompt, blank ones too, which changes them."""

    def __init__(self, model: PreTrainedModel, chat: Chat) -> None:
        self._model: Any = model.base_model
        self._chat = chat
        self._images: Recent[Picture, EncodedImage] = Recent(features_size(model, chat.device), EncodedImage.size)

    def forget(self) -> None:
        """Let go of all features."""
        self._images.clear()

    def encode(self, shown: Sequence[tuple[Picture, ...]]) -> list[tuple[EncodedImage, ...]]:
        """The images of several prompts, each encoded once."""
        images = self._images.get((picture for pictures in shown for picture in pictures), self._encode)
        return [tuple(images[picture] for picture in pictures) for pictures in shown]

    def arguments(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        """What the forward pass of a batch takes in place of pixels."""
        states = [image.features[STATES] for prompt in prompts for image in prompt.images]
        if not states:
            return {}
        width = max(prompt.length for prompt in prompts)
        rows = [torch.tensor(prompt.types[SIGHT], device=states[0].device) for prompt in prompts]
        padded = [torch.nn.functional.pad(row, (0, 0, 0, 0, width - len(row), 0)) for row in rows]
        return {STATES: torch.cat(states), SIGHT: torch.stack(padded)}

    def _encode(self, pictures: Sequence[Picture]) -> Iterator[EncodedImage]:
        for picture in pictures:
            inputs = self._chat.stock_inputs("?", [picture.pixels()])
            with torch.inference_mode():
                seen = self._model.vision_model(**{name: inputs[name] for name in PIXELS}).last_hidden_state
                states: Tensor = self._model.multi_modal_projector(seen)
            yield EncodedImage({STATES: states.flatten(0, -3)}, {})
