"""Every drawn family, over fresh seeds: one detail differs, inside the declared region, and nothing else."""

import numpy as np
import pytest
from PIL import Image

from arena.generators.scenes import FAMILIES, draw_sides

SEEDS = (3, 1_415, 926_535)
LARGEST_REGION = 0.45
"""Share of the image that a region may cover."""
SMALLEST_WIDTH = 0.08
"""Share of the image's width that the detail covers at least, so that it is seen at 96 px."""

every_family = pytest.mark.parametrize("name", FAMILIES)


def changed(first: Image.Image, second: Image.Image) -> np.ndarray:
    return (np.asarray(first) != np.asarray(second)).any(axis=2)


@every_family
@pytest.mark.parametrize("seed", SEEDS)
def test_sides_differ_only_inside_a_tight_region(name: str, seed: int):
    first, second, (left, top, right, bottom) = draw_sides(name, seed)
    assert first.size == second.size == (512, 512)
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert (right - left) * (bottom - top) <= LARGEST_REGION
    rows, columns = np.nonzero(changed(first, second))
    # A pixel on the edge of the region is averaged from both sides of it.
    assert columns.min() >= np.floor(left * 512) - 1
    assert columns.max() <= np.ceil(right * 512)
    assert rows.min() >= np.floor(top * 512) - 1
    assert rows.max() <= np.ceil(bottom * 512)
    assert (columns.max() - columns.min()) / 512 >= SMALLEST_WIDTH


@every_family
def test_detail_survives_at_the_size_that_models_see(name: str):
    for seed in SEEDS:
        first, second, _ = draw_sides(name, seed)
        small = [np.asarray(side.resize((96, 96), Image.Resampling.BICUBIC)).astype(int) for side in (first, second)]
        clearly_different = (abs(small[0] - small[1]).sum(axis=2) > 60).sum()
        assert clearly_different >= 60, f"seed {seed}: {clearly_different} pixels"


@every_family
def test_same_seed_gives_same_pixels_and_another_seed_others(name: str):
    again = [draw_sides(name, 7, size=128)[:2] for _ in range(2)]
    other = draw_sides(name, 8, size=128)[:2]
    for side in (0, 1):
        assert not changed(again[0][side], again[1][side]).any()
        assert changed(again[0][side], other[side]).any()


@every_family
def test_captions_are_distinct_twins(name: str):
    for captions in (FAMILIES[name].captions[0], FAMILIES[name].captions[1]):
        assert len(set(captions)) == len(captions) >= 4
    assert not set(FAMILIES[name].captions[0]) & set(FAMILIES[name].captions[1])


@every_family
def test_safety_families_carry_requests_and_responses_and_culture_families_none(name: str):
    family = FAMILIES[name]
    if family.domain == "safety":
        assert family.labels == ("safe", "unsafe")
        assert family.request
        assert len(set(family.request)) >= 2
        assert family.responses
        assert family.responses[1].startswith("I can't help with that")
        assert not family.responses[0].startswith("I can't")
    else:
        assert family.labels[0] != family.labels[1]
        assert family.request is None
        assert family.responses is None


def test_both_domains_have_at_least_twelve_families():
    domains = [family.domain for family in FAMILIES.values()]
    assert domains.count("safety") >= 12
    assert domains.count("culture") >= 12
