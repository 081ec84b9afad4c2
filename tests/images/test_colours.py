"""Every kind of pixels becomes the colours that it means, by numbers of numpy, or is refused by name."""

import struct

import numpy as np
import pytest
from image_files import drawing, encoded, grey_tiff, png_of_16_bits
from PIL import Image

from arena.errors import ImageError
from arena.images import read_picture

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
"""Grey of 16 bits from black to nearly white."""


def grey_of(data: bytes) -> np.ndarray:
    pixels = np.asarray(read_picture(data, "picture").pixels(), int)
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0]


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "LA", "RGBA"])
def test_every_colour_mode_becomes_rgb(mode):
    image = drawing(mode)
    picture = read_picture(encoded(image, "TIFF" if mode == "CMYK" else "PNG"), mode).pixels()
    assert picture.mode == "RGB"
    assert picture.tobytes() == image.convert("RGB").tobytes()


def twelve_bits(values: np.ndarray) -> bytes:
    """Two values in three bytes, as TIFF packs them."""
    first, second = values.reshape(-1, 2).T.astype(int)
    return np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], 1).astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("data", "share"),
    [
        (png_of_16_bits(RAMP), RAMP / 65535),
        (encoded(Image.fromarray(RAMP), "TIFF"), RAMP / 65535),
        (grey_tiff(64, 64, 16, RAMP.astype("<u2").tobytes(), white_is_zero=True), 1 - RAMP / 65535),
        (grey_tiff(64, 64, 12, twelve_bits(RAMP // 16)), RAMP // 16 / 4095),
    ],
    ids=["PNG", "TIFF", "TIFF from white", "TIFF of 12 bits"],
)
def test_grey_of_16_bits_is_scaled_to_8(data, share):
    assert np.abs(grey_of(data) - share * 255).max() <= 0.5 + 1e-9


def test_colour_of_16_bits_is_scaled_to_8():
    values = np.stack([RAMP, RAMP[::-1], RAMP.T], 2)
    pixels = np.asarray(read_picture(png_of_16_bits(values), "picture").pixels(), int)
    assert np.abs(pixels - values / 257).max() < 1


def test_transparent_grey_of_16_bits_is_laid_on_white():
    grey = grey_of(png_of_16_bits(RAMP, tRNS=struct.pack(">H", 160)))
    assert grey[RAMP == 160].tolist() == [255]
    assert np.abs(grey - RAMP / 257)[RAMP != 160].max() < 1


@pytest.mark.parametrize(
    ("values", "says"),
    [(np.linspace(0, 1, 400), "floating-point numbers"), (np.arange(400) * 10**6, "32-bit whole numbers")],
    ids=["float", "integer"],
)
def test_numbers_without_a_known_white_are_refused_by_name(values, says):
    kind = np.float32 if values.dtype.kind == "f" else np.int32
    with pytest.raises(ImageError, match=f"row 3: its pixels are {says}, .*; save it with 8 or 16 bits"):
        read_picture(encoded(Image.fromarray(values.reshape(20, 20).astype(kind)), "TIFF"), "row 3")


def test_transparency_is_laid_on_white():
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert read_picture(encoded(clear), "clear").pixels().getpixel((5, 5)) == (255, 255, 255)


def test_palette_with_transparency_is_laid_on_white():
    image = Image.new("P", (20, 20), 0)
    image.putpalette([255, 0, 0] + [0, 0, 0] * 255)
    assert read_picture(encoded(image, transparency=0), "palette").pixels().getpixel((5, 5)) == (255, 255, 255)


def ink_profile(full_cyan: tuple[int, int, int]) -> bytes:
    """An ICC profile of inks that are linear in Lab: paper is white, cyan alone is as given, whatever else is printed is black.

    A table of 2 x 2 x 2 x 2 corners and curves that change nothing (`mft1` of the standard), Lab in one byte each.
    """
    corners = [(0, 128, 128)] * 16
    corners[0], corners[8] = (255, 128, 128), full_cyan  # cyan counts eights
    identity = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4
    table += b"".join(bytes(corner) for corner in corners) + identity * 3
    place = 128 + 4 + 12
    head = struct.pack(">I4sI4s4s4s", place + len(table), b"test", 0x02400000, b"prtr", b"CMYK", b"Lab ") + bytes(12)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", place, len(table)) + table


def srgb_of_lab(lightness: float, a: float, b: float) -> np.ndarray:
    """By the formulas of CIE and IEC 61966-2-1, adapted from D50 to D65 by Bradford's matrix."""
    middle = (lightness + 16) / 116
    f = np.array([middle + a / 500, middle, middle - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * [0.9642, 1.0, 0.8249]
    matrix = [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]]
    linear = np.clip(np.array(matrix) @ xyz, 0, 1)
    return 255 * np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_become_the_colours_of_their_profile(kind):
    lightness, a, b = 60, -20, -25
    image = Image.new("CMYK", (32, 32), (255, 0, 0, 0))
    image.paste((0, 0, 0, 0), (16, 0, 32, 32))
    profile = ink_profile((round(lightness * 2.55), 128 + a, 128 + b))
    pixels = np.asarray(read_picture(encoded(image, kind, icc_profile=profile), "print").pixels(), float)
    assert pixels[16, 24] == pytest.approx([255] * 3, abs=3)
    assert pixels[16, 8] == pytest.approx(srgb_of_lab(lightness, a, b), abs=4)


def test_inks_with_a_damaged_profile_are_refused_by_name():
    with pytest.raises(ImageError, match="print: its colour profile is damaged; save it as sRGB"):
        read_picture(encoded(Image.new("CMYK", (32, 32)), "TIFF", icc_profile=b"no profile"), "print")
