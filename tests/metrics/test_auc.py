"""AUC of scores: against scikit-learn, and its interval against simulated families."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import ndtr
from sklearn.metrics import roc_auc_score

from arena.metrics import Unit
from arena.metrics.auc import auc

FAMILIES = st.lists(st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=6), min_size=1, max_size=8)


def units(families, split="", name="family {}"):
    return [
        Unit("true" if label else "false", split, f"{number}", name.format(number), float(score), 1.0)
        for number, scored in enumerate(families)
        for score, label in scored
    ]


def measured(families, **more):
    (found,) = auc(units(families), "true", "false", name="auc", **{"rounds": 50, **more})
    return found


def flat(families):
    return zip(*(point for scored in families for point in scored), strict=True)


@given(FAMILIES)
def test_the_value_is_scikit_learns_ties_included(families):
    scores, labels = flat(families)
    assume(len(set(labels)) == 2)
    assert measured(families).value == pytest.approx(roc_auc_score(labels, scores))


@given(FAMILIES)
def test_draws_are_those_of_scikit_learn_with_families_weighed(families):
    scores, labels = flat(families)
    assume(len(set(labels)) == 2)
    twice = [*families, families[0]]
    weights = [1 + (number == 0) for number, scored in enumerate(families) for _ in scored]
    assert measured(twice).value == pytest.approx(roc_auc_score(labels, scores, sample_weight=weights))


@given(FAMILIES)
def test_true_and_false_exchanged_mirror_the_estimate(families):
    exchanged = [[(score, not label) for score, label in scored] for scored in families]
    here, there = measured(families), measured(exchanged)
    assert here.value is None or there.value == pytest.approx(1 - here.value)
    assert (here.low is None) == (there.low is None)


@given(FAMILIES, st.randoms(use_true_random=False))
def test_neither_the_order_of_families_nor_their_names_change_anything(families, random):
    shuffled = random.sample(families, len(families))
    (renamed,) = auc(units(shuffled, name="another {}"), "true", "false", name="auc", rounds=50)
    assert renamed == measured(families)


@given(FAMILIES)
def test_the_interval_holds_the_value(families):
    found = measured(families)
    if found.value is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_scores_of_one_kind_have_no_value():
    found = measured([[(1.0, True)], [(2.0, True)]])
    assert (found.value, found.low, found.high, found.families) == (None, None, None, 2)


def test_one_family_has_no_interval():
    found = measured([[(1.0, True), (0.0, False), (2.0, False)]])
    assert (found.value, found.low, found.high) == (0.5, None, None)


def test_each_slice_is_measured_by_itself_and_other_units_are_left_alone():
    right, wrong = [[(1.0, True), (0.0, False)]], [[(0.0, True), (1.0, False)]]
    other = Unit("rate", "", "0", "0", 1.0, 1.0)
    found = auc([other, *units(right, "b"), *units(wrong, "a")], "true", "false", name="auc", rounds=10)
    assert [(one.slice, one.value, one.pairs) for one in found] == [("a", 0.0, 1), ("b", 1.0, 1)]


def test_intervals_hold_the_true_area_where_families_are_alike_inside():
    generator, true_area, held = np.random.default_rng(3), float(ndtr(1 / np.sqrt(2))), Counter()
    for _ in range(60):
        common = generator.standard_normal((24, 2, 1)) * np.sqrt(0.4)
        scores = common + generator.standard_normal((24, 2, 4)) * np.sqrt(0.6) + np.array([0, 1])[None, :, None]
        families = [[(score, kind == 1) for kind in (0, 1) for score in family[kind]] for family in scores]
        found = measured(families, rounds=200)
        held[(found.low or 0) <= true_area <= (found.high or 1)] += 1
    assert held[True] >= 52
