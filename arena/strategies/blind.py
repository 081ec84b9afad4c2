"""Blind: the model itself, which sees a grey picture of the same size in place of each.

What it still solves, it solves without looking. The grey is the middle of the scale for all pictures, and not their mean, which
would tell day from night.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image

from arena.contestants import Contestant
from arena.images import Picture, picture_from_pixels
from arena.models import Entry, Model
from arena.probes import Probe
from arena.strategies.base import Setting
from arena.strategies.folds import Training
from arena.strategies.names import BLIND as NAME
from arena.strategies.names import StrategyName, check_bare
from arena.strategies.prompts import PromptModel

SUMMARY = "every picture is grey, of the same size"
GREY = (128, 128, 128)


@dataclass(frozen=True)
class Blind:
    """See `arena.strategies.base.Strategy`."""

    name: str = NAME
    training: Training | None = None

    def settings(self, entry: Entry) -> Mapping[str, Setting]:  # noqa: ARG002  as of all strategies
        """The shade."""
        return {"grey": GREY[0]}

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model, blindfolded."""
        return PromptModel(contestant, entry.load(), with_grey_pictures)


def make(name: StrategyName) -> Blind:
    """Raises StrategyError: an argument is given."""
    check_bare(name)
    return Blind()


def with_grey_pictures(probe: Probe) -> Probe:
    """The question about pictures that show nothing."""
    return replace(probe, images=tuple(_grey(picture.size) for picture in probe.images))


@lru_cache(maxsize=256)
def _grey(size: tuple[int, int]) -> Picture:
    return picture_from_pixels(Image.new("RGB", size, GREY), quick=True)
