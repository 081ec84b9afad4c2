"""Thresholds from scored twins: good pairs are kept, what can be told apart is rejected, and what is fixed stays so."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import expit

from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.scores import Bounds
from arena.starter.gate.fitting import FIXED, SIDES, TAMPERED, Scored, fit_artefacts, fit_bounds
from arena.starter.gate.twins import DRAWN, EDITED, GOOD, SWAPPED

STILL = np.zeros(len(FEATURES))
USUAL: Mapping[str, float | None] = {**dict.fromkeys(SIDES, 0.75), "changed_outside": 0.0}
BOTH = [(name, side) for name, sides in SIDES.items() for side in sides]


def twin(kind: str, **values: float | None) -> Scored:
    """A twin whose other scores are the usual ones."""
    return Scored(kind, "stove", {**USUAL, **values}, STILL)


def passes(bounds: dict[str, Bounds], one: Scored) -> bool:
    return all(bounds[name].hold(value) for name, value in one.values.items() if value is not None)


def share(bounds: dict[str, Bounds], scored: list[Scored], kind: str) -> float:
    return float(np.mean([passes(bounds, one) for one in scored if one.kind == kind]))


def mixed(dice: np.random.Generator, kind: str, count: int, least: float = 0.5) -> list[Scored]:
    """Twins of which every score is anything from `least` to 1, with three digits."""
    values = dice.integers(round(1000 * least), 1001, (count, len(SIDES))) / 1000
    return [twin(kind, **dict(zip(SIDES, row.tolist(), strict=True))) for row in values]


@example(92306, 0.5)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 0.85, 0.95, 1.0]))
def test_of_every_good_kind_the_wanted_share_is_kept_whatever_is_broken(seed, kept):
    dice = np.random.default_rng(seed)
    good = mixed(dice, DRAWN, 40) + mixed(dice, EDITED, 25)
    scored = good + mixed(dice, SWAPPED, 30, least=0) + mixed(dice, "wrong edit", 20, least=0.3)
    bounds = fit_bounds(scored, kept)
    assert all(share(bounds, scored, kind) >= kept for kind in GOOD)
    # Nothing is bounded where all good pairs pass anyway.
    for name, side in BOTH:
        values = [value for one in good if (value := one.values[name]) is not None]
        bound, low = getattr(bounds[name], side), side == "low"
        least = getattr(FIXED.get(name), side, None)
        begin = least if least is not None else min(values) if low else max(values)
        assert bound >= begin if low else bound <= begin


@pytest.mark.parametrize(("name", "side"), BOTH)
def test_what_lies_beyond_all_good_pairs_is_rejected_at_no_cost(name, side):
    dice = np.random.default_rng(5)
    good = mixed(dice, DRAWN, 30) + mixed(dice, EDITED, 30)
    scored = [*good, *(twin("redrawn inside", **{name: 0.3 if side == "low" else 1.2}) for _ in range(10))]
    bounds = fit_bounds(scored)
    assert share(bounds, scored, "redrawn inside") == 0
    assert all(passes(bounds, one) for one in good)


def ghosts(kind: str, *values: float) -> list[Scored]:
    return [twin(kind, ghost=value) for value in values]


GHOSTS = [place / 200 for place in range(100)]
"""Of good pairs: 0.000 to 0.495."""
OVERLAPPING = [place / 1000 for place in range(481, 496)]
"""Of broken ones, below all of which 97 of those 100 lie."""


def test_a_bound_moves_between_good_and_broken_where_few_good_ones_are_lost():
    scored = ghosts(DRAWN, *GHOSTS) + ghosts("half-way blend", *OVERLAPPING)
    bounds = fit_bounds(scored, kept=0.9)
    assert bounds["ghost"].high == pytest.approx((0.480 + 0.481) / 2)
    assert (share(bounds, scored, DRAWN), share(bounds, scored, "half-way blend")) == (0.97, 0)


def test_a_bound_moves_no_further_than_good_ones_may_be_lost():
    scored = ghosts(DRAWN, *GHOSTS) + ghosts("half-way blend", *OVERLAPPING)
    bounds = fit_bounds(scored, kept=0.99)
    assert bounds["ghost"].high == pytest.approx(0.490, abs=0.001)
    assert share(bounds, scored, DRAWN) == 0.99


def test_the_score_that_tells_more_broken_ones_apart_is_the_one_that_is_tightened():
    # Each bound could cost up to five good pairs, all of them others, and no more than five may be lost.
    turned = GHOSTS[50:] + GHOSTS[:50]
    good = [twin(DRAWN, ghost=value, cut_off=other) for value, other in zip(GHOSTS, turned, strict=True)]
    broken = [
        *(twin(SWAPPED, ghost=place / 1000, cut_off=0.1) for place in range(471, 495)),
        twin(SWAPPED, ghost=0.1, cut_off=0.492),
    ]
    bounds = fit_bounds(good + broken, kept=0.95)
    assert bounds["cut_off"].high == pytest.approx(0.495)
    assert share(bounds, good, DRAWN) == 0.95
    assert share(bounds, broken, SWAPPED) == 1 / 25


def test_where_there_was_nothing_to_ask_nothing_is_lost():
    unknown = [twin(DRAWN, near_duplicate=None), *(twin(DRAWN, near_duplicate=100 + place) for place in range(9))]
    scored = unknown + [twin("seen before", near_duplicate=3) for _ in range(5)]
    bounds = fit_bounds(scored)
    assert bounds["near_duplicate"] == Bounds(low=100)
    assert (share(bounds, scored, DRAWN), share(bounds, scored, "seen before")) == (1, 0)


def test_what_is_fixed_holds_even_where_good_pairs_lie_below():
    scored = [twin(kind, caption_choice=0.2, image_choice=0.3) for kind in (DRAWN, EDITED, SWAPPED) for _ in range(5)]
    bounds = fit_bounds(scored)
    assert {name: bounds[name] for name in FIXED} == FIXED


def painted(kind: str, differences: np.ndarray) -> list[Scored]:
    return [Scored(kind, "stove", USUAL, row) for row in differences]


def chance(weights: dict[str, float], one: Scored) -> float:
    """That the edited side is taken for the edited one."""
    return float(expit(sum(weights[name] * value for name, value in zip(FEATURES, one.painted, strict=True))))


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_difference_is_found_and_untouched_pairs_stay_a_guess(feature, sign):
    dice = np.random.default_rng(6)
    planted = sign * 1.5 * (np.array(FEATURES) == feature)
    tampered = [painted(kind, planted + dice.normal(0, 0.3, (40, len(FEATURES)))) for kind in TAMPERED]
    untouched = painted(DRAWN, dice.normal(0, 0.3, (60, len(FEATURES))))
    weights = fit_artefacts([one for kind in tampered for one in kind] + untouched)
    assert max(weights, key=lambda name: abs(weights[name])) == feature
    assert sign * weights[feature] > 0
    assert np.mean([chance(weights, one) > 0.8 for kind in tampered for one in kind]) > 0.9
    assert np.mean([chance(weights, one) for one in untouched]) == pytest.approx(0.5, abs=0.06)
    assert chance(weights, painted(DRAWN, STILL[None])[0]) == 0.5


def test_seen_from_the_other_side_the_classifier_turns_round():
    dice = np.random.default_rng(7)
    tampered, untouched = dice.normal(0.4, 1, (50, len(FEATURES))), dice.normal(0, 1, (50, len(FEATURES)))
    weights, turned = (
        fit_artefacts(painted("blurred region", sign * tampered) + painted(DRAWN, untouched)) for sign in (1, -1)
    )
    assert turned == pytest.approx({name: -weight for name, weight in weights.items()}, abs=1e-3)


def test_kinds_that_are_painted_as_their_source_teach_the_classifier_nothing():
    dice = np.random.default_rng(8)
    taught = painted("wrong edit", dice.normal(0.5, 1, (30, len(FEATURES)))) + painted(
        DRAWN, dice.normal(0, 1, (30, len(FEATURES)))
    )
    others = [one for kind in (SWAPPED, EDITED, "no edit") for one in painted(kind, dice.normal(9, 1, (30, len(FEATURES))))]
    assert fit_artefacts(taught + others) == fit_artefacts(taught)
