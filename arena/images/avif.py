"""AVIF files before they are decoded. Their boxes are those of ISO/IEC 14496-12."""

import re

from arena.errors import ImageError
from arena.images.plain import PlainFile

BRANDS = {b"avif", b"avis", b"mif1", b"msf1"}
MAX_LISTS = 2**16
"""Bytes of the lists of items. A thousand tiles take 50 kB; decoders look each item up in all those before it."""
_LIST = re.compile(rb"iinf|iloc|iref|ipma")
_EXIF_ITEM = re.compile(rb"(infe(?:\x02.{5}|\x03.{7})..)Exif", re.DOTALL)
"""The entry of an item that is EXIF: version, flags, number, protection, type (section 8.11.6)."""
_UNTIL_THE_END, _LONG = 0, 1
"""Sizes of boxes that are no sizes."""


def is_avif(data: bytes) -> bool:
    """Whether Pillow takes a file for AVIF."""
    return data[4:8] == b"ftyp" and data[8:12] in BRANDS


def plain_avif(data: bytes) -> PlainFile:
    """An AVIF file whose EXIF is an item of a type that decoders skip. Its container says how the picture is turned.

    Raises:
        ImageError: it is made of far too many items.
    """
    lists = 0
    for name in _LIST.finditer(data):
        start = name.start() - 4
        size = int.from_bytes(data[start : name.start()], "big")
        if size in (_UNTIL_THE_END, _LONG):
            size = MAX_LISTS + 1
        lists += size if start + size <= len(data) else 0  # or it is no box, but pixels that look like one
    if lists > MAX_LISTS:
        raise ImageError("is made of far too many items; save it anew as PNG")
    return PlainFile(_EXIF_ITEM.sub(rb"\1free", data))
