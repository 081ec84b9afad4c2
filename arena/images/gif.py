"""GIF files before they are decoded: the blocks that pixels need ("Graphics Interchange Format, Version 89a")."""

import re

from arena.images.plain import PlainFile, too_many_parts

STARTS = (b"GIF87a", b"GIF89a")
MAX_BLOCKS = 2**17
"""Programs fill blocks of 255 bytes: 20 MB are 80 thousand."""
MAX_FRAMES = 2
"""The second one tells a film, and is not decoded."""
_HEADER, _DESCRIPTOR = 13, 10
_EXTENSION, _FRAME = b"!", b","
_CONTROL = b"\xf9"
"""The extension that says which colour is transparent."""
_TRAILER = b";"
_BLOCK = re.compile(rb"[!,;]")
"""What a block begins with. Decoders skip everything else."""


def is_gif(data: bytes) -> bool:
    """Whether a file begins as GIF does."""
    return data.startswith(STARTS)


def plain_gif(data: bytes) -> PlainFile:
    """A GIF file without comments and the extensions of applications, and its first two frames.

    Raises:
        ImageError: it is made of too many blocks.
    """
    place = _HEADER + _palette(data, _HEADER - 3)
    parts, frames, blocks = [data[:place]], 0, 0
    while frames < MAX_FRAMES and (start := _BLOCK.search(data, place)) and start[0] != _TRAILER:
        place = start.start()
        frame, control = start[0] == _FRAME, data[place + 1 : place + 2] == _CONTROL
        header = _DESCRIPTOR + _palette(data, place + _DESCRIPTOR - 1) + 1 if frame else 2
        end, count = _end(data, place + header, MAX_BLOCKS - blocks)
        blocks += 1 + count
        if blocks >= MAX_BLOCKS:
            raise too_many_parts(MAX_BLOCKS)
        if frame or control:
            parts.append(data[place:end])
        frames += frame
        place = end
    return PlainFile(b"".join([*parts, _TRAILER]))


def _palette(data: bytes, place: int) -> int:
    """How many bytes of colours follow on a field of flags."""
    flags = data[place] if place < len(data) else 0
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _end(data: bytes, place: int, most: int) -> tuple[int, int]:
    """Where a row of at most so many blocks ends, and how many they are; an empty one ends them."""
    for count in range(most):
        if place >= len(data):
            return len(data), count
        length = data[place]
        place += 1 + length
        if not length:
            return place, count
    return place, most
