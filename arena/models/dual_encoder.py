"""Dual encoders (CLIP, SigLIP and their kin): they put images and captions in one space, where what fits lies close."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from arena.images import Picture
from arena.models.contrastive_inputs import ContrastiveProcessor, Inputs, digest, encode
from arena.models.runtime import Recent

KEPT_IMAGES = 512
KEPT_CAPTIONS = 2048
"""Features that are kept, about 2 kB each."""
BATCH = 64
"""Images or captions in one pass."""


@dataclass(frozen=True)
class Encoded:
    """A picture or a caption after its encoder."""

    features: Tensor
    digest: bytes
    """Of what the encoder was shown: where two are the same, the model cannot tell them apart."""
    cut: bool = False
    """The caption is longer than the encoder reads."""


class DualEncoder:
    """The two encoders of one model, and what they made last.

    Args:
        model: on its device.
        processor: the stock one.
        whole: whether pictures are resized without a crop.
    """

    def __init__(self, model: PreTrainedModel, processor: Any, *, whole: bool) -> None:
        self._model: Any = model
        self._whole = whole
        self._processor = ContrastiveProcessor(model, processor, whole=whole)
        self._pictures: Recent[Picture, Encoded] = Recent(KEPT_IMAGES)
        self._captions: Recent[str, Encoded] = Recent(KEPT_CAPTIONS)

    def pictures(self, pictures: Sequence[Picture]) -> list[Encoded]:
        """Each picture, encoded in batches where it was not before."""
        kept = self._pictures.get(pictures, self._encode_pictures)
        return [kept[picture] for picture in pictures]

    def captions(self, captions: Sequence[str]) -> list[Encoded]:
        """Each caption, likewise."""
        kept = self._captions.get(captions, self._encode_captions)
        return [kept[caption] for caption in captions]

    def logits(self, pictures: Sequence[Picture], captions: Sequence[str]) -> list[list[float]]:
        """How well each caption fits each picture, on the model's own scale: a row a picture, a column a caption."""
        images, texts = self.features(pictures, captions)
        scale, bias = _scale_and_bias(self._model)
        return (images @ texts.T * scale + bias).tolist()

    def features(self, pictures: Sequence[Picture], captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Where pictures and captions lie in the model's space: vectors of length one, pictures x D and captions x D."""
        images = torch.stack([one.features for one in self.pictures(pictures)])
        texts = torch.stack([one.features for one in self.captions(captions)])
        return images.double(), texts.double()

    def _encode_pictures(self, pictures: list[Picture]) -> Iterator[Encoded]:
        for start in range(0, len(pictures), BATCH):
            inputs = self._processor.pictures(pictures[start : start + BATCH])
            yield from map(Encoded, self._picture_features(inputs), map(digest, inputs))

    def _encode_captions(self, captions: list[str]) -> Iterator[Encoded]:
        for start in range(0, len(captions), BATCH):
            some = captions[start : start + BATCH]
            inputs = self._processor.captions(some)
            yield from map(Encoded, self._caption_features(inputs), map(digest, inputs), self._processor.cut(some))

    def _picture_features(self, inputs: Sequence[Inputs]) -> list[Tensor]:
        encoder = self._model.get_image_features
        return self._features(partial(encoder, interpolate_pos_encoding=True) if self._whole else encoder, inputs)

    def _caption_features(self, inputs: Sequence[Inputs]) -> list[Tensor]:
        return self._features(self._model.get_text_features, inputs)

    def _features(self, encoder: Any, inputs: Sequence[Inputs]) -> list[Tensor]:
        def normalised(**batch: Tensor) -> Tensor:
            return torch.nn.functional.normalize(encoder(**batch).pooler_output.float(), dim=-1)

        return encode(normalised, inputs, self._model)


def _scale_and_bias(model: Any) -> tuple[float, float]:
    """How the model turns cosines into logits; ALIGN divides by a temperature."""
    if hasattr(model, "logit_scale"):
        return model.logit_scale.exp().item(), model.logit_bias.item() if hasattr(model, "logit_bias") else 0.0
    return 1 / model.temperature.item(), 0.0
