import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from arena.generators.gate import duplicates
from arena.generators.gate.duplicates import BITS, nearest, perceptual_hash, suite_hashes
from arena.generators.gate.thresholds import read_thresholds
from arena.generators.scenes import FAMILIES, draw_sides

HASHES = st.binary(min_size=BITS // 8, max_size=BITS // 8).map(bytes.hex)


@pytest.fixture(scope="module")
def scenes() -> dict[str, list[Image.Image]]:
    return {family: [draw_sides(family, 845_000 + seed, 256)[:2][seed % 2] for seed in range(6)] for family in FAMILIES}


def cosine_transform(values: np.ndarray) -> np.ndarray:
    """The definition: X[k] = 2 sum x[n] cos(pi k (2n + 1) / 2N), along both axes."""
    n = np.arange(len(values))
    basis = 2 * np.cos(np.pi * n[:, None] * (2 * n + 1) / (2 * len(n)))
    return basis @ values @ basis.T


def test_the_bits_are_those_of_the_definition():
    image = Image.fromarray(np.random.default_rng(5).integers(0, 256, (64, 64, 3), np.uint8))
    bits = []
    for channel, kept in zip(np.moveaxis(np.asarray(image.convert("YCbCr"), float), 2, 0), (16, 8, 8), strict=True):
        lowest = cosine_transform(channel)[:kept, :kept].ravel()
        bits += [value > np.median(lowest) for value in lowest]
    assert perceptual_hash(image) == np.packbits(bits).tobytes().hex()


@given(HASHES, st.lists(HASHES, min_size=1, max_size=5))
def test_the_nearest_is_the_least_number_of_different_bits(wanted, known):
    bits = [f"{int(text, 16):0384b}" for text in (wanted, *known)]
    assert nearest(wanted, known) == min(sum(a != b for a, b in zip(bits[0], other, strict=True)) for other in bits[1:])
    assert nearest(wanted, [*known, wanted]) == 0


def test_without_known_images_nothing_is_near():
    assert nearest(perceptual_hash(Image.new("RGB", (20, 30), "teal")), []) is None


def taken_for_the_same(image: Image.Image, other: Image.Image) -> bool:
    bits, low = nearest(perceptual_hash(image), [perceptual_hash(other)]), read_thresholds().bounds["near_duplicate"].low
    assert bits is not None
    assert low is not None
    return bits < low


def saved_again(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=60)
    return Image.open(file)


@pytest.mark.parametrize(
    ("change", "least"),
    [
        (saved_again, 0.99),
        (lambda image: image.resize((160, 160), Image.Resampling.LANCZOS), 0.99),
        (lambda image: ImageChops.offset(image, 1, 0), 0.9),
        (lambda image: image.crop((2, 2, 254, 254)), 0.9),
    ],
    ids=["jpeg", "shrunk", "shifted by 1 of 256", "cropped by 2 of 256"],
)
def test_what_was_saved_scaled_or_shifted_a_little_is_found_again(scenes, change, least):
    images = [image for family in scenes.values() for image in family]
    found = [taken_for_the_same(change(image), image) for image in images]
    assert np.mean(found) >= least


def test_other_scenes_of_one_family_are_not_taken_for_the_same(scenes):
    near = [taken_for_the_same(*images) for family in scenes.values() for images in combinations(family, 2)]
    assert np.mean(near) <= 0.005


@pytest.mark.parametrize("text", [None, "", '{"f91957ab'])
def test_hashes_that_ship_in_a_file_that_is_gone_or_damaged_are_not_known_and_a_warning_says_so(
    tmp_path, monkeypatch, caplog, text
):
    file = tmp_path / "hashes.json"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(duplicates, "SUITE_HASHES", file)
    assert suite_hashes.__wrapped__() == {}
    assert "hashes.json: cannot be read" in caplog.text
