import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from arena.metrics import Derived, Metric, Unit, difference_of_rates
from arena.metrics.correlation import Method, over_conditions, over_items

METHODS: list[Method] = ["pearson", "spearman"]
ORACLES = {"pearson": pearsonr, "spearman": spearmanr}
CONDITIONS = [f"severity={number}" for number in range(1, 6)]
values = st.integers(0, 6).map(float)


def by_condition(first: list[float], second: list[float], families: int = 20, seed: int = 0) -> list[Unit]:
    """Each family asked once in each condition for each metric, yes at the rate given."""
    generator = np.random.default_rng(seed)
    return [
        Unit(metric, split, f"{family} {split}", f"{family}", float(generator.random() < rate), 1)
        for metric, rates in (("first", first), ("second", second))
        for split, rate in zip(CONDITIONS, rates, strict=True)
        for family in range(families)
    ]


def by_item(points: list[tuple[float, float]], a_family: int = 1) -> list[Unit]:
    return [
        Unit(metric, "", f"{number}", f"{number // a_family}", value, 1)
        for number, point in enumerate(points)
        for metric, value in zip(("first", "second"), point, strict=True)
    ]


def test_pearson_on_paper():
    """Points (0, 0), (1, 1), (2, 0): the second's mean is 1/3, the sum of products -1/3 + 1/3 = 0 about the first's mean 1."""
    found = over_items(by_item([(0, 0), (1, 1), (2, 0)]), "first", "second", "pearson", name="r")
    assert found.value == pytest.approx(0)
    assert (found.metric, found.pairs, found.families, found.chance) == ("r", 3, 3, 0)


@given(st.lists(st.tuples(values, values), min_size=3, max_size=25), st.sampled_from(METHODS))
def test_over_items_it_is_what_scipy_says(points, method):
    found = over_items(by_item(points), "first", "second", method, name="r", rounds=10)
    if any(len(set(side)) == 1 for side in zip(*points, strict=True)):
        assert found.value is None
    else:
        assert found.value == pytest.approx(ORACLES[method](*zip(*points, strict=True)).statistic)


@pytest.mark.parametrize("method", METHODS)
def test_a_draw_is_what_scipy_says_of_the_points_drawn(method):
    """Weights are how often points stand there: the same as repeating them."""
    from arena.metrics.correlation import _coefficients

    generator = np.random.default_rng(0)
    along, up = generator.integers(0, 5, (2, 30)).astype(float)
    weights = generator.integers(0, 4, (6, 30))
    expected = [ORACLES[method](np.repeat(along, drawn), np.repeat(up, drawn)).statistic for drawn in weights]
    assert _coefficients(along, up, weights.astype(float), method) == pytest.approx(np.array(expected))


@pytest.mark.parametrize("method", METHODS)
def test_over_conditions_it_is_what_scipy_says_of_their_rates(method):
    made = by_condition([0.9, 0.8, 0.6, 0.5, 0.2], [0.2, 0.5, 0.3, 0.7, 0.9])
    rates = [
        [np.mean([unit.hits for unit in made if unit.metric == metric and unit.slice == split]) for split in CONDITIONS]
        for metric in ("first", "second")
    ]
    found = over_conditions(made, "first", "second", CONDITIONS, method, name="r")
    assert found.value == pytest.approx(ORACLES[method](*rates).statistic)
    assert (found.pairs, found.families) == (100, 20)
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert -1 <= found.low < found.value < found.high <= 1


def test_a_formula_of_several_metrics_can_be_a_side():
    made = by_condition([0.9, 0.8, 0.6, 0.5, 0.2], [0.2, 0.5, 0.3, 0.7, 0.9])
    gap = Derived(Metric("gap", ""), ("first", "second"), difference_of_rates)
    mirrored = Derived(Metric("mirrored gap", ""), ("second", "first"), difference_of_rates)
    assert over_conditions(made, gap, mirrored, CONDITIONS, "pearson", name="r").value == pytest.approx(-1)


def test_conditions_without_one_of_the_metrics_are_left_out():
    made = by_condition([0.9, 0.8, 0.6, 0.5, 0.2], [0.2, 0.5, 0.3, 0.7, 0.9])
    found, without = (
        over_conditions([unit for unit in made if keep(unit)], "first", "second", splits, "pearson", name="r")
        for keep, splits in (
            (lambda unit: unit.slice != CONDITIONS[0], CONDITIONS[1:]),
            (lambda unit: unit.slice != CONDITIONS[0] or unit.metric == "first", [*CONDITIONS, "never asked"]),
        )
    )
    assert found.value == pytest.approx(without.value)


@pytest.mark.parametrize("method", METHODS)
def test_two_points_and_constant_sides_have_no_coefficient(method):
    made = by_condition([0.9, 0.8, 0.6, 0.5, 0.2], [1.0] * 5)
    for found in (
        over_conditions(made, "first", "second", CONDITIONS, method, name="r"),
        over_conditions(by_condition([0.9] * 5, [0.2] * 5), "first", "second", CONDITIONS[:2], method, name="r"),
        over_items(by_item([(0, 1), (1, 0)]), "first", "second", method, name="r"),
        over_items([], "first", "second", method, name="r"),
    ):
        assert (found.value, found.low, found.high) == (None, None, None)


@pytest.mark.parametrize("method", METHODS)
def test_order_and_names_do_not_matter(method):
    points = [(float(number % 5), float(number * 7 % 11)) for number in range(24)]
    made = by_item(points, a_family=3)
    renamed = [unit._replace(family=f"x{-int(unit.family)}", item=f"x{unit.item}") for unit in reversed(made)]
    forth, back = (over_items(each, "first", "second", method, name="r") for each in (made, renamed))
    assert (forth.value, forth.low, forth.high) == pytest.approx((back.value, back.low, back.high))


@pytest.mark.parametrize("method", METHODS)
def test_items_of_one_family_are_no_more_evidence_than_one(method):
    generator = np.random.default_rng(1)
    points = [(float(x), float(x + noise)) for x, noise in generator.standard_normal((40, 2))]
    alone = over_items(by_item(points), "first", "second", method, name="r")
    tripled = over_items(
        by_item([point for point in points for _ in range(3)], a_family=3), "first", "second", method, name="r"
    )
    assert (tripled.value, tripled.low, tripled.high) == pytest.approx((alone.value, alone.low, alone.high))


def test_one_family_gives_no_interval():
    found = over_items(by_item([(0, 0), (1, 2), (2, 1)], a_family=3), "first", "second", "pearson", name="r")
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("method", METHODS)
def test_intervals_over_items_hold_the_coefficient_as_often_as_they_say(method):
    """Normal points with r = 0.6, whose rho is 6 / pi * arcsin(0.3) = 0.582; 100 worlds of 40 families of 2 alike."""
    truth = {"pearson": 0.6, "spearman": 6 / np.pi * np.arcsin(0.3)}[method]
    generator = np.random.default_rng(2)
    held = 0
    for _ in range(100):
        along, noise = np.sqrt(0.5) * np.repeat(generator.standard_normal((2, 40)), 2, axis=1) + np.sqrt(
            0.5
        ) * generator.standard_normal((2, 80))
        found = over_items(
            by_item(list(zip(along, 0.6 * along + 0.8 * noise, strict=True)), 2),
            "first",
            "second",
            method,
            name="r",
            rounds=300,
        )
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 90
