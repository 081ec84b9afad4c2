"""The guard: whatever file an image comes in, only its pixels get through."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from arena.errors import ImageError
from arena.images import MAX_BYTES, picture_from_pixels, pixel_digest, read_picture


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def drawing(mode: str = "RGB", size: tuple[int, int] = (32, 24)) -> Image.Image:
    image = Image.new("RGB", size, (200, 30, 40))
    image.paste((10, 90, 200), (4, 4, 20, 16))
    return image.convert(mode)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing: the classic decompression bomb."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@given(st.binary(min_size=16 * 17 * 3, max_size=16 * 17 * 3), st.booleans())
def test_re_encoding_keeps_every_pixel(raw, quick):
    image = Image.frombytes("RGB", (16, 17), raw)
    picture = picture_from_pixels(image, quick=quick)
    assert picture.pixels().tobytes() == raw
    assert picture.digest == pixel_digest(image)


def test_the_same_pixels_have_the_same_digest_whatever_the_file():
    image = drawing()
    digests = {read_picture(encoded(image, kind), kind).digest for kind in ("PNG", "BMP", "TIFF")}
    digests.add(read_picture(encoded(image, "WEBP", lossless=True), "WEBP").digest)
    assert digests == {pixel_digest(image)}


def test_one_changed_pixel_changes_the_digest():
    image = drawing()
    other = image.copy()
    other.putpixel((0, 0), (201, 30, 40))
    assert pixel_digest(image) != pixel_digest(other)


def test_size_is_part_of_the_digest():
    assert pixel_digest(Image.new("RGB", (16, 32))) != pixel_digest(Image.new("RGB", (32, 16)))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "LA", "RGBA", "I;16"])
def test_every_colour_mode_becomes_rgb(mode):
    image = Image.new("I;16", (20, 20), 40000) if mode == "I;16" else drawing(mode)
    kind = "TIFF" if mode == "CMYK" else "PNG"
    assert read_picture(encoded(image, kind), mode).pixels().mode == "RGB"


def test_transparency_is_laid_on_white():
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert read_picture(encoded(clear), "clear").pixels().getpixel((5, 5)) == (255, 255, 255)


def test_palette_with_transparency_is_laid_on_white():
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 0, 0] + [0, 0, 0] * 255)
    assert read_picture(encoded(image, transparency=0), "palette").pixels().getpixel((5, 5)) == (255, 255, 255)


def test_exif_orientation_is_applied_and_metadata_dropped():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "camera"
    picture = read_picture(encoded(drawing(size=(40, 20)), "JPEG", exif=exif), "photo")
    assert picture.pixels().size == (20, 40)
    assert not Image.open(io.BytesIO(picture.encoded)).getexif()


def animated_gif() -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (png_header(30_000, 30_000), "at most 32 megapixels"),
        (png_header(30_000, 64), "at most 16383 px"),
        (png_header(9_000, 9_000), "9000 x 9000 px"),
        (encoded(drawing(size=(8, 8))), "at least 16 px"),
        (encoded(drawing(size=(400, 400)))[:-300], "cannot be decoded"),
        (encoded(drawing())[:20], "cannot be decoded"),
        (b"Dear arena, I am no image.", "not an image file"),
        (b"", "not an image file"),
        (b"\0" * (MAX_BYTES + 1), "send at most 20 MB"),
        (animated_gif(), "send a still image"),
    ],
    ids=["bomb", "wide", "large", "tiny", "truncated", "header only", "text", "empty", "heavy", "animated"],
)
def test_bad_files_are_refused_in_one_line_that_names_them(data, says):
    with pytest.raises(ImageError) as caught:
        read_picture(data, "row 7: image_0")
    message = str(caught.value)
    assert message.startswith("row 7: image_0: ")
    assert says in message
    assert "\n" not in message
