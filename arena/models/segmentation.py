"""Models that give each pixel of a street scene one of 19 classes: semantic segmentation models of transformers."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSemanticSegmentation, PreTrainedModel

from arena.contestants import Contestant
from arena.errors import RepositoryError, one_line
from arena.models.base import Capabilities
from arena.models.device_memory import release, weights_size
from arena.models.pretrained import from_pretrained
from arena.probes import Probe, Reply
from arena.scene_classes import CLASSES, IGNORED, TRAIN_IDS, Mask, encode_mask

BATCH = 8
"""Images in one pass."""


class SegmentationModel:
    """A loaded segmentation model. `answer` is called by one thread at a time.

    It answers probes with one image and no words; its reply is a mask of train ids at the size of the image, as
    `arena.scene_classes.encode_mask` writes it. Logits are brought to that size before the best class is chosen.
    """

    def __init__(self, contestant: Contestant, model: PreTrainedModel, processor: Any) -> None:
        """Raises:
        RepositoryError: its labels are not the 19 classes, or its processor cuts off what is at the edges.
        """
        if getattr(processor, "do_center_crop", False):
            raise RepositoryError(
                f"{contestant.repository}: its processor crops images, so masks would not fit; set do_center_crop to false"
            )
        self.contestant = contestant
        self.memory_bytes = weights_size(model)
        self.capabilities = Capabilities(images_per_prompt=1, writes_text=False, scores_options=False)
        self._model: Any = model
        self._processor = processor
        self._train_ids = _train_ids(contestant.repository, model.config.id2label or {})

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        replies = [Reply(not_applicable=True)] * len(probes)
        asked = [place for place, probe in enumerate(probes) if len(probe.images) == 1 and not (probe.prompt or probe.options)]
        for start in range(0, len(asked), BATCH):
            places = asked[start : start + BATCH]
            for place, reply in zip(places, self._answer([probes[place] for place in places]), strict=True):
                replies[place] = reply
        return replies

    def _answer(self, probes: Sequence[Probe]) -> list[Reply]:
        try:
            return [Reply(encode_mask(mask)) for mask in self._masks(probes)]
        except Exception as error:  # noqa: BLE001  a batch must survive whatever one probe does to the model
            failure = one_line(error)  # the error itself would keep alive what its frames hold
        release()
        if len(probes) == 1:
            return [Reply(error=failure)]
        return [reply for probe in probes for reply in self._answer([probe])]

    def _masks(self, probes: Sequence[Probe]) -> list[Mask]:
        images = [probe.images[0].pixels() for probe in probes]
        found: list[Mask] = []
        for size, same in groupby(images, key=lambda image: image.size):
            inputs = self._processor(images=list(same), return_tensors="pt").to(self._model.device, self._model.dtype)
            with torch.inference_mode():
                small = self._model(**inputs).logits.float()
                logits = torch.nn.functional.interpolate(small, size[::-1], mode="bilinear", align_corners=False)
            found += list(self._train_ids[logits.argmax(1).cpu().numpy()])
        return found


def load_segmentation(contestant: Contestant, folder: Path) -> SegmentationModel:
    """Load a checked repository.

    Raises:
        RepositoryError: its weights do not fit its architecture, or it does not know the 19 classes.
    """
    model, processor = from_pretrained(AutoModelForSemanticSegmentation, contestant, folder)
    return SegmentationModel(contestant, model, processor)


def _train_ids(name: str, labels: Mapping[Any, str]) -> Mask:
    """Train id of each output of the model: by its label; by its place where there are 19 labels without names.

    Raises:
        RepositoryError: neither tells them.
    """
    named = {index: label.strip().lower().replace("_", " ") for index, label in labels.items()}
    if set(CLASSES) <= set(named.values()):
        return np.array([TRAIN_IDS.get(named[index], IGNORED) for index in sorted(named)], np.uint8)
    if sorted(named) == list(range(len(CLASSES))) and all(label.startswith("label ") for label in named.values()):
        return np.arange(len(CLASSES), dtype=np.uint8)
    missing = next(label for label in CLASSES if label not in named.values())
    raise RepositoryError(
        f"{name}: none of its {len(named)} labels is {missing!r}; a segmenter needs the 19 classes of Cityscapes in id2label"
    )
