import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from arena.generators.edits import WHOLE
from arena.generators.gate.pixels import LEVEL, changed_area, changed_outside, cut_off, ghost

REGION = (0.25, 0.25, 0.75, 0.75)
IMAGES = arrays.arrays(np.uint8, (8, 12, 3))


def plain(level: int = 100) -> np.ndarray:
    return np.full((80, 80, 3), level, np.uint8)


@given(IMAGES, IMAGES)
def test_the_changed_area_is_a_mean_over_pixels_in_either_order(first, second):
    wide = np.abs(first.astype(int) - second.astype(int)).max(axis=2) > LEVEL
    assert changed_area(first, second) == changed_area(second, first) == pytest.approx(wide.mean())


@given(IMAGES, IMAGES)
def test_outside_is_what_is_left_when_the_region_is_painted_over(first, second):
    covered = [image.copy() for image in (first, second)]
    for image in covered:
        image[2:6, 3:9] = 0
    differs = (covered[0] != covered[1]).any(axis=2).sum() / (8 * 12 - 4 * 6)
    assert changed_outside(first, second, REGION) == pytest.approx(differs)


def test_a_single_step_of_a_single_pixel_outside_is_seen_and_changes_no_area():
    first, second = plain(), plain()
    second[0, 0, 2] += 1
    assert changed_outside(first, second, REGION) == 1 / (80 * 80 - 40 * 40)
    assert changed_area(first, second) == 0


def test_nothing_lies_outside_of_everything():
    assert changed_outside(plain(0), plain(255), WHOLE) is None
    assert cut_off(plain(0), plain(255), WHOLE) is None


def test_images_of_different_sizes_differ_everywhere():
    other = np.zeros((40, 80, 3), np.uint8)
    assert changed_area(plain(), other) == changed_outside(plain(), other, REGION) == cut_off(plain(), other, REGION) == 1
    assert ghost(plain(), other, REGION) == 0


def test_a_pasted_patch_is_cut_off_all_around_and_a_thing_in_the_middle_nowhere():
    first, patch, thing = plain(), plain(), plain()
    patch[20:60, 20:60] = 200
    thing[30:50, 30:50] = 200
    assert cut_off(first, patch, REGION) == 1
    assert cut_off(first, thing, REGION) == 0


def test_only_borders_inside_the_image_count():
    # The region is the lower half: its only border inside the image is the upper one, of which the change takes a quarter.
    first, second = plain(), plain()
    second[40:, :20] = 200
    assert cut_off(first, second, (0, 0.5, 1, 1)) == 0.25


@given(st.integers(0, 2**32 - 1))
def test_a_blend_shows_its_source_through_and_a_replacement_does_not(seed):
    dice = np.random.default_rng(seed)
    source, wanted = dice.integers(0, 256, (2, 80, 80, 3), np.uint8)
    blend = ((source.astype(int) + wanted) // 2).astype(np.uint8)
    assert abs(ghost(source, wanted, REGION)) < 0.35
    assert ghost(source, blend, REGION) > 0.45


def test_a_ghost_is_the_cosine_of_gradients_where_something_changed():
    # A ramp of 4 a pixel, and the same ramp 60 brighter: all gradients are equal. Turned round, they are opposite.
    ramp = np.repeat(np.arange(0, 160, 4, dtype=np.uint8)[None, :, None], 40, 0).repeat(3, 2)
    assert ghost(ramp, ramp + 60, WHOLE) == pytest.approx(1, abs=1e-6)
    assert ghost(ramp, 255 - ramp, WHOLE) == pytest.approx(-1, abs=1e-6)
    assert ghost(ramp, ramp, WHOLE) == 0


@pytest.mark.parametrize("region", [(0.5, 0.5, 0.51, 0.51), (0, 0, 0.02, 1)])
def test_regions_of_a_few_pixels_are_measured_too(region):
    for value in (cut_off(plain(), plain(200), region), ghost(plain(), plain(200), region)):
        assert value is not None
        assert np.isfinite(value)
