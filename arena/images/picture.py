"""Images as values.

A picture is named by the hash of its pixels, so the same image is the same picture whatever file it came in, and two images
that look alike but differ in one detail never share a name.
"""

import hashlib
import io
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image

MAX_SIDE = 16_383
"""Largest width or height of a picture, in pixels: WebP holds no more."""
MIN_SIDE = 16
"""Smallest width or height of a picture, in pixels."""
FLAT = 256
"""Most colours of a flat drawing, such as a page of text."""
DRAWN = 4096
"""Most colours of what was drawn; photographs, and what models paint, have more."""


@dataclass(frozen=True)
class Picture:
    """An RGB image: the hash of its pixels, and the bytes of a file that holds them without loss."""

    digest: str
    """SHA-256 of width, height and RGB bytes, 64 hex digits."""
    encoded: bytes = field(repr=False, compare=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels; nothing is decoded."""
        return Image.open(io.BytesIO(self.encoded)).size

    def pixels(self) -> Image.Image:
        """The decoded RGB image. It is shared: do not draw on it."""
        return _decode(self)


@lru_cache(maxsize=256)
def _decode(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.encoded)).convert("RGB")


def forget_pixels() -> None:
    """Keep no decoded picture in memory."""
    _decode.cache_clear()


def pixel_digest(image: Image.Image) -> str:
    """SHA-256 over the size and the RGB bytes of `image`."""
    rgb = image.convert("RGB")
    return hashlib.sha256(b"%dx%d:" % rgb.size + rgb.tobytes()).hexdigest()


def picture_from_pixels(image: Image.Image, *, quick: bool = False) -> Picture:
    """A picture of `image`, stored as lossless WebP without any metadata.

    Args:
        image: what it shows.
        quick: write it about ten times faster and a seventh larger: for the thousands of images of a benchmark.
    """
    rgb = image.convert("RGB")
    buffer = io.BytesIO()
    # Least effort is fastest on photographs; on flat drawings it is slower than a little more, and ten times larger.
    # Most effort takes twice the time of some on photographs, and makes them about a sixtieth smaller.
    method, flat_method, flat = (0, 1, FLAT) if quick else (2, 4, DRAWN)
    if rgb.getcolors(flat) is not None:
        method = flat_method
    rgb.save(buffer, "WEBP", lossless=True, quality=15 * method, method=method)
    return Picture(pixel_digest(rgb), buffer.getvalue())
