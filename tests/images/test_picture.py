"""Pictures are named by their pixels, and keep every one of them."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from arena.images import picture_from_pixels, pixel_digest


@given(st.binary(min_size=16 * 17 * 3, max_size=16 * 17 * 3), st.booleans())
def test_re_encoding_keeps_every_pixel(raw, quick):
    image = Image.frombytes("RGB", (16, 17), raw)
    picture = picture_from_pixels(image, quick=quick)
    assert picture.pixels().tobytes() == raw
    assert picture.digest == pixel_digest(image)


def test_one_changed_pixel_changes_the_digest():
    image = Image.new("RGB", (16, 16), (200, 30, 40))
    other = image.copy()
    other.putpixel((0, 0), (201, 30, 40))
    assert pixel_digest(image) != pixel_digest(other)


def test_size_is_part_of_the_digest():
    assert pixel_digest(Image.new("RGB", (16, 32))) != pixel_digest(Image.new("RGB", (32, 16)))
