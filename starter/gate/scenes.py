"""Drawn scenes on which the gate is calibrated, each with what may go wrong in it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

from arena.generators.edits import WHOLE
from arena.generators.framing import pixels_of
from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import Picture
from arena.pairs import Box, MinimalPair

CALIBRATION_SEEDS = range(820_000, 840_000)
HELD_OUT_SEEDS = range(850_000, 860_000)
"""Scenes that no training saw and no battle draws."""


@dataclass(frozen=True)
class Scene:
    """A drawn pair of which one side is to be edited, with two others to go wrong with."""

    pair: MinimalPair
    edited: int
    """Which side."""
    stranger: MinimalPair
    """Of the same family, from another seed."""
    foreigner: MinimalPair
    """Of another family."""

    @property
    def source(self) -> Picture:
        """What is edited."""
        return self.pair.sides[1 - self.edited].picture

    @property
    def region(self) -> Box:
        """Where the sides differ."""
        return _region(self.pair)

    def wanted(self, pair: MinimalPair | None = None) -> Image.Image:
        """What the edited side should look like; or that side of another pair."""
        return (pair or self.pair).sides[self.edited].picture.pixels()


def scenes(seeds: Sequence[int]) -> list[Scene]:
    """Every family, drawn from every seed; at least two seeds."""
    drawn = {family: [draw_pair(family, seed, source="calibration") for seed in seeds] for family in FAMILIES}
    found = []
    for family, pairs in drawn.items():
        others = [name for name in drawn if name != family]
        for place, pair in enumerate(pairs):
            dice = random.Random(f"{family}-{seeds[place]}-twins")
            found.append(Scene(pair, dice.randrange(2), pairs[place - 1], drawn[dice.choice(others)][place]))
    return found


def _no_edit(scene: Scene) -> tuple[Image.Image, Box]:
    return scene.source.pixels(), scene.region


def _half_way(scene: Scene) -> tuple[Image.Image, Box]:
    return Image.blend(scene.source.pixels(), scene.wanted(), 0.5), scene.region


def _blurred(scene: Scene) -> tuple[Image.Image, Box]:
    left, top, right, bottom = pixels_of(scene.region, *scene.source.pixels().size)
    return scene.wanted().filter(ImageFilter.GaussianBlur(0.05 * min(right - left, bottom - top))), scene.region


def _wrong_edit(scene: Scene) -> tuple[Image.Image, Box]:
    """What another family changes, scaled into the region."""
    return _pasted(scene, scene.wanted(scene.foreigner), _region(scene.foreigner), scene.region), scene.region


def _redrawn_inside(scene: Scene) -> tuple[Image.Image, Box]:
    return _pasted(scene, scene.wanted(scene.stranger), scene.region, scene.region), scene.region


def _wrong_place(scene: Scene) -> tuple[Image.Image, Box]:
    """The right edit, in the corner of the image that is farthest from its place."""
    left, top, right, bottom = scene.region
    width, height = right - left, bottom - top
    x = 0.0 if left + right > 1 else 1 - width
    y = 0.0 if top + bottom > 1 else 1 - height
    place = (x, y, x + width, y + height)
    return _pasted(scene, scene.wanted(), scene.region, place), place


def _redrawn(scene: Scene) -> tuple[Image.Image, Box]:
    return scene.wanted(scene.stranger), WHOLE


def _other_family(scene: Scene) -> tuple[Image.Image, Box]:
    return scene.wanted(scene.foreigner), WHOLE


BROKEN: Mapping[str, Callable[[Scene], tuple[Image.Image, Box]]] = {
    "no edit": _no_edit,
    "half-way blend": _half_way,
    "blurred region": _blurred,
    "wrong edit": _wrong_edit,
    "wrong place": _wrong_place,
    "redrawn inside": _redrawn_inside,
    "whole image redrawn": _redrawn,
    "other family": _other_family,
}
"""Ways to go wrong: from a scene to what the editor would have painted, and where it could."""


def _pasted(scene: Scene, image: Image.Image, cut: Box, place: Box) -> Image.Image:
    """The source with a part of another image in a place of it."""
    whole = scene.source.pixels().copy()
    left, top, right, bottom = pixels_of(place, *whole.size)
    part = image.crop(pixels_of(cut, *image.size)).resize((right - left, bottom - top), Image.Resampling.LANCZOS)
    whole.paste(part, (left, top))
    return whole


def _region(pair: MinimalPair) -> Box:
    assert pair.region
    return pair.region
