"""JPEG files before they are decoded: what pixels need of the first picture, and how often a decoder has to go over it.

Segments are those of ITU-T T.81, annex B.
"""

import io
import re

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from arena.errors import ImageError
from arena.images.plain import EXIF_START, PlainFile, orientation, too_many_parts

START = b"\xff\xd8"
MAX_SCANS = 32
"""Cameras write 1, progressive files 10 to 20. Each goes over the whole picture, and may be as short as 30 bytes."""
MAX_SEGMENTS = 2**12
"""A segment may have 64 kB: 20 MB of metadata are 320."""
_START_OF_SCAN, _END = 0xDA, 0xD9
_JFIF, _EXIF_OR_XMP, _ADOBE = 0xE0, 0xE1, 0xEE
"""Segments of applications. The first and the last say which colours the numbers are, and so does a profile."""
_PROFILE_START, _XMP_START = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
"""What ends the data of a scan: neither a stuffed byte nor a restart."""
_ALONE = {*range(0x01, 0xC0), 0xD8}
"""Markers on which no length follows: decoders skip them and read on behind."""
_UNNEEDED = _ALONE | {*range(0xE0, 0xF0), 0xFE}
"""With segments of applications, and comments."""


def is_jpeg(data: bytes) -> bool:
    """Whether a file begins as JPEG does."""
    return data.startswith(START)


def open_jpeg(data: bytes) -> Image.Image:
    """The first picture of a JPEG file, not yet decoded. Phones and cameras put others behind it: previews, depths, films.

    Raises:
        ImageError: it takes too many scans, or is made of too many segments.
        SyntaxError: it is none.
    """
    if scans(data) > MAX_SCANS:
        raise ImageError(f"has more than {MAX_SCANS} scans; save it again as a plain JPEG")
    return JpegImageFile(io.BytesIO(data))


def scans(data: bytes) -> int:
    """How many scans the first picture of a JPEG file has; at most one more than `MAX_SCANS`.

    Raises:
        ImageError: it is made of too many segments.
    """
    count, place = 0, len(START)
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, place)
        if marker is None or marker[1][0] == _END or count > MAX_SCANS:
            return count
        count += marker[1][0] == _START_OF_SCAN
        place = _segment_end(data, marker)
    raise too_many_parts(MAX_SEGMENTS)


def plain_jpeg(data: bytes) -> PlainFile:
    """A JPEG file without metadata before its first scan. Decoders skip what comes later.

    Raises:
        ImageError: it is made of too many segments.
    """
    parts, exif, xmp, place = [START], [], b"", len(START)
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, place)
        if marker is None or marker[1][0] in (_START_OF_SCAN, _END):
            parts.append(data[marker.start() if marker else len(data) :])
            break
        kind, place = marker[1][0], _segment_end(data, marker)
        body = data[marker.end() + 2 : place]
        if kind == _EXIF_OR_XMP and body.startswith(EXIF_START):
            exif.append(body.removeprefix(EXIF_START))  # one block may be cut into several segments
        elif kind == _EXIF_OR_XMP and body.startswith(_XMP_START):
            xmp = body
        elif kind in (_JFIF, _ADOBE) or kind not in _UNNEEDED or body.startswith(_PROFILE_START):
            parts.append(data[marker.start() : place])
    else:
        raise too_many_parts(MAX_SEGMENTS)
    return PlainFile(b"".join(parts), orientation(b"".join(exif), xmp))


def _segment_end(data: bytes, marker: re.Match[bytes]) -> int:
    """Where the search for the next marker goes on, so that the thumbnail in a segment is not taken for the picture."""
    if marker[1][0] in _ALONE:
        return marker.end()
    return marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2], "big"))
