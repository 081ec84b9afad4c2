"""WebP files before they are decoded: the chunks that pixels need (RFC 9649, section 2)."""

import struct

from arena.images.plain import PlainFile, orientation, too_many_parts

MAX_CHUNKS = 2**12
"""A picture takes three; more are frames of a film."""
_FLAGS, _EXIF, _XMP = b"VP8X", b"EXIF", b"XMP "
_NEEDED = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
"""The last two tell a film."""
_HEADER = 12
_METADATA_FLAGS = 0x20 | 0x08 | 0x04
"""That there is a colour profile, EXIF, XMP."""


def is_webp(data: bytes) -> bool:
    """Whether a file says that it is WebP."""
    return data[:4] == b"RIFF" and data[8:_HEADER] == b"WEBP"


def plain_webp(data: bytes) -> PlainFile:
    """A WebP file without metadata.

    Raises:
        ImageError: it is made of too many chunks.
    """
    parts, metadata = [], {}
    place = _HEADER
    for _ in range(MAX_CHUNKS):
        if place + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sL", data, place)
        end = place + 8 + length + length % 2
        chunk = data[place:end]
        if kind == _FLAGS and len(chunk) > 8:
            parts.append(chunk[:8] + bytes([chunk[8] & ~_METADATA_FLAGS]) + chunk[9:])
        elif kind in _NEEDED:
            parts.append(chunk)
        elif kind in (_EXIF, _XMP):
            metadata.setdefault(kind, chunk[8:])
        place = end
    else:
        raise too_many_parts(MAX_CHUNKS)
    body = b"WEBP" + b"".join(parts)
    turn = orientation(metadata.get(_EXIF, b""), metadata.get(_XMP, b""))
    return PlainFile(b"RIFF" + struct.pack("<L", len(body)) + body, turn)
