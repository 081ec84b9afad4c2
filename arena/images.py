"""Images as values, and the guard that decodes untrusted ones.

A picture is named by the hash of its pixels, so the same image is the same picture whatever file it came in, and two images
that look alike but differ in one detail never share a name.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image, ImageOps

from arena.errors import ImageError

MAX_BYTES = 20 * 2**20
"""Largest accepted file, in bytes."""
MAX_PIXELS = 16 * 10**6
"""Largest accepted image, width x height."""
MAX_SIDE = 16_383
"""Largest accepted width or height, in pixels: WebP holds no more."""
MIN_SIDE = 16
"""Smallest accepted width or height, in pixels."""
FLAT = 256
"""Most colours of a flat drawing, such as a page of text."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


@dataclass(frozen=True)
class Picture:
    """An RGB image: the hash of its pixels, and the bytes of a file that holds them without loss."""

    digest: str
    """SHA-256 of width, height and RGB bytes, 64 hex digits."""
    encoded: bytes = field(repr=False, compare=False)

    def pixels(self) -> Image.Image:
        """The decoded RGB image. It is shared: do not draw on it."""
        return _decode(self)


@lru_cache(maxsize=256)
def _decode(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.encoded)).convert("RGB")


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
    method = 4
    if quick:
        # Least effort is fastest on photographs; on flat drawings it is slower than a little more, and ten times larger.
        method = 0 if rgb.getcolors(FLAT) is None else 1
    rgb.save(buffer, "WEBP", lossless=True, quality=15 * method, method=method)
    return Picture(pixel_digest(rgb), buffer.getvalue())


def read_picture(data: bytes, name: str, *, quick: bool = False) -> Picture:
    """Decode an untrusted image file, and keep nothing of it but its pixels.

    The image is turned upright as its EXIF says, laid on white where it is transparent, and re-encoded, so that no metadata,
    colour profile or trailing bytes survive.

    Args:
        data: the bytes of the file.
        name: what to call the image in an error message.
        quick: as for `picture_from_pixels`.

    Raises:
        ImageError: too large, too small, animated, truncated, or not an image.
    """
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name}: the file has {len(data) / 2**20:.0f} MB; send at most {MAX_BYTES // 2**20} MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        _check_shape(image, name)
        image.load()
    except ImageError:
        raise
    except Image.DecompressionBombError:
        raise ImageError(f"{name}: too many pixels; scale it to at most {MAX_PIXELS // 10**6} megapixels") from None
    except Exception as error:
        raise ImageError(f"{name}: cannot be decoded ({_reason(error)}); save it again as PNG, JPEG or WebP") from error
    return picture_from_pixels(_upright_on_white(image), quick=quick)


def _check_shape(image: Image.Image, name: str) -> None:
    """Bounds from the header alone, before a single pixel is decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(f"{name}: {width} x {height} px; scale it to at most {MAX_PIXELS // 10**6} megapixels")
    if max(width, height) > MAX_SIDE:
        raise ImageError(f"{name}: {width} x {height} px; each side may have at most {MAX_SIDE} px")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{name}: {width} x {height} px; each side needs at least {MIN_SIDE} px")
    if getattr(image, "n_frames", 1) > 1:
        raise ImageError(f"{name}: has {getattr(image, 'n_frames', 1)} frames; send a still image")


def _upright_on_white(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    layered = upright.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")


def _reason(error: Exception) -> str:
    """The first line of what the decoder said, without the address of a buffer in it."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return "not an image file" if text.startswith("cannot identify image file") else text
