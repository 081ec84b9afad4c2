"""Decoders see the pixels of a file and none of its metadata, and the picture is turned as the metadata said."""

import io
import struct
import tracemalloc
import warnings
from collections.abc import Callable

import pytest
from bombs import (
    avif_with_lists,
    exif_bomb,
    gif_with_blocks,
    jpeg_with_exif,
    png_chunk,
    png_with,
    png_with_chunks,
    png_with_exif,
    png_with_raw_profile,
    tiff_bomb,
    tiff_with_directories_within,
    webp_with_chunks,
)
from image_files import drawing, encoded
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from arena.errors import ImageError
from arena.images import avif, gif, jpeg, pixel_digest, png, read_picture, webp
from arena.images.plain import orientation
from arena.images.reader import PLAIN

ORIENTATION = 0x0112
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>'


def exif(turn: int) -> Image.Exif:
    block = Image.Exif()
    block[ORIENTATION] = turn
    return block


def png_with_xmp(turn: int, *, packed: bool) -> bytes:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", (XMP % turn).decode(), zip=packed)
    return png_with(info)


def png_with_exif_at_its_end(turn: int) -> bytes:
    data = encoded(drawing())
    return data[:-12] + png_chunk(b"eXIf", exif(turn).tobytes()[6:]) + data[-12:]


def tiff_with_xmp(turn: int) -> bytes:
    entries = ImageFileDirectory_v2()
    entries[700] = XMP % turn
    return encoded(drawing(), "TIFF", tiffinfo=entries)


TURNED: dict[str, Callable[[int], bytes]] = {
    "JPEG, XMP": lambda turn: encoded(drawing(), "JPEG", xmp=XMP % turn),
    "WebP, XMP": lambda turn: encoded(drawing(), "WEBP", lossless=True, xmp=XMP % turn),
    "TIFF, XMP": tiff_with_xmp,
    "BigTIFF": lambda turn: encoded(drawing(), "TIFF", exif=exif(turn), big_tiff=True),
    "deflated TIFF": lambda turn: encoded(drawing(), "TIFF", exif=exif(turn), compression="tiff_adobe_deflate"),
    "PNG, raw profile": lambda turn: png_with_raw_profile(exif(turn).tobytes()),
    "PNG, packed raw profile": lambda turn: png_with_raw_profile(exif(turn).tobytes(), packed=True),
    "PNG, XMP": lambda turn: png_with_xmp(turn, packed=False),
    "PNG, packed XMP": lambda turn: png_with_xmp(turn, packed=True),
    "PNG, EXIF at its end": png_with_exif_at_its_end,
}


@pytest.mark.parametrize("turn", [3, 6])
@pytest.mark.parametrize("name", TURNED)
def test_wherever_a_file_says_how_it_is_turned_it_is_turned_as_pillow_does(name, turn):
    data = TURNED[name](turn)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert pixel_digest(upright) != pixel_digest(Image.open(io.BytesIO(TURNED[name](1))))
    assert read_picture(data, "photo").digest == pixel_digest(upright)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0", b"Exif\0\0" * 2])
def test_the_orientation_is_read_in_both_orders_of_bytes(order, prefix):
    entry = struct.pack(f"{order}HHHLHH", 1, ORIENTATION, 3, 1, 6, 0)
    block = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HL", 42, 8) + entry + bytes(4)
    assert orientation(prefix + block) == 6
    assert orientation(prefix + block, XMP % 3) == 6  # EXIF comes first
    assert orientation(prefix + block[:12], XMP % 3) == 3


@pytest.mark.parametrize(
    "block", [b"", b"II", b"II*\0", b"II*\0\xff\xff\xff\xff" + bytes(20), b"x" * 99, b"II+\0" + b"\xff" * 30]
)
def test_damaged_exif_turns_nothing(block):
    assert orientation(block) == 1


def plain(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(next(function(data) for is_format, function in PLAIN if is_format(data)).data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_a_decoder_sees_no_metadata(kind):
    data = encoded(drawing(), kind, exif=exif(1), icc_profile=b"profile" * 40, comment=b"words", description="words")
    seen = plain(data)
    told = {"exif", "xmp", "comment", "extension"} & seen.info.keys()
    assert not told
    assert not ({ORIENTATION, 270, 34665} & getattr(seen, "tag_v2", {}).keys())
    assert pixel_digest(seen) == pixel_digest(Image.open(io.BytesIO(data)))


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "JPEG": jpeg_with_exif,
    "PNG": png_with_exif,
    "PNG, raw profile": png_with_raw_profile,
    "WebP": lambda block: encoded(drawing(), "WEBP", exif=block),
    "AVIF": lambda block: encoded(drawing(), "AVIF", exif=block),
    "TIFF": lambda _: tiff_bomb(),
    "TIFF, directories within": lambda _: tiff_with_directories_within(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bytes_that_a_hundred_tags_name_are_not_copied_a_hundred_times(name):
    data = BOMBS[name](exif_bomb())

    def peak(read: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            read()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(lambda: read_picture(data, "photo")) < 6 * len(data)

    def read_by_pillow() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            image.load()
            image.getexif()

    assert peak(read_by_pillow) > 20 * len(data)


ENDLESS = {
    "JPEG": jpeg_with_exif(b"")[:2] + b"\xff\xfe\0\2" * jpeg.MAX_SEGMENTS + encoded(drawing(), "JPEG")[2:],
    "JPEG, behind its scan": encoded(drawing(), "JPEG")[:-2] + b"\xff\xfe\0\2" * jpeg.MAX_SEGMENTS + b"\xff\xd9",
    "PNG": png_with_chunks(png_chunk(b"tEXt", b"") * png.MAX_CHUNKS),
    "WebP": webp_with_chunks((b"abcd" + bytes(4)) * webp.MAX_CHUNKS),
    "GIF": gif_with_blocks(b"!\xfe" + b"\1x" * gif.MAX_BLOCKS + b"\0"),
    "GIF, comments": gif_with_blocks(b"!\xfe\0" * gif.MAX_BLOCKS),
    "GIF, behind its frame": gif_with_blocks(b"", b"!\xfe" + b"\1x" * gif.MAX_BLOCKS + b"\0"),
    "AVIF": avif_with_lists(avif.MAX_LISTS, b"ipma"),
    "AVIF, many lists": avif_with_lists(avif.MAX_LISTS // 3, b"ipma", b"iloc", b"iref"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_file_of_endless_blocks_is_refused_in_one_line(name):
    with pytest.raises(
        ImageError, match=r"photo: is made of (more than \d+ blocks|far too many items); save it anew"
    ) as caught:
        read_picture(ENDLESS[name], "photo")
    assert "\n" not in str(caught.value)
