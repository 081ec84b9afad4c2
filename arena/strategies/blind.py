"""Blind: the model itself, which sees a grey picture of the same size in place of each.

What it still solves, it solves without looking. The grey is the middle of the scale for all pictures, and not their mean, which
would tell day from night.
"""

from dataclasses import replace
from functools import lru_cache

from PIL import Image

from arena.images import Picture, picture_from_pixels
from arena.models import Entry
from arena.probes import Probe
from arena.strategies.names import BLIND as NAME
from arena.strategies.names import StrategyName, check_bare
from arena.strategies.prompts import PromptStrategy

SUMMARY = "every picture is grey, of the same size"
GREY = (128, 128, 128)


def make(name: StrategyName) -> PromptStrategy:
    """Raises StrategyError: an argument is given."""
    check_bare(name)
    return PromptStrategy(NAME, {"grey": GREY[0]}, with_grey_pictures, check=_for_everybody)


def _for_everybody(entry: Entry, name: str) -> None:
    """Refuse nobody: whoever sees pictures sees grey ones."""


def with_grey_pictures(probe: Probe) -> Probe:
    """The question about pictures that show nothing."""
    return replace(probe, images=tuple(_grey(picture.size) for picture in probe.images))


@lru_cache(maxsize=256)
def _grey(size: tuple[int, int]) -> Picture:
    return picture_from_pixels(Image.new("RGB", size, GREY), quick=True)
