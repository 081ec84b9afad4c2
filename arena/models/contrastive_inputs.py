"""What a model that compares is shown of pictures and captions: the pixels and the tokens that its processor makes of them."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.models.siglip2.image_processing_siglip2 import get_image_size_for_max_num_patches

from arena.images import Picture

Inputs = Mapping[str, Tensor]
"""What the processor makes of one picture or one caption, by name."""
SIGLIP_LENGTH = 64
"""SigLIP was trained on captions padded to this many tokens, and is wrong on any other padding."""
ROBERTA_TYPES = ("altclip",)
"""Types whose text encoder counts positions from behind the id of its padding token."""


class ContrastiveProcessor:
    """The stock processor of one model, and how a picture or a caption goes through it.

    Captions are passed as they are, without a template. One that is longer than the text encoder reads is cut at its end, as in
    training.

    Args:
        model: on its device.
        processor: the stock one.
        whole: whether pictures are resized without a crop: to sides in their own proportions, and to no more patches than the
            model was trained on. A square picture is the same either way.
    """

    def __init__(self, model: PreTrainedModel, processor: Any, *, whole: bool) -> None:
        self._processor = processor
        self._vision = model.config.vision_config
        self._whole = whole
        self._padding = "max_length" if model.config.model_type.startswith("siglip") else True
        self._longest = _longest_caption(model, processor.tokenizer)

    def pictures(self, pictures: Sequence[Picture]) -> list[Inputs]:
        """The inputs of each picture."""
        images = [picture.pixels() for picture in pictures]
        if not self._whole:
            return _rows(self._processor(images=images, return_tensors="pt"))
        made: dict[int, Inputs] = {}
        for size, places in _grouped(self._whole_size(image.height, image.width) for image in images).items():
            arguments = {"size": dict(zip(("height", "width"), size, strict=True)), "do_center_crop": False}
            shown = self._processor(images=[images[place] for place in places], return_tensors="pt", **arguments)
            made |= zip(places, _rows(shown), strict=True)
        return [made[place] for place in range(len(images))]

    def captions(self, captions: Sequence[str]) -> list[Inputs]:
        """The inputs of each caption."""
        arguments = {"padding": self._padding, "truncation": True, "max_length": self._longest}
        return _rows(self._processor(text=list(captions), return_tensors="pt", **arguments))

    def cut(self, captions: Sequence[str]) -> list[bool]:
        """Of each caption, whether it is longer than the text encoder reads."""
        tokens = self._processor.tokenizer(list(captions), padding=False, truncation=False, verbose=False)["input_ids"]
        return [len(ids) > self._longest for ids in tokens]

    def _whole_size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width at which all of a picture is shown: multiples of the patch, no more patches than in training."""
        patch = self._vision.patch_size
        return get_image_size_for_max_num_patches(height, width, patch, (self._vision.image_size // patch) ** 2)


def encode(encoder: Callable[..., Tensor], inputs: Sequence[Inputs], model: PreTrainedModel) -> list[Tensor]:
    """What an encoder of the model makes of each input, on the CPU. Inputs of one shape go through it together."""
    made: dict[int, Tensor] = {}
    for places in _grouped(tuple((name, one.shape) for name, one in shown.items()) for shown in inputs).values():
        together = {name: torch.stack([inputs[place][name] for place in places]) for name in inputs[places[0]]}
        with torch.inference_mode():
            made |= zip(places, encoder(**{name: placed(one, model) for name, one in together.items()}).cpu(), strict=True)
    return [made[place] for place in range(len(inputs))]


def placed(inputs: Tensor, model: PreTrainedModel) -> Tensor:
    """The tensor on the model's device; pixels also in its precision."""
    return inputs.to(model.device, model.dtype if inputs.is_floating_point() else None)


def digest(inputs: Inputs) -> bytes:
    """Names the inputs: two that a model cannot tell apart have the same. Padding that is masked does not count."""
    mask = inputs.get("attention_mask")
    parts = [one if mask is None or one.shape != mask.shape else one[mask.bool()] for one in inputs.values()]
    found = hashlib.sha256()
    for part in parts:
        found.update(repr(tuple(part.shape)).encode() + part.contiguous().numpy().tobytes())
    return found.digest()


def _rows(batch: Mapping[str, Tensor]) -> list[Inputs]:
    """A batch, taken apart."""
    return [dict(zip(batch, row, strict=True)) for row in zip(*batch.values(), strict=True)]


def _grouped(keys: Iterable[Any]) -> dict[Any, list[int]]:
    """Each key with the places where it stands."""
    groups: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    return groups


def _longest_caption(model: PreTrainedModel, tokenizer: Any) -> int:
    """Tokens that the text encoder reads of a caption."""
    text = model.config.text_config
    if model.config.model_type.startswith("siglip"):
        return min(SIGLIP_LENGTH, text.max_position_embeddings)
    unused = text.pad_token_id + 1 if model.config.model_type in ROBERTA_TYPES else 0
    return min(tokenizer.model_max_length, text.max_position_embeddings - unused)
