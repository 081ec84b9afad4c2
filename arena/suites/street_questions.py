"""What is asked about one view of a street: as it is, and under each corruption at each severity."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from arena.generators.corruptions import SEVERITIES, corrupt, hidden_by
from arena.images import picture_from_pixels
from arena.scene_classes import CLASSES, TRAIN_IDS, Mask, classes_in, encode_mask
from arena.suites.suite import Question
from arena.tasks import safety_verdict, scene_description, scene_presence, segmentation

CORRUPTIONS = ("motion_blur", "low_light", "occlusion")
CLEAN = "clean"


@dataclass(frozen=True)
class StreetView:
    """One view of a street before anything is done to it."""

    name: str
    """Unique in its suite; it names the items."""
    family: str
    """Views of one street or one drive share it."""
    image: Image.Image
    mask: Mask
    """What each pixel shows, at the size of the image."""
    safe: bool
    """Whether it is safe to drive on."""


def conditions() -> list[tuple[str, int]]:
    """Corruption and severity of all forms in which a view is shown, the clean one first, with severity 0."""
    return [(CLEAN, 0), *((corruption, severity) for corruption in CORRUPTIONS for severity in SEVERITIES)]


def questions_of(view: StreetView) -> Iterator[Question]:
    """All questions about a view.

    Their gold says which classes are `visible`, and which the `scene` holds, behind the patches of an occlusion too: of those,
    a model should name what is critical. Of which there is a single pixel, `present` and `scene_present` say: none of them is
    invented.
    """
    reference = encode_mask(view.mask)
    for corruption, severity in conditions():
        image, shown = view.image, np.ones(view.mask.shape, np.bool_)
        if corruption != CLEAN:
            seed = _seed(view.name, corruption)
            image = corrupt(view.image, corruption, severity, seed)
            shown = ~hidden_by(corruption, view.image.size, severity, seed)
        picture = picture_from_pixels(image, quick=True)
        item = f"{view.name}/{corruption}/{severity}" if severity else f"{view.name}/{corruption}"
        slices = {"corruption": corruption, "severity": str(severity)}
        gold = {"view": view.name, **_contents(view.mask, shown)}
        known = (item, view.family)
        yield Question(*known, scene_description.probe(picture), slices, gold, "writers")
        yield Question(*known, safety_verdict.probe(picture, safe=view.safe), slices, gold)
        for name in CLASSES:
            probe = scene_presence.probe(picture, name, present=name in gold["visible"])
            yield Question(*known, probe, slices, gold, "scorers")
        yield Question(*known, segmentation.probe(picture), slices, {**gold, "mask": reference}, "segmenters")


def _contents(mask: Mask, shown: NDArray[np.bool_]) -> dict[str, list[str]]:
    return {
        "visible": list(classes_in(mask, shown)),
        "scene": list(classes_in(mask)),
        "present": _present(mask[shown]),
        "scene_present": _present(mask),
    }


def _present(train_ids: Mask) -> list[str]:
    """The classes of which there is a pixel."""
    return [name for name, train_id in TRAIN_IDS.items() if (train_ids == train_id).any()]


def _seed(name: str, corruption: str) -> int:
    """The same for all severities, so that a worse one is more of the same."""
    return int.from_bytes(hashlib.sha256(f"{name} {corruption}".encode()).digest()[:4])
