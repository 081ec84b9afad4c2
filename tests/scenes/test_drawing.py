"""From seeds to pairs."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from arena.errors import InputError
from arena.generators.scenes import FAMILIES, draw_pair, draw_sides, render
from arena.generators.scenes.variation import Light, vary
from arena.images import pixel_digest


def test_mirrored_variation_mirrors_pixels_and_region():
    variation = replace(vary("stove", 5), mirror=False)
    plain, _, (left, top, right, bottom) = render(FAMILIES["stove"], variation, 128)
    mirrored, _, box = render(FAMILIES["stove"], replace(variation, mirror=True), 128)
    assert (np.asarray(mirrored) == np.asarray(plain)[:, ::-1]).all()
    assert box == pytest.approx((1 - right, top, 1 - left, bottom))


@pytest.mark.parametrize("light", Light)
def test_light_falls_on_both_sides_alike(light: Light):
    variation = replace(vary("pot", 2), light=light)
    first, second, (left, _, right, _) = render(FAMILIES["pot"], variation, 128)
    columns = np.nonzero((np.asarray(first) != np.asarray(second)).any(axis=(0, 2)))[0]
    assert columns.min() >= left * 128 - 2
    assert columns.max() <= right * 128 + 1
    assert np.asarray(first).mean() == pytest.approx(
        (
            np.asarray(render(FAMILIES["pot"], replace(variation, light=Light.BRIGHT), 128)[0]).mean(axis=(0, 1)) * light.value
        ).mean(),
        abs=1,
    )


def test_another_process_draws_the_same_pixels():
    code = "from arena.generators.scenes import draw_pair; print(draw_pair('helmet', 12).id)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert printed == draw_pair("helmet", 12).id


@pytest.mark.parametrize("name", ["knife", "tea"])
def test_pair_carries_words_region_and_seed(name: str):
    family, pair = FAMILIES[name], draw_pair(name, 99, source="somewhere")
    first, second, box = draw_sides(name, 99)
    paraphrase = int(pair.provenance.details["paraphrase"])
    assert (pair.family, pair.domain, pair.category, pair.source) == (name, family.domain, family.category, "somewhere")
    assert [side.picture.digest for side in pair.sides] == [pixel_digest(first), pixel_digest(second)]
    assert [side.caption for side in pair.sides] == [captions[paraphrase] for captions in family.captions]
    assert [side.label for side in pair.sides] == list(family.labels)
    assert pair.region == box
    assert pair.request is None if family.request is None else pair.request in family.request
    assert (pair.provenance.method, pair.provenance.seed) == ("drawn", 99)


def test_every_paraphrase_and_request_is_drawn_sooner_or_later():
    pairs = [draw_pair("stove", seed, size=32) for seed in range(60)]
    assert {pair.sides[0].caption for pair in pairs} == set(FAMILIES["stove"].captions[0])
    assert {pair.request for pair in pairs} == set(FAMILIES["stove"].request or ())


def test_unknown_family_is_named():
    with pytest.raises(InputError, match=re.escape("family 'volcano': unknown; use one of")):
        draw_sides("volcano", 1)
