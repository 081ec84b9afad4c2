"""JPEG files before they are decoded: the first picture of a file, and how often a decoder has to go over it."""

import io
import re

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from arena.errors import ImageError

START = b"\xff\xd8"
MAX_SCANS = 64
"""Cameras write 1, progressive files about 10. Each goes over the whole picture, and may be as short as 30 bytes."""
_START_OF_SCAN, _END = 0xDA, 0xD9
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
"""What ends the data of a scan: neither a stuffed byte nor a restart."""


def open_jpeg(data: bytes) -> Image.Image:
    """The first picture of a JPEG file, not yet decoded. Phones and cameras put others behind it: previews, depths, films.

    Raises:
        ImageError: it takes too many scans.
        SyntaxError: it is none.
    """
    if scans(data) > MAX_SCANS:
        raise ImageError(f"has more than {MAX_SCANS} scans; save it again as a plain JPEG")
    return JpegImageFile(io.BytesIO(data))


def scans(data: bytes) -> int:
    """How many scans the first picture of a JPEG file has; at most one more than `MAX_SCANS`."""
    count, place = 0, len(START)
    while count <= MAX_SCANS and (marker := _MARKER.search(data, place)):
        kind = marker[1][0]
        if kind == _END:
            break
        count += kind == _START_OF_SCAN
        # Each segment says how long it is, so that the thumbnail in one of them is not taken for the picture.
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    return count
