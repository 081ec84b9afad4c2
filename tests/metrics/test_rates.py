import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_units import answers, units
from scipy.stats import binomtest

from arena.metrics import Derived, Difference, Metric, Unit, difference_of_rates, differences, estimates, mean_of_rates

METRICS = [Metric("b", "Second by name", chance=0.5), Metric("a", "First by name", best="low")]
DERIVED = [
    Derived(Metric("mean", "", chance=0.25), ("a", "b"), mean_of_rates),
    Derived(Metric("gap", ""), ("a", "b"), difference_of_rates),
]


def test_a_rate_is_a_sum_over_a_sum_and_says_what_it_rests_on():
    """Hits 3 + 0 + 1 of 4 + 2 + 2: 4 of 8, although the mean of the items' rates is 0.42; three items of two families."""
    (found,) = estimates(
        [Unit("b", "", "i", "x", 3, 4), Unit("b", "", "j", "x", 0, 2), Unit("b", "", "k", "y", 1, 2)], METRICS[:1]
    )
    assert (found.value, found.pairs, found.families, found.chance) == (0.5, 3, 2, 0.5)


def test_metrics_come_as_declared_then_derived_ones_and_the_whole_before_its_slices():
    made = [unit._replace(slice=split) for split in ("k=2", "", "k=1") for unit in units([[(1, 0)], [(1, 1)]], ("a", "b"))]
    only_a = [Unit("a", "k=0", "i", "x", 1, 1), Unit("a", "k=0", "j", "y", 1, 1), Unit("undeclared", "", "i", "x", 1, 1)]
    found = [(each.metric, each.slice) for each in estimates([*made, *only_a], METRICS, DERIVED)]
    assert found == [
        *[("b", ""), ("b", "k=1"), ("b", "k=2")],
        *[("a", ""), ("a", "k=0"), ("a", "k=1"), ("a", "k=2")],
        *[(name, split) for name in ("mean", "gap") for split in ("", "k=1", "k=2")],
    ]


def test_a_derived_metric_rests_on_the_items_of_all_its_parts():
    """Safe and unsafe items are different ones: 2 of one family and 1 of another."""
    made = [Unit("a", "", "i", "x", 1, 1), Unit("a", "", "j", "x", 0, 1), Unit("b", "", "k", "y", 1, 1)]
    mean = estimates(made, METRICS, DERIVED)[2]
    assert (mean.metric, mean.value, mean.pairs, mean.families, mean.chance) == ("mean", 0.75, 3, 2, 0.25)


def test_what_was_not_asked_has_no_value():
    none, derived = estimates([Unit("a", "", "i", "x", 0, 0), Unit("b", "", "i", "x", 1, 1)], METRICS[1:], DERIVED[:1])
    for found in (none, derived):
        assert (found.value, found.low, found.high) == (None, None, None)
    assert (none.pairs, none.families) == (0, 0)
    assert estimates([], METRICS, DERIVED) == []


def test_one_family_gives_no_interval():
    found = estimates(units([[(1, 0), (1, 1), (0, 1)]], ("a", "b")), METRICS, DERIVED)
    assert [each.value for each in found] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 0])
    assert all(each.low is each.high is None for each in found)


@given(answers(metrics=2), st.randoms(use_true_random=False))
def test_order_of_units_and_names_of_families_do_not_matter(families, shuffle: random.Random):
    renamed = [families[place] for place in shuffle.sample(range(len(families)), len(families))]
    again = units(renamed, ("a", "b"), name="another {}")
    shuffle.shuffle(again)
    assert [about(each) for each in estimates(units(families, ("a", "b")), METRICS, DERIVED)] == [
        about(each) for each in estimates(again, METRICS, DERIVED)
    ]


def test_order_and_names_do_not_matter_where_draws_are_random_either():
    words = [
        Unit("b", "", f"{item} of {family}", f"{family}", family * item % 7, 1) for family in range(12) for item in range(3)
    ]
    renamed = [unit._replace(family=f"x{-int(unit.family)}") for unit in reversed(words)]
    assert estimates(words, METRICS) == estimates(renamed, METRICS)
    assert estimates(words, METRICS, seed=1) != estimates(words, METRICS)


