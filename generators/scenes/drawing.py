"""From a family and a seed to the two sides of a pair."""

import random

from PIL import Image

from arena.errors import InputError
from arena.generators.scenes.canvas import Canvas
from arena.generators.scenes.catalogue import FAMILIES
from arena.generators.scenes.family import Family
from arena.generators.scenes.variation import Variation, vary
from arena.images import picture_from_pixels
from arena.pairs import Box, MinimalPair, Provenance, Side, minimal_pair

SUITE_SEEDS = range(1_000_000, 1_000_010)
"""Seeds of the frozen starter suite."""
RESERVED_SEED = 1_000_000
"""Training and calibration use seeds below this one only; suites and their successors use it and those above."""


def draw_sides(family: str, seed: int, size: int = 512) -> tuple[Image.Image, Image.Image, Box]:
    """Draw both sides of a scene. The same family, seed and size give the same pixels.

    Args:
        family: a name in `FAMILIES`.
        seed: any whole number; `RESERVED_SEED` says which are kept for suites.
        size: width and height, in pixels.

    Returns:
        Side 0, side 1, and the box outside of which they are equal.

    Raises:
        InputError: no such family.
    """
    if family not in FAMILIES:
        raise InputError(f"family {family!r}: unknown; use one of {', '.join(FAMILIES)}")
    return render(FAMILIES[family], vary(family, seed), size)


def render(family: Family, variation: Variation, size: int = 512) -> tuple[Image.Image, Image.Image, Box]:
    """Draw both sides of a scene with a variation of your own; see `draw_sides`."""
    (first, box), (second, same_box) = (_render_side(family, variation, size, flipped=flipped) for flipped in (False, True))
    assert box == same_box, f"{family.name}: both sides must declare one region"
    return first, second, box


def draw_pair(family: str, seed: int, size: int = 512, source: str = "fresh", *, quick: bool = False) -> MinimalPair:
    """A minimal pair drawn from a seed, with captions and a request worded by the seed.

    Args:
        family: one of `FAMILIES`.
        seed: the same seed draws the same pair.
        size: of its images, in pixels.
        source: that the pair carries.
        quick: for pairs that are not kept: their images take more room and less time; their pixels are the same.

    Raises:
        InputError: no such family.
    """
    *images, box = draw_sides(family, seed, size)
    drawn = FAMILIES[family]
    words = random.Random(f"{family}-{seed}-words")
    paraphrase = words.randrange(len(drawn.captions[0]))
    request = words.choice(drawn.request) if drawn.request else None
    first, second = (
        Side(picture_from_pixels(image, quick=quick), captions[paraphrase], label)
        for image, captions, label in zip(images, drawn.captions, drawn.labels, strict=True)
    )
    return minimal_pair(
        family=family,
        domain=drawn.domain,
        category=drawn.category,
        source=source,
        sides=(first, second),
        request=request,
        region=box,
        provenance=Provenance("drawn", seed, {"paraphrase": str(paraphrase)}),
        name=f"{family} {seed}",
    )


def _render_side(family: Family, variation: Variation, size: int, *, flipped: bool) -> tuple[Image.Image, Box]:
    canvas = Canvas(size, supersample=2 if size >= 256 else 3)
    family.draw(canvas, variation, flipped)
    assert canvas.declared, f"{family.name}: declares no region"
    image, box = variation.light.on(canvas.image()), canvas.declared
    if not variation.mirror:
        return image, box
    left, top, right, bottom = box
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (1 - right, top, 1 - left, bottom)
