"""The square that an editor works on: the part of an image that is to change, with enough around it to fit in."""

from arena.errors import InputError
from arena.pairs import Box

MARGIN = 0.2
"""Width that is added on each side, as a share of the region's larger side."""
SMALLEST = 0.3
"""Least side of the square, as a share of the shorter side of the image: an editor must see what it edits."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
"""The region of an edit that may change anything."""

PixelBox = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def pixels_of(region: Box, width: int, height: int) -> PixelBox:
    """The whole pixels that the region touches."""
    left, top, right, bottom = region
    return int(left * width), int(top * height), -int(-right * width // 1), -int(-bottom * height // 1)


def square_around(region: Box, width: int, height: int) -> PixelBox:
    """The square that holds the region and a margin, moved inside the image; as large as the image allows.

    Args:
        region: what is to change, as fractions.
        width: of the image, in pixels.
        height: of the image, in pixels.
    """
    left, top, right, bottom = pixels_of(region, width, height)
    shorter = min(width, height)
    side = round(max(right - left, bottom - top) * (1 + 2 * MARGIN))
    side = min(max(side, round(SMALLEST * shorter)), shorter)
    x = min(max((left + right - side) // 2, 0), width - side)
    y = min(max((top + bottom - side) // 2, 0), height - side)
    return x, y, x + side, y + side


def check_region(region: Box, size: tuple[int, int], name: str) -> None:
    """Refuse a region that lies outside the image, or is narrower or lower than a pixel of it.

    Args:
        region: as fractions.
        size: width and height of the image, in pixels.
        name: leads the message.

    Raises:
        InputError: it does.
    """
    left, top, right, bottom = region
    width, height = size
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise InputError(f"{name}: region: is {region}; give left < right and top < bottom, as fractions from 0 to 1")
    if (right - left) * width < 1 or (bottom - top) * height < 1:
        raise InputError(f"{name}: region: is smaller than a pixel of the picture ({width} x {height}); draw it larger")
