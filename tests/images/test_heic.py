"""HEIC is read where its extra is installed and safe, and refused by name elsewhere."""

import sys

import numpy as np
import pillow_heif
import pytest
from image_files import drawing, encoded
from PIL import Image

from arena.errors import ImageError
from arena.images import read_picture
from arena.images.heic import is_heic

pillow_heif.register_heif_opener()  # to write; the arena opens what it reads itself


def heic(image: Image.Image, *others: Image.Image, **options) -> bytes:
    without_loss = {"quality": -1, "chroma": 444, "matrix_coefficients": 0}
    return encoded(image, "HEIF", save_all=bool(others), append_images=others, **without_loss, **options)


def test_the_pixels_of_a_heic_file_are_read():
    image = drawing(size=(64, 48))
    pixels = np.asarray(read_picture(heic(image), "photo").pixels(), int)
    assert np.abs(pixels - np.asarray(image, int)).max() <= 2


def test_of_several_pictures_the_main_one_is_read():
    image, other = drawing(size=(64, 48)), Image.new("RGB", (64, 48), "red")
    assert read_picture(heic(other, image, primary_index=1), "photo").digest == read_picture(heic(image), "photo").digest


def test_it_is_turned_upright_once():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = drawing(size=(64, 48))
    pixels = np.asarray(read_picture(heic(image, exif=exif.tobytes()), "photo").pixels(), int)
    assert np.abs(pixels - np.asarray(image.transpose(Image.Transpose.ROTATE_270), int)).max() <= 2


def test_heic_is_told_from_what_shares_its_container():
    assert is_heic(heic(drawing()))
    assert not is_heic(encoded(drawing(), "AVIF"))
    assert not any(is_heic(encoded(drawing(), kind)) for kind in ("PNG", "JPEG", "WEBP"))
    assert not is_heic(b"\xff\xff\xff\xffftyp")


def test_a_damaged_file_is_one_line():
    with pytest.raises(ImageError, match="photo: cannot be decoded"):
        read_picture(heic(drawing(size=(64, 48)))[:200], "photo")


def test_without_the_extra_the_way_out_is_told(monkeypatch):
    data = heic(drawing())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # so that importing it fails
    with pytest.raises(ImageError, match=r"photo: is HEIC, .* minimal-pair-arena\[heic\]; send it as JPEG or PNG"):
        read_picture(data, "photo")


def test_a_decoder_with_known_holes_reads_nothing(monkeypatch):
    data = heic(drawing())
    monkeypatch.setattr(pillow_heif, "libheif_version", lambda: "1.23.0")
    with pytest.raises(ImageError, match=r"photo: is HEIC, and libheif 1\.23\.0 here has known holes; send it as JPEG or PNG"):
        read_picture(data, "photo")
