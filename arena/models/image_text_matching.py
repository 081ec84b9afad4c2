"""Image-text matching (BLIP): a model that reads an image and a caption together, and says whether they match."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from arena.images import Picture
from arena.models.contrastive_inputs import Inputs, encode, placed
from arena.models.dual_encoder import DualEncoder
from arena.models.runtime import Recent

KEPT_BYTES = 64 * 2**20
"""Features of images that are kept: one vector a patch, 2 MB an image of the public models."""
KEPT_PAIRS = 4096
"""Scores that are kept."""
BATCH = 16
"""Pairs of image and caption in one pass."""


class ImageTextMatching(DualEncoder):
    """A BLIP with a head for image-text matching. Its logit is that of a match: above 0, the model itself says yes."""

    def __init__(self, model: PreTrainedModel, processor: Any, *, whole: bool) -> None:
        super().__init__(model, processor, whole=whole)
        self._pictures = Recent(KEPT_BYTES, lambda one: one.features.numel() * one.features.element_size())
        self._pairs: Recent[tuple[Picture, str], float] = Recent(KEPT_PAIRS)

    def logits(self, pictures: Sequence[Picture], captions: Sequence[str]) -> list[list[float]]:
        """How well each caption matches each picture: the logit of "match" minus that of "no match"."""
        scores = self._pairs.get(product(pictures, captions), self._match)
        return [[scores[picture, caption] for caption in captions] for picture in pictures]

    def features(self, pictures: Sequence[Picture], captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """As of a dual encoder, by the model's other head, which compares; its scores are not those of `logits`."""
        states = torch.stack([one.features[0] for one in self.pictures(pictures)])
        with torch.inference_mode():
            images = torch.nn.functional.normalize(self._model.vision_proj(placed(states, self._model)).float(), dim=-1)
        texts = torch.stack([one.features for one in self.captions(captions)])
        return images.cpu().double(), texts.double()

    def _match(self, pairs: list[tuple[Picture, str]]) -> Iterator[float]:
        for start in range(0, len(pairs), BATCH):
            some = pairs[start : start + BATCH]
            images = self.pictures([picture for picture, _ in some])
            tokens = self._processor.captions([caption for _, caption in some])
            inputs = [{**ids, "image": image.features} for ids, image in zip(tokens, images, strict=True)]
            yield from (score.item() for score in encode(self._score, inputs, self._model))

    def _score(self, *, image: Tensor, **tokens: Tensor) -> Tensor:
        seen = torch.ones(image.shape[:2], dtype=torch.long, device=image.device)
        states = self._model.text_encoder(**tokens, encoder_hidden_states=image, encoder_attention_mask=seen).last_hidden_state
        unmatched, matched = self._model.itm_head(states[:, 0]).float().unbind(-1)
        return matched - unmatched

    def _picture_features(self, inputs: Sequence[Inputs]) -> list[Tensor]:
        return encode(lambda **batch: self._model.vision_model(**batch).last_hidden_state, inputs, self._model)

    def _caption_features(self, inputs: Sequence[Inputs]) -> list[Tensor]:
        def projected(**batch: Tensor) -> Tensor:
            states = self._model.text_encoder(**batch).last_hidden_state
            return torch.nn.functional.normalize(self._model.text_proj(states[:, 0]).float(), dim=-1)

        return encode(projected, inputs, self._model)
