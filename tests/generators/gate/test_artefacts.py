import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from arena.generators.gate.artefacts import FEATURES, differences, edited_probability, features, relative_sharpness
from arena.generators.gate.thresholds import read_thresholds
from arena.generators.scenes import draw_sides

WEIGHTS = st.fixed_dictionaries(dict.fromkeys(FEATURES, st.floats(-5, 5)))
REGION = (0.2, 0.25, 0.7, 0.8)


def scene(seed: int = 0) -> np.ndarray:
    return np.asarray(draw_sides("table", 845_200 + seed, 256)[0])


def by_name(image: np.ndarray, region=REGION) -> dict[str, float]:
    return dict(zip(FEATURES, features(image, region), strict=True))


@given(WEIGHTS, st.integers(0, 3), st.integers(0, 3))
def test_swapping_the_sides_gives_the_other_probability(weights, first, second):
    one, other = scene(first), scene(second)
    chance = edited_probability(differences(one, other, REGION), weights)
    assert edited_probability(differences(other, one, REGION), weights) == pytest.approx(1 - chance)
    assert edited_probability(differences(one, one, REGION), weights) == 0.5


def test_noise_in_the_region_is_noise_and_grain():
    noisy = scene().astype(int)
    noisy[64:205, 51:180] += np.random.default_rng(1).integers(-6, 7, (141, 129, 3))
    before, after = by_name(scene()), by_name(noisy.clip(0, 255).astype(np.uint8))
    assert after["noise"] > before["noise"]
    assert after["grain"] > before["grain"]


def test_blur_takes_sharpness():
    blurred = np.asarray(Image.fromarray(scene()).filter(ImageFilter.GaussianBlur(5)))
    assert by_name(blurred)["sharpness"] < by_name(scene())["sharpness"] - 0.3
    less, more = (relative_sharpness(differences(*sides, REGION)) for sides in ((blurred, scene()), (scene(), blurred)))
    assert less < 0.75
    assert less * more == pytest.approx(1)


def test_a_frame_along_the_border_is_a_seam():
    framed = scene().copy()
    framed[64:66, 51:180] = framed[203:205, 51:180] = 0
    assert by_name(framed)["seam"] > by_name(scene())["seam"] + 0.3


def test_blocks_of_eight_are_seen_wherever_the_region_begins():
    blocks = np.kron(np.random.default_rng(2).integers(60, 190, (32, 32, 1), np.uint8), np.ones((8, 8, 3), np.uint8))
    smooth = np.asarray(Image.fromarray(blocks).filter(ImageFilter.GaussianBlur(4)))
    for region in (REGION, (0.21, 0.26, 0.71, 0.79)):
        assert by_name(blocks, region)["blockiness"] > by_name(smooth, region)["blockiness"] + 1


@pytest.mark.parametrize("region", [(0, 0, 1, 1), (0.5, 0.5, 0.504, 0.504), (0.9, 0, 1, 0.02)])
def test_any_region_has_features(region):
    assert np.isfinite(features(scene(), region)).all()


def test_the_shipped_gate_sees_a_blurred_region():
    thresholds = read_thresholds()
    sharp = Image.fromarray(scene())
    blurred = sharp.copy()
    box = (51, 64, 180, 205)
    blurred.paste(sharp.filter(ImageFilter.GaussianBlur(6)).crop(box), box)
    painted = differences(np.asarray(blurred), np.asarray(sharp), REGION)
    assert not thresholds.bounds["sharpness"].hold(relative_sharpness(painted))
    assert edited_probability(painted, thresholds.artefact_weights) > 0.7
