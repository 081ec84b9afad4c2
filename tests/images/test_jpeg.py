"""JPEG files hold more than one picture, and may ask for more work than they seem to."""

import io
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import drawing, encoded
from PIL import Image

from arena.errors import ImageError
from arena.images import pixel_digest, read_picture
from arena.images.jpeg import MAX_SCANS, scans

SCAN = b"\xff\xda"


def first_alone(data: bytes) -> str:
    return pixel_digest(Image.open(io.BytesIO(data)))


def test_of_several_pictures_the_first_is_read():
    image, others = drawing(size=(64, 48)), [Image.new("RGB", (32, 24), colour) for colour in ("red", "blue")]
    data = encoded(image, "MPO", save_all=True, append_images=others, quality=90)
    assert getattr(Image.open(io.BytesIO(data)), "n_frames", 1) == 3
    assert read_picture(data, "photo").digest == pixel_digest(Image.open(io.BytesIO(encoded(image, "JPEG", quality=90))))


def test_a_directory_of_further_pictures_that_lies_changes_nothing():
    image, other = drawing(size=(64, 48)), Image.new("RGB", (32, 24), "red")
    data = encoded(image, "MPO", save_all=True, append_images=[other], quality=90)
    cut = data[: data.rindex(b"\xff\xd8")]  # the second picture is gone
    assert read_picture(cut, "photo").digest == read_picture(data, "photo").digest


def test_a_film_behind_the_picture_changes_nothing():
    data = encoded(drawing(), "JPEG")
    film = random.Random(0).randbytes(10**6) + SCAN * 2 * MAX_SCANS
    assert read_picture(data + film, "photo").digest == first_alone(data)


def test_a_thumbnail_in_the_metadata_is_not_the_picture():
    exif = Image.Exif()
    exif[0x9286] = encoded(drawing(size=(16, 16)), "JPEG") * 20
    data = encoded(drawing(), "JPEG", exif=exif)
    assert data.count(SCAN) > 10
    assert scans(data) == 1
    assert read_picture(data, "photo").digest == first_alone(data)


@pytest.mark.parametrize(("options", "count"), [({}, 1), ({"progressive": True}, 10), ({"restart_marker_blocks": 1}, 1)])
def test_scans_are_counted(options, count):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    assert scans(encoded(noise, "JPEG", **options)) == count


def test_a_picture_of_endless_scans_is_refused_before_it_is_decoded():
    data = encoded(drawing(), "JPEG", progressive=True)
    last = data[data.rindex(SCAN) : -2]
    with pytest.raises(ImageError, match=f"photo: has more than {MAX_SCANS} scans; save it again"):
        read_picture(data[:-2] + last * 100_000 + data[-2:], "photo")


@pytest.mark.parametrize("marker", [b"\xff\x01", b"\xff\xd0", b"\xff\xd7"])
def test_behind_a_marker_without_a_length_no_scan_is_passed_over(marker):
    data = encoded(drawing(), "JPEG", progressive=True)
    last = data[data.rindex(SCAN) : -2]  # begins with bytes that are a length of 65,498, were they one
    with pytest.raises(ImageError, match="scans"):
        read_picture(data[:-2] + marker + last * 2 * MAX_SCANS + data[-2:], "photo")


NOISE = np.random.default_rng(0).integers(0, 256, 32 * 48 * 4, np.uint8).tobytes()
PROGRESSIVE = [
    encoded(Image.frombytes(mode, (48, 32), NOISE[: 32 * 48 * bands]), "JPEG", progressive=True, quality=90)
    for mode, bands in (("RGB", 3), ("L", 1), ("CMYK", 4))
]


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


def scan_starts(data: bytes) -> list[int]:
    return [match.start() for match in re.finditer(SCAN, data)]  # noise without metadata: no other bytes look so


@pytest.mark.parametrize("data", PROGRESSIVE, ids=["RGB", "L", "CMYK"])
def test_as_many_scans_are_counted_as_the_decoder_reads(data):
    shorter = {pixels(data[:start] + b"\xff\xd9") for start in scan_starts(data)[1:]}  # each scan changes the pixels
    assert scans(data) == len(shorter | {pixels(data)})


MARKERS = st.sampled_from([0x01, 0x02, 0xBF, 0xD0, 0xD3, 0xD7, 0xD8, 0xFF]).map(lambda kind: bytes([0xFF, kind]))


@given(st.sampled_from(PROGRESSIVE), st.lists(st.tuples(st.integers(0, 10**6), MARKERS), min_size=1, max_size=3))
def test_no_marker_hides_a_scan_that_the_decoder_reads(data, markers):
    altered, starts = data, scan_starts(data)
    for place, marker in markers:
        places = [match.start() for match in re.finditer(rb"\xff[\xc4\xda\xd9]", altered)]  # in front of tables and scans
        start = places[place % len(places)]
        altered = altered[:start] + marker + altered[start:]
    try:
        seen = pixels(altered)
    except OSError:
        return  # the decoder stopped
    if seen == pixels(data):
        assert scans(altered) >= len(starts)


@pytest.mark.parametrize("cut", [2, 3, 20, 300])
def test_what_is_cut_off_is_one_line(cut):
    with pytest.raises(ImageError, match="photo: cannot be decoded"):
        read_picture(encoded(drawing(), "JPEG")[:cut], "photo")
