"""What a decoder gets to see of an untrusted file: what the pixels need, and no metadata.

Metadata is where a small file makes a decoder work: entries of a directory that all name the same bytes, thousands of comments
that are joined one by one, texts that unpack to megabytes. So each format has a function that copies what the pixels need, and
nothing else. What it does not know costs nothing, whatever it is.
"""

import re
from dataclasses import dataclass

from PIL import Image

from arena.errors import ImageError
from arena.images.directory import read_directory

UPRIGHT = 1
ORIENTATION = 0x0112
"""Tag of TIFF and EXIF."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes each orientation upright."""
EXIF_START = b"Exif\0\0"
_EXIF_STARTS = re.compile(rb"\A(?:Exif\0\0)*")
_XMP_ORIENTATION = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')


@dataclass(frozen=True)
class PlainFile:
    """An image file without metadata."""

    data: bytes
    orientation: int = UPRIGHT
    """How the picture is to be turned, as EXIF counts."""


def orientation(exif: bytes, xmp: bytes = b"") -> int:
    """How a picture is to be turned: as its EXIF says, or else its XMP, or not at all.

    Args:
        exif: with or without `EXIF_START`; may be empty or damaged.
        xmp: likewise.
    """
    directory = read_directory(_EXIF_STARTS.sub(b"", exif, count=1))
    numbers = [] if directory is None else directory.numbers(ORIENTATION)
    if len(numbers):
        return int(numbers[0])
    told = _XMP_ORIENTATION.search(xmp)
    return int(told[1]) if told else UPRIGHT


def too_many_parts(most: int) -> ImageError:
    """A file that is split into more pieces than any program writes."""
    return ImageError(f"is made of more than {most} blocks; save it anew without metadata")