def test_other_metrics_and_slices_do_not_change_an_estimate():
    words = [Unit("b", "", f"{family}", f"{family}", family, 1) for family in range(12)]
    others = units([[(1,)]] * 30, ("a",)) + units([[(0,)]] * 7, ("b",), split="k=1")
    alone, among = estimates(words, METRICS)[0], estimates([*others, *words], METRICS)[0]
    assert alone == among


def test_a_difference_on_paper():
    """Of items i, j, k that both have, the first has all right and the second k: 1 - 1/3; p = 2 * 0.5 ** 2 = 0.5 of two."""
    first = [Unit("a", "", item, item, 1, 1) for item in "ijk"] + [Unit("a", "", "first only", "z", 0, 1)]
    second = [Unit("a", "", item, item, item == "k", 1) for item in "ijk"] + [Unit("a", "", "second only", "z", 1, 1)]
    (found,) = differences(first, second, METRICS)
    assert (found.first, found.second, found.difference) == pytest.approx((1, 1 / 3, 2 / 3))
    assert found.p_value == pytest.approx(0.5)
    assert (found.pairs, found.families) == (3, 3)


@given(answers(metrics=2))
def test_swapping_both_negates_the_difference(families):
    first, second = sides(families)
    forth, back = differences(first, second, METRICS, DERIVED), differences(second, first, METRICS, DERIVED)
    assert len(forth) == len(back) == 4
    assert [about(each) for each in forth] == [about(swapped(each)) for each in back]


@given(answers(metrics=2, families=20))
def test_the_p_value_is_scipys_binomial_test_of_the_items_that_differ(families):
    (found,) = differences(*sides(families), METRICS[1:])
    won, lost = (sum(item == kind for items in families for item in items) for kind in ((1, 0), (0, 1)))
    assert found.p_value == pytest.approx(binomtest(won, won + lost).pvalue if won + lost else 1.0)


def test_whoever_answers_alike_does_not_differ_but_might():
    (found,) = differences(*sides([[(1, 1)], [(0, 0)]] * 12), METRICS[1:])
    assert (found.difference, found.p_value) == (0, 1)
    assert found.low is not None
    assert found.high is not None
    assert found.low == pytest.approx(-found.high)
    assert 0.02 < found.high < 0.2


@pytest.mark.parametrize("graded", [Unit("a", "", "i", "x", 1, 2), Unit("a", "", "i", "x", 0.5, 1)])
def test_items_that_are_more_than_a_yes_or_no_have_no_p_value(graded):
    first = [graded, Unit("a", "", "j", "y", 1, 1)]
    (found,) = differences(first, [unit._replace(hits=0) for unit in first], METRICS[1:])
    assert found.p_value is None
    assert found.low is not None


def test_items_of_several_units_have_no_p_value():
    first = [Unit("a", "", "i", "x", 1, 1), Unit("a", "", "i", "x", 0, 1), Unit("a", "", "j", "y", 1, 1)]
    (found,) = differences(first, first, METRICS[1:])
    assert (found.p_value, found.first) == (None, pytest.approx(2 / 3))


def test_nothing_in_common_is_no_difference():
    first, second = [Unit("a", "", "i", "x", 1, 1)], [Unit("a", "", "j", "x", 1, 1)]
    assert differences(first, second, METRICS, DERIVED) == []


def sides(families) -> tuple[list[Unit], list[Unit]]:
    """The two marks of each item as two contestants, both with metrics a and b, b the other way round."""
    made = units(families, ("first", "second"))
    both: list[list[Unit]] = []
    for side in ("first", "second"):
        own = [unit for unit in made if unit.metric == side]
        both.append(
            [unit._replace(metric="a") for unit in own] + [unit._replace(metric="b", hits=1 - unit.hits) for unit in own]
        )
    return both[0], both[1]


def swapped(found: Difference) -> Difference:
    assert found.low is not None
    assert found.high is not None
    return replace(
        found, first=found.second, second=found.first, difference=-found.difference, low=-found.high, high=-found.low
    )


def about(found) -> dict[str, object]:
    return {name: pytest.approx(each, abs=1e-9) if isinstance(each, float) else each for name, each in vars(found).items()}
