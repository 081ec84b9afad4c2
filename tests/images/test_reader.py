"""The guard: whatever file an image comes in, only its pixels get through."""

import io
import itertools
import os
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import bomb, drawing, encoded
from PIL import Image, ImageOps

from arena.errors import ImageError
from arena.images import MAX_BYTES, ImageBounds, picture_from_pixels, pixel_digest, read_picture, read_picture_file, reader


def test_the_same_pixels_have_the_same_digest_whatever_the_file():
    image = drawing()
    digests = {read_picture(encoded(image, kind), kind).digest for kind in ("PNG", "BMP", "TIFF")}
    digests.add(read_picture(encoded(image, "WEBP", lossless=True), "WEBP").digest)
    assert digests == {pixel_digest(image)}


ORIENTATION = 0x0112


@pytest.mark.parametrize(("kind", "orientation"), [*itertools.product(("JPEG", "PNG", "WEBP", "TIFF"), range(1, 9))])
def test_what_a_camera_held_askew_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    data = encoded(drawing(size=(40, 20)), kind, exif=exif)
    assert read_picture(data, "photo").digest == pixel_digest(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))


def test_an_avif_is_turned_upright_too():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image = gradient(40, 20)
    upright = read_picture(encoded(image, "AVIF", exif=exif, quality=100), "photo").pixels()
    difference = np.asarray(upright, int) - np.asarray(image.transpose(Image.Transpose.ROTATE_270), int)
    assert np.abs(difference).mean() < 4  # lossy


def test_metadata_is_dropped():
    exif = Image.Exif()
    exif[0x010F] = "camera"
    picture = read_picture(encoded(drawing(), "JPEG", exif=exif), "photo")
    assert not Image.open(io.BytesIO(picture.encoded)).getexif()
    assert b"camera" not in picture.encoded


