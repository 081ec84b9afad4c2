"""TIFF files before they are decoded: the entries that pixels need ("TIFF Revision 6.0" and its supplements)."""

import math
import struct

from arena.errors import ImageError
from arena.images.directory import BIG, Directory, read_directory
from arena.images.plain import PlainFile, orientation

STARTS = (b"II*\0", b"MM\0*", b"MM*\0", b"II\0*", b"II+\0", b"MM\0+")
"""With those that programs write the wrong way round, and of BigTIFF."""
XMP = 700
WIDTH, HEIGHT, SAMPLES, PLANES = 256, 257, 277, 284
STRIP_PLACES, STRIP_LENGTHS, STRIP_ROWS = 273, 279, 278
TILE_PLACES, TILE_LENGTHS, TILE_WIDTH, TILE_HEIGHT = 324, 325, 322, 323
COLOUR_MAP, JPEG_TABLES, COLOUR_PROFILE = 320, 347, 34675
PIXEL_TAGS = (
    {WIDTH, HEIGHT, 258, 259, 262, 266, SAMPLES, PLANES, 292, 293, 317, 332, 333, 334, 338, 339}
    | {STRIP_PLACES, STRIP_LENGTHS, STRIP_ROWS, TILE_PLACES, TILE_LENGTHS, TILE_WIDTH, TILE_HEIGHT}
    | {COLOUR_MAP, JPEG_TABLES, COLOUR_PROFILE}
    | {512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 50674}  # of JPEG, YCbCr and LERC
)
MAX_PIECES = 2**16
"""Most strips or tiles."""
MAX_VALUES = {COLOUR_MAP: 3 * 2**16} | dict.fromkeys((STRIP_PLACES, STRIP_LENGTHS, TILE_PLACES, TILE_LENGTHS), MAX_PIECES)
"""Most values of entries that have many; of those that are blocks of bytes there may be any number."""
MAX_OTHER_VALUES = 64
BYTE_TYPES = {1, 2, 7}
SEPARATE = 2
"""Value of the tag of planes: each colour has strips of its own."""
REPEATS = 4
"""How often all bytes of a file may be named: once, if programs did no mistakes."""
SLACK = 2**16


def is_tiff(data: bytes) -> bool:
    """Whether a file begins as TIFF does."""
    return data.startswith(STARTS)


def plain_tiff(data: bytes) -> PlainFile:
    """A TIFF file whose only directory is one of what pixels need. It says how the picture is to be turned no more.

    Raises:
        ImageError: its entries name far more bytes than it has, or more strips or tiles than the picture has.
        SyntaxError: it has no directory.
    """
    directory = read_directory(data)
    if directory is None:
        raise SyntaxError("it has no directory")
    _check_values(directory)
    _check_pieces(directory)
    order, offset = directory.order, "Q" if directory.big else "L"
    place = len(data) + len(data) % 2
    needed = sorted((tag, entry) for tag, entry in directory.entries.items() if tag in PIXEL_TAGS)
    entries = b"".join(struct.pack(f"{order}HH{offset}", tag, *entry[:2]) + entry.field for tag, entry in needed)
    count = struct.pack(order + ("Q" if directory.big else "H"), len(needed))
    after = struct.pack(order + offset, directory.next_place)  # tells a film
    header = data[:2] + (
        struct.pack(order + "HHHQ", BIG, 8, 0, place) if directory.big else struct.pack(order + "HL", 42, place)
    )
    plain = header + data[len(header) :].ljust(place - len(header), b"\0") + count + entries + after
    return PlainFile(plain, orientation(data, directory.value(XMP)))


def _check_values(directory: Directory) -> None:
    named = 0
    for tag in PIXEL_TAGS & directory.entries.keys():
        entry = directory.entries[tag]
        block = tag in (JPEG_TABLES, COLOUR_PROFILE) and entry.type in BYTE_TYPES
        if not block and entry.values > MAX_VALUES.get(tag, MAX_OTHER_VALUES):
            raise ImageError(f"its directory has {entry.values} values for one entry (tag {tag}); save it anew as PNG")
        named += entry.size
    for tag in (STRIP_LENGTHS, TILE_LENGTHS):
        named += sum(min(int(length), len(directory.block)) for length in directory.numbers(tag))
    if named > REPEATS * len(directory.block) + SLACK:
        raise ImageError("its directory names far more bytes than the file has; save it anew as PNG")


def _check_pieces(directory: Directory) -> None:
    """Strips or tiles that lie outside the picture would be decoded into it over and over."""

    def number(tag: int, otherwise: int) -> int:
        numbers = directory.numbers(tag)
        return max(1, int(numbers[0])) if len(numbers) else otherwise

    width, height = number(WIDTH, 1), number(HEIGHT, 1)
    planes = number(SAMPLES, 1) if number(PLANES, 1) == SEPARATE else 1
    strips = math.ceil(height / number(STRIP_ROWS, height))
    tiles = math.ceil(width / number(TILE_WIDTH, width)) * math.ceil(height / number(TILE_HEIGHT, height))
    for tag, most in ((STRIP_PLACES, strips * planes), (TILE_PLACES, tiles * planes)):
        if tag in directory.entries and directory.entries[tag].values > most:
            raise ImageError("has more strips or tiles than its size allows; save it anew as PNG")
