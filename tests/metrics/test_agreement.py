import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from arena.metrics.agreement import cohen_kappa, krippendorff_alpha

said = st.sampled_from(["yes", "no", "unsure"])


def own_families(count: int) -> list[str]:
    return [f"{number}" for number in range(count)]


def test_kappa_on_paper():
    """Both yes 20, both no 15, yes/no 5, no/yes 10: agreement 0.7, chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so 0.2 / 0.5 = 0.4."""
    first = ["yes"] * 20 + ["no"] * 15 + ["yes"] * 5 + ["no"] * 10
    second = ["yes"] * 20 + ["no"] * 15 + ["no"] * 5 + ["yes"] * 10
    found = cohen_kappa(first, second, own_families(50), rounds=300)
    assert found.value == pytest.approx(0.4)
    assert (found.items, found.families, found.reason) == (50, 50, "")
    assert found.low is not None
    assert found.high is not None
    assert 0.05 < found.low < 0.25
    assert 0.55 < found.high < 0.75


def test_alpha_of_krippendorffs_own_example():
    """Four observers, twelve units, five classes, nominal: 0.743 (Computing Krippendorff's Alpha-Reliability, 2011)."""
    ratings = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    found = krippendorff_alpha(
        [[None if each == "." else each for each in rater.split()] for rater in ratings], own_families(12)
    )
    assert found.value == pytest.approx(0.743, abs=5e-4)
    assert found.items == 11


@given(st.lists(st.tuples(said, said), min_size=2, max_size=30))
def test_values_are_those_of_scikit_learn_and_krippendorff(pairs):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    if len({*first, *second}) < 2:
        return
    kappa = cohen_kappa(first, second, own_families(len(pairs)), rounds=5)
    alpha = krippendorff_alpha([first, second], own_families(len(pairs)), rounds=5)
    assert kappa.value == pytest.approx(cohen_kappa_score(first, second))
    assert alpha.value == pytest.approx(krippendorff.alpha(np.array([first, second]), level_of_measurement="nominal"))
    for found in (kappa, alpha):
        assert found.low is not None
        assert found.value is not None
        assert found.high is not None
        assert -1 <= found.low <= found.value <= found.high <= 1


def test_items_that_one_rater_left_out_count_for_nothing():
    first, second = ["yes", "no", None, "yes", "no"], ["yes", "yes", "no", None, "no"]
    for found in (
        cohen_kappa(first, second, own_families(5), rounds=5),
        krippendorff_alpha([first, second, [None] * 5], own_families(5), rounds=5),
    ):
        assert (found.items, found.families) == (3, 3)
    assert cohen_kappa(first, second, own_families(5), rounds=5).value == pytest.approx(
        cohen_kappa_score(["yes", "no", "no"], ["yes", "yes", "no"])
    )


def test_no_item_in_common_is_told_as_such():
    for found in (
        cohen_kappa(["yes", None], [None, "no"], own_families(2)),
        krippendorff_alpha([["yes", None], [None, "no"]], own_families(2)),
        krippendorff_alpha([], []),
    ):
        assert (found.value, found.low, found.items) == (None, None, 0)
        assert found.reason == "no item was judged by two raters"


def test_one_class_only_is_told_as_such():
    for found in (
        cohen_kappa(["yes"] * 9, ["yes"] * 9, own_families(9)),
        krippendorff_alpha([["yes"] * 9] * 3, own_families(9)),
    ):
        assert (found.value, found.low, found.high) == (None, None, None)
        assert found.reason == "all raters used one and the same class"


def test_raters_that_agree_on_all_24_items_are_not_sure_to_agree_always():
    """Agreement of 24 in 24 is at least 0.8575; halves of chance make that (0.8575 - 0.5) / 0.5 = 0.715."""
    same = ["yes", "no"] * 12
    kappa = cohen_kappa(same, same, own_families(24), rounds=100)
    alpha = krippendorff_alpha([same, same], own_families(24), rounds=100)
    assert (kappa.value, kappa.high) == (1, 1)
    assert kappa.low == pytest.approx(0.715, abs=1e-3)
    assert alpha.low == pytest.approx(0.715, abs=0.02)


def test_one_family_gives_no_interval():
    found = cohen_kappa(["yes", "no", "no"], ["yes", "no", "yes"], ["x"] * 3, rounds=5)
    assert found.value == pytest.approx(0.4)
    assert (found.low, found.high) == (None, None)


def test_order_of_items_and_names_of_families_do_not_matter():
    first, second = ["yes", "no", "no", "yes", "no", "yes"] * 4, ["yes", "no", "yes", "yes"] * 6
    family = [f"{number // 3}" for number in range(24)]
    forth = cohen_kappa(first, second, family, rounds=200)
    back = cohen_kappa(first[::-1], second[::-1], [f"x{-int(name)}" for name in reversed(family)], rounds=200)
    assert (forth.value, forth.low, forth.high) == pytest.approx((back.value, back.low, back.high))


def test_answers_to_one_question_are_no_more_evidence_than_one():
    first, second = ["yes", "no", "no", "yes", "no", "yes"] * 4, ["yes", "no", "yes", "yes"] * 6
    alone = krippendorff_alpha([first, second], own_families(24))
    doubled = krippendorff_alpha([first * 2, second * 2], own_families(24) * 2)
    assert doubled.low == pytest.approx(alone.low, abs=0.02)
    assert doubled.high == pytest.approx(alone.high, abs=0.02)


def test_intervals_of_kappa_hold_it_as_often_as_they_say():
    """Each says yes to half; the second repeats the first in 6 of 10 cases and else guesses, so kappa is 0.6.

    Of 100 worlds 97 hold it; intervals that are narrower by a factor of sqrt(2) hold it in 85.
    """
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        first = generator.choice(["yes", "no"], 40)
        second = np.where(generator.random(40) < 0.6, first, generator.choice(["yes", "no"], 40))
        found = krippendorff_alpha([first.tolist(), second.tolist()], own_families(40), rounds=100)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.6 <= found.high
    assert held >= 91
