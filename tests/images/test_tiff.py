"""TIFF files name their pixels by entries, which may name the same bytes over and over."""

import io
import struct

import numpy as np
import pytest
from bombs import BEHIND, LONG, SHORT, UNDEFINED, tiff
from image_files import drawing, encoded
from PIL import Image

from arena.errors import ImageError
from arena.images import pixel_digest, read_picture
from arena.images.tiff import MAX_PIECES, plain_tiff


def deflated(rows: int, **options) -> bytes:
    return encoded(drawing(size=(64, 48)), "TIFF", compression="tiff_adobe_deflate", tiffinfo={278: rows}, **options)


@pytest.mark.parametrize(
    "data",
    [
        *(deflated(rows) for rows in (1, 7, 48)),
        deflated(5, big_tiff=True),
        encoded(drawing("CMYK"), "TIFF", icc_profile=b""),
        encoded(drawing("P"), "TIFF"),
        encoded(drawing("1"), "TIFF", compression="group4"),
        encoded(drawing("L"), "TIFF", compression="jpeg"),
    ],
)
def test_of_a_file_without_metadata_nothing_changes(data):
    assert read_picture(data, "scan").digest == pixel_digest(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_directory_that_follows_on_itself_is_no_film():
    data = tiff({})
    (place,) = struct.unpack("<L", data[4:8])
    assert read_picture(data[:-4] + data[4:8], "scan").digest == pixel_digest(drawing())
    with pytest.raises(ImageError, match="several frames"):
        read_picture(data[:-4] + struct.pack("<L", place - 2), "scan")


@pytest.mark.parametrize(
    "entries",
    [
        {34675: (UNDEFINED, 10**6, BEHIND)},
        {258: (SHORT, 10**5, BEHIND)},
        {273: (LONG, MAX_PIECES + 1, BEHIND), 279: (LONG, MAX_PIECES + 1, BEHIND), 278: (SHORT, 1, 1)},
        {273: (LONG, 3, BEHIND), 278: (SHORT, 1, 12)},
        {257: (SHORT, 1, 2), 273: (LONG, 100, BEHIND), 278: (SHORT, 1, 1)},
        {322: (SHORT, 1, 16), 323: (SHORT, 1, 16), 324: (LONG, 5, BEHIND)},
    ],
    ids=["profile", "bits", "strips", "one strip more", "strips again", "one tile more"],
)
def test_entries_that_name_more_than_there_is_are_refused_in_one_line(entries):
    with pytest.raises(ImageError, match=r"scan: (its directory|has more strips).*; save it anew as PNG"):
        read_picture(tiff(entries, bytes(1000)), "scan")


def test_strips_that_are_all_the_same_bytes_are_refused():
    data = bytes(2**17)
    places, lengths = np.full(24, BEHIND, "<u4"), np.full(24, len(data), "<u4")
    behind = data + places.tobytes() + lengths.tobytes()
    entries = {
        273: (LONG, 24, BEHIND + len(data)),
        278: (SHORT, 1, 1),
        279: (LONG, 24, BEHIND + len(data) + 96),
        259: (SHORT, 1, 8),
    }
    with pytest.raises(ImageError, match="scan: its directory names far more bytes than the file has; save it anew as PNG"):
        read_picture(tiff(entries, behind), "scan")


@pytest.mark.parametrize("data", [b"II*\0", b"II*\0" + b"\xff" * 40, b"II+\0\x08\0\0\0" + b"\xff" * 40, b"MM\0*" + bytes(4)])
def test_a_file_without_a_directory_is_refused(data):
    with pytest.raises(SyntaxError):
        plain_tiff(data)
