"""Directories of TIFF, which EXIF uses too: what their entries say, and no byte of a value before it is asked for.

The layout is that of "TIFF Revision 6.0", section 2, and of BigTIFF, whose offsets have 8 bytes.
"""

import struct
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
"""Bytes of a value of each type."""
WHOLE_NUMBERS = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8"}
"""Types of numbers that are not negative, as numpy names them."""
MAX_ENTRIES = 65_535
"""As many as TIFF can count; BigTIFF could count more."""
BYTE_ORDERS: dict[bytes, Literal["<", ">"]] = {b"II": "<", b"MM": ">"}
BIG = 43
"""What tells BigTIFF from TIFF."""


class Entry(NamedTuple):
    """One entry of a directory."""

    type: int
    values: int
    """How many."""
    field: bytes
    """The value where it fits, else the place of it."""

    @property
    def size(self) -> int:
        """Bytes of the value; 0 for a type that is not known."""
        return self.values * SIZES.get(self.type, 0)

    @property
    def within(self) -> bool:
        """Whether the value stands in the entry itself."""
        return self.size <= len(self.field)


@dataclass(frozen=True)
class Directory:
    """The first directory of a block."""

    block: bytes
    order: Literal["<", ">"]
    """Of bytes, as `struct` writes it."""
    big: bool
    entries: dict[int, Entry]
    """By tag. Of entries with the same tag the last one counts, as in Pillow."""
    next_place: int
    """Where the next directory is; 0 for none."""

    def value(self, tag: int) -> bytes:
        """The bytes of an entry, or as many as the block has of them; none where there is no such entry."""
        if (entry := self.entries.get(tag)) is None:
            return b""
        if entry.within:
            return entry.field[: entry.size]
        (place,) = struct.unpack(self.order + ("Q" if self.big else "L"), entry.field)
        return self.block[place : place + entry.size]

    def numbers(self, tag: int) -> np.ndarray:
        """The numbers of an entry; none where there is no such entry, or its type is another one."""
        kind = WHOLE_NUMBERS.get(self.entries[tag].type) if tag in self.entries else None
        if kind is None:
            return np.zeros(0, np.uint64)
        numbers = np.dtype(kind).newbyteorder(self.order)
        value = self.value(tag)
        return np.frombuffer(value[: len(value) // numbers.itemsize * numbers.itemsize], numbers)


def read_directory(block: bytes) -> Directory | None:
    """The first directory of a block, with as many entries as the block has of it; None where it begins with none.

    Args:
        block: a TIFF file, or EXIF from its byte order on.
    """
    order = BYTE_ORDERS.get(block[:2])
    big = block[2:3] == bytes([BIG])
    if order is None or len(block) < 16:
        return None
    length, offset = order + ("Q" if big else "H"), order + ("Q" if big else "L")
    (place,) = struct.unpack_from(offset, block, 8 if big else 4)
    start = place + struct.calcsize(length)
    if start > len(block):
        return None
    entry = struct.Struct(order + ("HHQ8s" if big else "HHL4s"))
    (count,) = struct.unpack_from(length, block, place)
    count = min(count, MAX_ENTRIES, (len(block) - start) // entry.size)
    end = start + count * entry.size
    entries = {tag: Entry(*fields) for tag, *fields in entry.iter_unpack(block[start:end])}
    (next_place,) = struct.unpack(offset, block[end : end + struct.calcsize(offset)].ljust(struct.calcsize(offset), b"\0"))
    return Directory(block, order, big, entries, 0 if next_place == place else next_place)
