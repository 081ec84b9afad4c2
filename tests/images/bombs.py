"""Small files whose metadata makes a decoder work: directories that name the same bytes over and over."""

import struct
import zlib
from collections.abc import Mapping

from image_files import drawing, encoded
from PIL.PngImagePlugin import PngInfo

EXIF_START = b"Exif\0\0"
UNDEFINED, SHORT, LONG = 7, 3, 4
"""Types of TIFF."""


def directory(entries: Mapping[int, tuple[int, int, int]], next_place: int = 0) -> bytes:
    """A directory of TIFF: type, number of values and value or place of each tag."""
    body = b"".join(struct.pack("<HHLL", tag, *entry) for tag, entry in sorted(entries.items()))
    return struct.pack("<H", len(entries)) + body + struct.pack("<L", next_place)


def exif_bomb(tags: int = 100, size: int = 2**18) -> bytes:
    """EXIF whose tags are all the same bytes, as many as most of the block has."""
    place = 8 + len(directory(dict.fromkeys(range(tags), (0, 0, 0))))
    entries = dict.fromkeys(range(1000, 1000 + tags), (UNDEFINED, size, place))
    return b"II*\0" + struct.pack("<L", 8) + directory(entries) + bytes(size)


def png_with(info: PngInfo) -> bytes:
    return encoded(drawing(), pnginfo=info)


def png_with_exif(exif: bytes) -> bytes:
    return encoded(drawing(), exif=exif)


def png_with_raw_profile(exif: bytes, *, packed: bool = False) -> bytes:
    digits = exif.hex()
    lines = "\n".join(digits[place : place + 72] for place in range(0, len(digits), 72))
    info = PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(exif):8}\n{lines}\n", zip=packed)
    return png_with(info)


def jpeg_with_exif(exif: bytes) -> bytes:
    """In as many segments as it takes: 64 kB are the most that one holds."""
    data = encoded(drawing(), "JPEG")
    pieces = (EXIF_START + exif[place : place + 65_000] for place in range(0, len(exif), 65_000))
    segments = (b"\xff\xe1" + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)
    return data[:2] + b"".join(segments) + data[2:]


def tiff(entries: dict[int, tuple[int, int, int]], behind: bytes = b"", next_place: int = 0) -> bytes:
    """An RGB picture of 32 x 24 pixels in one strip, with further entries, and bytes behind its pixels, at `BEHIND`."""
    pixels = drawing().tobytes()
    fields = {256: (SHORT, 1, 32), 257: (SHORT, 1, 24), 258: (SHORT, 3, 8), 262: (SHORT, 1, 2), 273: (LONG, 1, 14)}
    fields |= {277: (SHORT, 1, 3), 278: (SHORT, 1, 24), 279: (LONG, 1, len(pixels))}
    body = struct.pack("<HHH", 8, 8, 8) + pixels + behind
    return b"II*\0" + struct.pack("<L", 8 + len(body)) + body + directory(fields | entries, next_place)


BEHIND = 14 + 32 * 24 * 3


def tiff_bomb(tags: int = 100, size: int = 2**18) -> bytes:
    return tiff(dict.fromkeys(range(40_000, 40_000 + tags), (UNDEFINED, size, BEHIND)), bytes(size))


def tiff_with_directories_within(size: int = 2**18) -> bytes:
    """The same bytes in the directories of EXIF and of a GPS, which decoders read, too."""
    inner = directory(dict.fromkeys(range(1000, 1100), (UNDEFINED, size, BEHIND)))
    place = BEHIND + size
    return tiff({34665: (LONG, 1, place), 34853: (LONG, 1, place), 330: (LONG, 1, place)}, bytes(size) + inner)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with_chunks(chunks: bytes) -> bytes:
    data = encoded(drawing())
    return data[:33] + chunks + data[33:]


def gif_with_blocks(before: bytes = b"", behind: bytes = b"") -> bytes:
    """A GIF with blocks before its frame or behind it."""
    data = encoded(drawing().quantize(8), "GIF")
    place = 13 + (3 << data[10] % 8 + 1)  # behind the colours
    return data[:place] + before + data[place:-1] + behind + data[-1:]


def webp_with_chunks(chunks: bytes) -> bytes:
    body = encoded(drawing(), "WEBP", lossless=True)[8:] + chunks
    return b"RIFF" + struct.pack("<L", len(body)) + body


def avif_with_lists(size: int, *names: bytes) -> bytes:
    """An AVIF file with lists of items, each of a size, in boxes that do not belong there."""
    return encoded(drawing(), "AVIF") + b"".join(struct.pack(">I", size) + name + bytes(size - 8) for name in names)
