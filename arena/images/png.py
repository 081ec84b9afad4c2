"""PNG files before they are decoded: the chunks that pixels need ("Portable Network Graphics, Third Edition", section 11)."""

import struct
import zlib
from collections.abc import Iterator

from arena.images.plain import PlainFile, orientation, too_many_parts

START = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 2**16
"""Programs write pixels in chunks of some kilobytes: 20 MB are a few thousand."""
MAX_TEXT = 2**20
"""Most bytes that are unpacked of a text."""
_PIXELS, _EXIF, _END = b"IDAT", b"eXIf", b"IEND"
_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL"}
"""Before the pixels. The last two tell a film."""
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_RAW_EXIF, _XMP = b"Raw profile type exif", b"XML:com.adobe.xmp"
"""Keywords of texts. A raw profile is a line break, its name, its length and hexadecimal digits, each on lines of their own."""


def is_png(data: bytes) -> bool:
    """Whether a file begins as PNG does."""
    return data.startswith(START)


def plain_png(data: bytes) -> PlainFile:
    """A PNG file without metadata, and its pixels in one chunk.

    Raises:
        ImageError: it is made of too many chunks.
    """
    header, pixels, exif, texts = [], [], b"", {}
    for kind, chunk in _chunks(data):
        body = chunk[8:-4]
        if kind == _PIXELS:
            pixels.append(body)
        elif kind in _NEEDED and not pixels:
            header.append(chunk)
        elif kind == _EXIF:
            exif = body
        elif kind in _TEXTS and (keyword := body[:80].partition(b"\0")[0]) in (_RAW_EXIF, _XMP):
            texts[keyword] = kind, body
    exif = exif or _profile(_text(*texts.get(_RAW_EXIF, (b"", b""))))
    parts = [START, *header, *([_chunk(_PIXELS, b"".join(pixels))] if pixels else []), _chunk(_END, b"")]
    return PlainFile(b"".join(parts), orientation(exif, _text(*texts.get(_XMP, (b"", b"")))))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk of a file by its kind, with its length and checksum; the last one may be cut off."""
    place = len(START)
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(data):
            return
        length, kind = struct.unpack_from(">L4s", data, place)
        yield kind, data[place : place + 12 + length]
        place += 12 + length
    raise too_many_parts(MAX_CHUNKS)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(body, zlib.crc32(kind)))


def _text(kind: bytes, body: bytes) -> bytes:
    """What a text chunk says; nothing of one that is damaged."""
    _, _, text = body.partition(b"\0")
    packed = kind == b"zTXt"
    if packed:
        text = text[1:]
    elif kind == b"iTXt":
        packed = text[:1] == b"\1"
        text = text[2:].split(b"\0", 2)[-1]  # behind a language and a translated keyword
    try:
        return zlib.decompressobj().decompress(text, MAX_TEXT) if packed else text
    except zlib.error:
        return b""


def _profile(text: bytes) -> bytes:
    """The bytes of a raw profile; none of one that is damaged."""
    try:
        return bytes.fromhex(text.split(b"\n", 3)[-1].decode("latin-1"))
    except ValueError:
        return b""