def gradient(width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [Image.linear_gradient("L").rotate(turn).resize((width, height)) for turn in (0, 90, 180)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_scaled_to_its_longest_side(kind):
    image = gradient(900, 600)
    scaled = read_picture(encoded(image, kind), "photo", bounds=ImageBounds(longest_side=150)).pixels()
    assert scaled.size == (150, 100)
    wanted = np.asarray(image.resize((150, 100), Image.Resampling.LANCZOS), int)
    assert np.abs(np.asarray(scaled, int) - wanted).mean() < 2


def test_a_picture_too_narrow_to_scale_says_so():
    for kind in ("JPEG", "PNG"):
        with pytest.raises(ImageError, match="photo: 4000 x 20 px is too narrow; cut it nearer to a square"):
            read_picture(encoded(Image.new("L", (4000, 20)), kind), "photo", bounds=ImageBounds(longest_side=50))


def test_palettes_and_transparency_are_scaled_as_colours_and_not_as_numbers():
    image = gradient(300, 200)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    wanted = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).resize((30, 20), Image.Resampling.BOX)
    for data in (encoded(image), encoded(image.quantize(256), transparency=None)):
        scaled = read_picture(data, "photo", bounds=ImageBounds(longest_side=30)).pixels()
        assert np.abs(np.asarray(scaled, int) - np.asarray(wanted.convert("RGB"), int)).mean() < 6


def test_without_a_longest_side_what_is_very_large_is_scaled(monkeypatch):
    monkeypatch.setattr(reader, "WHOLE_PIXELS", 10_000)
    whole, large = (encoded(gradient(width, 100), "PNG") for width in (100, 150))
    assert read_picture(whole, "photo").pixels().size == (100, 100)
    assert read_picture(large, "photo").pixels().size == (122, 81)  # of the same shape, and 9,882 pixels


def test_nothing_larger_than_the_longest_side_is_encoded(monkeypatch):
    encoded_sizes = []

    def noting(image, **options):
        encoded_sizes.append(image.size)
        return picture_from_pixels(image, **options)

    monkeypatch.setattr(reader, "picture_from_pixels", noting)
    read_picture(encoded(Image.new("P", (400, 300))), "flat", bounds=ImageBounds(longest_side=40))
    assert encoded_sizes == [(40, 30)]


READ_APART = """
import sys
from arena.images import ImageBounds, read_picture
peak = lambda: int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
data, before = sys.stdin.buffer.read(), peak()
picture = read_picture(data, "photo", quick=True, bounds=ImageBounds(longest_side=1536))
print(*picture.pixels().size, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_48_megapixels_take_less_than_two_bytes_each():
    width, height = 8064, 6048
    data = encoded(Image.new("RGB", (width, height), (9, 90, 200)), "JPEG")
    told = subprocess.run([sys.executable, "-c", READ_APART], input=data, capture_output=True, check=True).stdout.split()
    assert [int(number) for number in told[:2]] == [1536, 1152]
    assert int(told[2]) * 1024 < 2 * width * height


def film(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (bomb(30_000, 30_000), "at most 32 megapixels"),
        (bomb(30_000, 64), "at most 16383 px"),
        (bomb(9_000, 9_000), "9000 x 9000 px"),
        (encoded(drawing(size=(8, 8))), "at least 16 px"),
        (encoded(drawing(size=(400, 400)))[:-300], "cannot be decoded"),
        (encoded(drawing())[:20], "cannot be decoded"),
        (b"Dear arena, I am no image.", "not an image file"),
        (b"", "not an image file"),
        (b"\0" * (MAX_BYTES + 1), "send at most 20 MB"),
        *((film(kind), "send a still image") for kind in ("GIF", "PNG", "WEBP", "TIFF", "AVIF")),
    ],
    ids=[
        "bomb",
        "wide",
        "large",
        "tiny",
        "truncated",
        "header",
        "text",
        "empty",
        "heavy",
        "GIF",
        "APNG",
        "WebP",
        "TIFF",
        "AVIF",
    ],
)
def test_bad_files_are_refused_in_one_line_that_names_them(data, says):
    with pytest.raises(ImageError) as caught:
        read_picture(data, "row 7: image_0")
    message = str(caught.value)
    assert message.startswith("row 7: image_0: ")
    assert says in message
    assert "\n" not in message


def test_a_film_is_known_by_its_second_frame():
    data = film("GIF")
    frame = data[data.rindex(b"\x2c") : -1]  # without the end of the file
    endless = data[:-1] + frame * (8 * 10**6 // len(frame)) + data[-1:]
    before = time.process_time()
    with pytest.raises(ImageError, match="several frames"):
        read_picture(endless, "film")
    taken = time.process_time() - before
    before = time.process_time()
    assert getattr(Image.open(io.BytesIO(endless)), "n_frames", 1) > 100_000
    assert taken < (time.process_time() - before) / 4


EXIF = Image.Exif()
EXIF[ORIENTATION] = 6
FILES = [
    encoded(gradient(40, 30), "JPEG", exif=EXIF, progressive=True),
    *(encoded(gradient(40, 30), kind, exif=EXIF) for kind in ("PNG", "WEBP", "TIFF", "AVIF")),
    *(encoded(gradient(40, 30).quantize(16), kind) for kind in ("GIF", "BMP")),
]


def refusal(data: bytes) -> str:
    """Why it is no picture; empty if it is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Pillow, on metadata that it skips
        try:
            return "" if read_picture(data, "row 7", quick=True).pixels() else "no pixels"
        except ImageError as error:
            return str(error)


def test_files_that_are_not_damaged_are_pictures():
    assert [refusal(data) for data in FILES] == [""] * len(FILES)


@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=4)), max_size=4), st.integers(0, 999))
def test_whatever_is_wrong_with_a_file_is_a_picture_or_one_line(data, damages, kept):
    damaged = bytearray(data)
    for place, patch in damages:
        start = place * len(damaged) // 1000
        damaged[start : start + len(patch)] = patch
    line = refusal(bytes(damaged[: len(damaged) * (kept + 1) // 1000]))
    assert line == "" or line.startswith("row 7: ")
    assert "\n" not in line


def test_a_file_on_disk_is_read_as_its_bytes_are_and_a_picture_knows_its_size(tmp_path):
    (tmp_path / "drawing.png").write_bytes(encoded(drawing(), "PNG"))
    picture = read_picture_file(tmp_path / "drawing.png", "drawing")
    assert (picture.digest, picture.size) == (pixel_digest(drawing()), drawing().size)


def test_what_is_no_file_ends_in_one_line_and_nothing_is_read_of_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * 101)
    lines = {
        "pipe": "row: is no regular file",
        "": "row: is no regular file",
        "gone": "row: no such file",
        "large": "row: the file has",
    }
    for name, line in lines.items():
        with pytest.raises(ImageError, match=line):
            read_picture_file(tmp_path / name, "row", bounds=ImageBounds(file_bytes=100))
