"""Pictures as a browser takes them, and a veil that leaves only what differs between two of them."""

import base64
import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops
from scipy import ndimage

from arena.images import Picture, forget_pixels
from arena.pairs import Box

WIDEST = 1280
"""Longest side of a picture on a page, in pixels."""
THUMBNAIL = 320
"""That of a small copy."""
HEAVIEST = 400_000
"""A picture whose lossless file is larger than this, in bytes, is shown as a smaller copy."""
VISIBLE = 12
"""Smallest change of a colour channel (0 to 255) that counts: editors and codecs leave fainter noise everywhere."""
VEIL = (16, 20, 24, 208)
"""Colour and opacity of what lies over the equal parts."""
_TILE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240"><rect width="320" height="240" fill="#e8e4da"/>
<text x="160" y="126" text-anchor="middle" font-family="sans-serif" font-size="20" fill="#5a6168">removed</text></svg>"""
REMOVED = f"data:image/svg+xml;base64,{base64.b64encode(_TILE.encode()).decode()}"
"""Stands for a picture that was taken down."""
OUTLINE = (255, 205, 70, 255)
"""Colour of the line around the parts that differ."""


def source(picture: Picture) -> str:
    """The picture as a `data:` address: it needs no route of its own and works behind any proxy and in any embedding page.

    One with nothing to show was taken down, and says so.
    """
    return _shown(picture) if picture.encoded else REMOVED  # a cache would not tell the two apart: they have one digest


@lru_cache(maxsize=256)
def _shown(picture: Picture) -> str:
    return data_address(small_enough(picture))


def small_enough(picture: Picture) -> bytes:
    """The picture as a WebP file: its own, or a smaller copy where that is heavy."""
    return picture.encoded if len(picture.encoded) <= HEAVIEST else _webp(_fitted(picture.pixels()), lossless=False)


@lru_cache(maxsize=64)
def thumbnail(picture: Picture) -> str:
    """A small copy of the picture as a `data:` address."""
    return data_address(_webp(_fitted(picture.pixels(), THUMBNAIL), lossless=False))


@lru_cache(maxsize=256)
def difference_veil(first: Picture, second: Picture, region: Box | None) -> str | None:
    """A see-through picture to lay over both: dark where they are equal, clear and outlined where they differ.

    Args:
        first: one picture.
        second: the other.
        region: nothing outside it counts, where given.

    Returns:
        A `data:` address, or None where the two have different shapes and cannot be laid over each other.
    """
    if first.pixels().size != second.pixels().size:
        return None
    differs = _within(_difference(_fitted(first.pixels()), _fitted(second.pixels())), region)
    reach = max(2, round(max(differs.size) / 128))
    clear = _grown(differs, reach)
    outline = ImageChops.subtract(_grown(clear, max(1, reach // 2)), clear)
    veil = Image.new("RGBA", differs.size, VEIL)
    veil.paste((0, 0, 0, 0), mask=clear)
    veil.paste(OUTLINE, mask=outline)
    return data_address(_webp(veil, lossless=True))


def forget() -> None:
    """Keep none of the pictures that were shown so far: some of them were taken down."""
    _shown.cache_clear()
    thumbnail.cache_clear()
    difference_veil.cache_clear()
    forget_pixels()


def _difference(first: Image.Image, second: Image.Image) -> Image.Image:
    """White where the strongest channel differs visibly, black elsewhere."""
    gap = np.abs(np.asarray(first, np.int16) - np.asarray(second, np.int16)).max(axis=2)
    return Image.fromarray(((gap > VISIBLE) * 255).astype(np.uint8))


def _within(mask: Image.Image, region: Box | None) -> Image.Image:
    if region is None:
        return mask
    left, top, right, bottom = (round(share * side) for share, side in zip(region, mask.size * 2, strict=True))
    kept = Image.new("L", mask.size, 0)
    kept.paste(mask.crop((left, top, right, bottom)), (left, top))
    return kept


def _grown(mask: Image.Image, reach: int) -> Image.Image:
    # Pillow's own filter sorts each square, and takes twenty times as long.
    return Image.fromarray(ndimage.maximum_filter(np.asarray(mask), 2 * reach + 1, mode="nearest"))


def _fitted(image: Image.Image, longest: int = WIDEST) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((longest, longest))
    return copy


def _webp(image: Image.Image, *, lossless: bool) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=lossless, quality=90, method=4)
    return buffer.getvalue()


def data_address(webp: bytes) -> str:
    """A WebP file as a `data:` address."""
    return "data:image/webp;base64," + base64.b64encode(webp).decode()
