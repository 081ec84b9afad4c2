"""The guard that decodes untrusted image files, and keeps nothing of them but their pixels."""

import io
import math
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from arena.errors import ImageError
from arena.images.avif import is_avif, plain_avif
from arena.images.colours import eight_bit, on_white
from arena.images.gif import is_gif, plain_gif
from arena.images.heic import is_heic, open_heic
from arena.images.jpeg import is_jpeg, open_jpeg, plain_jpeg
from arena.images.picture import MAX_SIDE, MIN_SIDE, Picture, picture_from_pixels
from arena.images.plain import ORIENTATION, TURNS, UPRIGHT, PlainFile
from arena.images.png import is_png, plain_png
from arena.images.tiff import is_tiff, plain_tiff
from arena.images.webp import is_webp, plain_webp

MAX_BYTES = 20 * 2**20
"""Largest accepted file, in bytes."""
MAX_PIXELS = 64 * 10**6
"""Largest accepted image of a camera, width x height: more than the 50 megapixels of phones. Of other formats half as many."""
WHOLE_PIXELS = 16 * 10**6
"""Larger images are scaled down to this, width x height."""
FORMATS = ("PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""What Pillow opens; JPEG and HEIC are opened apart."""
PLAIN = (
    (is_jpeg, plain_jpeg),
    (is_png, plain_png),
    (is_gif, plain_gif),
    (is_tiff, plain_tiff),
    (is_webp, plain_webp),
    (is_avif, plain_avif),
)
"""How each format is told, and freed of metadata."""
CAMERA_FORMATS = ("JPEG", "HEIF", "AVIF")
"""What cameras write. To decode others takes more memory a pixel."""
GAP = 2
"""A JPEG is decoded at no less than this many times the size that it is scaled to, so that scaling smooths."""


@dataclass(frozen=True)
class ImageBounds:
    """What is accepted of an image file, and how large a picture it becomes."""

    file_bytes: int = MAX_BYTES
    pixels: int = MAX_PIXELS
    """Of formats other than those of cameras, half as many."""
    longest_side: int | None = None
    """Scale larger pictures down to this, in pixels; None for as large as `WHOLE_PIXELS` allow."""


BOUNDS = ImageBounds()
"""Those of suites."""


def read_picture(data: bytes, name: str, *, quick: bool = False, bounds: ImageBounds = BOUNDS) -> Picture:
    """Decode an untrusted image file, and keep nothing of it but its pixels.

    The image is scaled to the bounds, turned upright as its EXIF says, laid on white where it is transparent, and re-encoded,
    so that no metadata, colour profile or trailing bytes survive. Of a JPEG that holds several, the first one is read.

    Args:
        data: the bytes of the file.
        name: what to call the image in an error message.
        quick: as for `picture_from_pixels`.
        bounds: what is accepted.

    Raises:
        ImageError: too large, too small, animated, truncated, of numbers without a known black and white, or not an image.
    """
    _check_length(len(data), name, bounds)
    try:
        plain = _plain(data)
        image, orientation = _open(plain.data), plain.orientation
        _check_header(image, bounds)
        if image.format == "AVIF":  # Pillow tells what the container says as if it were EXIF
            orientation = image.getexif().get(ORIENTATION, UPRIGHT)
        rgb = _decoded(image, orientation, bounds)
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from error.__cause__
    except Image.DecompressionBombError:
        raise ImageError(f"{name}: too many pixels; scale it to at most {bounds.pixels // 2 // 10**6} megapixels") from None
    except Exception as error:
        raise ImageError(f"{name}: cannot be decoded ({_reason(error)}); save it again as PNG, JPEG or WebP") from error
    return picture_from_pixels(rgb, quick=quick)


def read_picture_file(path: Path, name: str, *, quick: bool = False, bounds: ImageBounds = BOUNDS) -> Picture:
    """`read_picture` of a file on disk.

    Raises:
        ImageError: as there; or it cannot be read, or is no regular file: a pipe or a device may go on for ever.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ImageError(f"{name}: is no regular file; put an image there")
        _check_length(about.st_size, name, bounds)
        data = path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{name}: no such file") from None
    except OSError as error:
        raise ImageError(f"{name}: cannot be read ({error.strerror})") from error
    return read_picture(data, name, quick=quick, bounds=bounds)


def _check_length(length: int, name: str, bounds: ImageBounds) -> None:
    if length > bounds.file_bytes:
        raise ImageError(f"{name}: the file has {length / 2**20:.0f} MB; send at most {bounds.file_bytes // 2**20} MB")


def _plain(data: bytes) -> PlainFile:
    """The file as a decoder may see it. HEIC is turned upright by its decoder, and BMP has no metadata."""
    if is_heic(data):
        return PlainFile(data)
    return next((plain(data) for is_format, plain in PLAIN if is_format(data)), PlainFile(data))


def _open(data: bytes) -> Image.Image:
    if is_jpeg(data):
        return open_jpeg(data)
    if is_heic(data):
        return open_heic(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is the lower one
        return Image.open(io.BytesIO(data), formats=FORMATS)


def _check_header(image: Image.Image, bounds: ImageBounds) -> None:
    """Refuse by the header alone, before a single pixel is decoded."""
    width, height = image.size
    most = bounds.pixels if image.format in CAMERA_FORMATS else bounds.pixels // 2
    if width * height > most:
        raise ImageError(f"{width} x {height} px; scale it to at most {most // 10**6} megapixels")
    if max(width, height) > MAX_SIDE:
        raise ImageError(f"{width} x {height} px; each side may have at most {MAX_SIDE} px")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{width} x {height} px; each side needs at least {MIN_SIDE} px")
    # A film is known by its second frame, where n_frames would read them all. HEIC marks one of its pictures as the main one.
    if image.format != "HEIF" and getattr(image, "is_animated", False):
        raise ImageError("has several frames; send a still image")


def _decoded(image: Image.Image, orientation: int, bounds: ImageBounds) -> Image.Image:
    width, height = image.size
    longest = bounds.longest_side or int(max(width, height) * math.sqrt(WHOLE_PIXELS / (width * height)))
    if image.format == "JPEG":
        share = GAP * longest / max(width, height)
        image.draft(None, (math.ceil(width * share), math.ceil(height * share)))
        scaled = image
    else:  # can only be decoded whole; what it holds can be scaled once it is plain colours
        image.load()
        scaled = eight_bit(image)
    if max(width, height) > longest:
        scaled.thumbnail((longest, longest))
    if min(scaled.size) < MIN_SIDE:
        raise ImageError(f"{width} x {height} px is too narrow; cut it nearer to a square")
    turn = TURNS.get(orientation)
    upright = eight_bit(scaled)
    return on_white(upright if turn is None else upright.transpose(turn))


def _reason(error: Exception) -> str:
    """The first line of what the decoder said, without the address of a buffer in it."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return "not an image file" if text.startswith("cannot identify image file") else text
