"""What pixels alone say of an edit: how much changed, whether it kept to its region, and whether the source shows through."""

import numpy as np
from numpy.typing import NDArray

from arena.generators.framing import pixels_of
from arena.pairs import Box

LEVEL = 24
"""Difference of a colour channel, of 255, above which a pixel counts as changed: more than coding alone leaves."""

BORDER = (0.02, 0.05)
"""Where a change is looked for that does not end before the border: from the seam inwards, as shares of the smaller side."""
STRIDE = 2
"""Every other pixel is enough to compare edges."""
GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""

Pixels = NDArray[np.uint8]
"""Height x width x RGB."""


def changed_area(first: Pixels, second: Pixels, level: int = LEVEL) -> float:
    """Share of pixels, 0 to 1, of which a channel differs by more than `level`; 1 for images of different sizes."""
    if first.shape != second.shape:
        return 1.0
    return float(_differs(first, second, level).mean())


def changed_outside(first: Pixels, second: Pixels, region: Box) -> float | None:
    """Share of the pixels outside the region that differ at all; None where nothing lies outside it."""
    if first.shape != second.shape:
        return 1.0
    height, width = first.shape[:2]
    left, top, right, bottom = pixels_of(region, width, height)
    outside = height * width - (bottom - top) * (right - left)
    if not outside:
        return None
    differs = _differs(first, second, 0)
    return float((differs.sum() - differs[top:bottom, left:right].sum()) / outside)


def cut_off(first: Pixels, second: Pixels, region: Box) -> float | None:
    """Share of the region's border at which the change does not end by itself; None where no border lies inside the image.

    A pasted patch is cut off all around, a thing that is painted into its surroundings hardly anywhere.
    """
    if first.shape != second.shape:
        return 1.0
    height, width = first.shape[:2]
    left, top, right, bottom = pixels_of(region, width, height)
    changed = _differs(first[top:bottom, left:right], second[top:bottom, left:right], LEVEL)
    start, stop = (round(share * min(changed.shape)) + 1 for share in BORDER)
    borders = [
        side[start:stop].any(0)
        for side, inside in (
            (changed, top > 0),
            (changed[::-1], bottom < height),
            (changed.T, left > 0),
            (changed.T[::-1], right < width),
        )
        if inside
    ]
    return float(np.concatenate(borders).mean()) if borders else None


def ghost(first: Pixels, second: Pixels, region: Box) -> float:
    """How much the edges of one image show through in the other where it changed, -1 to 1: the cosine of their gradients.

    Where one thing replaced another, it is about 0; in a half-way blend of both, the source's edges are all still there.
    """
    if first.shape != second.shape:
        return 0.0
    left, top, right, bottom = pixels_of(region, first.shape[1], first.shape[0])
    greys = [image[top:bottom:STRIDE, left:right:STRIDE] @ GREY for image in (first, second)]
    if min(greys[0].shape) < 2:
        return 0.0
    changed = np.abs(greys[0] - greys[1]) > LEVEL
    one, other = (np.array(np.gradient(grey))[:, changed] for grey in greys)
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / lengths if lengths else 0.0


def _differs(first: Pixels, second: Pixels, level: int) -> NDArray[np.bool_]:
    difference = np.maximum(first, second) - np.minimum(first, second)
    return (difference > level) @ np.ones(3, bool)
