import numpy as np
import pytest
from hypothesis import given
from made_units import answers, clustered, units, worlds_as_slices
from scipy.sparse import csc_array
from scipy.stats import beta, binomtest

from arena.metrics import Counts, Derived, Metric, Unit, difference_of_rates, differences, dprime, estimates, mean_of_rates
from arena.metrics.intervals import percentile_limits, proportion_limits

RATE = [Metric("rate", "Rate")]


def limits(families, **settings) -> tuple[float, float]:
    (found,) = estimates(units(families), RATE, **settings)
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


@pytest.mark.parametrize("hits", [0, 1, 12, 23, 24])
def test_items_of_their_own_families_get_scipys_exact_interval(hits):
    low, high = limits([[(int(number < hits),)] for number in range(24)])
    exact = binomtest(hits, 24).proportion_ci(0.95, method="exact")
    assert (low, high) == pytest.approx((exact.low, exact.high))


def test_all_right_is_as_much_as_so_many_families_say():
    """24 families of 6 items, all right: 24 independent successes bound the rate by 0.025 ** (1 / 24) = 0.8575, 144 by 0.9747.

    Measured with an all-right and an all-wrong family added, 25 / 26 of decisions are right. Between families the variance is
    (25 (1/26)^2 + (25/26)^2) 26 / 25 / 26^2 = 1 / 26^2, that of 156 independent decisions 25 / 26^2 / 155: D = 155 / 25 = 6.2.
    So n / D = 144 / 6.2 = 23.2 and the lower limit is 0.025 ** (1 / 23.2) = 0.8531.
    """
    low, high = limits([[(1,)] * 6] * 24)
    assert low == pytest.approx(0.025 ** (6.2 / 144))
    assert low == pytest.approx(0.8531, abs=1e-4)
    assert high == 1


def test_an_interval_on_paper():
    """Families of 2 items with 2, 1, 0 and 2 right, 5 of 8; with 2 and 0 right added, 7 of 12.

    Residuals h - 7/12 * 2: 5/6, -1/6, -7/6, 5/6, 5/6, -7/6; the sum of their squares is 174 / 36 = 4.8333.
    Between families 4.8333 * 6/5 / 12^2 = 0.040278, independent 7/12 * 5/12 / 11 = 0.022096: D = 1.8229.
    Effective: 5 / D = 2.7429 right and 3 / D = 1.6457 wrong.
    """
    low, high = limits([[(1,), (1,)], [(1,), (0,)], [(0,), (0,)], [(1,), (1,)]])
    assert low == pytest.approx(beta.ppf(0.025, 2.7429, 2.6457), abs=1e-4)
    assert high == pytest.approx(beta.ppf(0.975, 3.7429, 1.6457), abs=1e-4)


@pytest.mark.parametrize("sizes", [(1,), (6,), (2, 30)])
@pytest.mark.parametrize("families", [10, 24, 100])
@pytest.mark.parametrize("rate", [0.5, 0.9, 0.98])
def test_intervals_of_rates_hold_the_rate_as_often_as_they_say(sizes, families, rate):
    generator = np.random.default_rng(families)
    for alike in (0.01, 0.3, 0.9):
        total = generator.choice(sizes, (families, 600))
        of_family = generator.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, total.shape)
        low, high = proportion_limits(csc_array(generator.binomial(total, of_family) * 1.0), csc_array(total * 1.0))
        assert np.mean((low <= rate) & (rate <= high)) >= 0.93


@pytest.mark.parametrize(
    ("formula", "rates"),
    [(mean_of_rates, (0.98, 0.98)), (mean_of_rates, (0.9, 0.6)), (difference_of_rates, (0.9, 0.7)), (dprime, (0.97, 0.05))],
)
@pytest.mark.parametrize(("families", "items"), [(10, 1), (24, 3)])
def test_intervals_of_derived_metrics_hold_their_value_as_often_as_they_say(formula, rates, families, items):
    truth = float(formula(*[Counts(np.array([each * 1e12]), np.array([1e12])) for each in rates])[0])
    derived = [Derived(Metric("derived", ""), ("first", "second"), formula)]
    for alike in (0.0, 0.5):
        worlds = worlds_as_slices(clustered(rates, families, items, alike, worlds=150, seed=1), ("first", "second"))
        found = estimates(worlds, [], derived)
        assert len(found) == 150
        assert np.mean([holds(each.low, truth, each.high) for each in found]) >= 0.92


@pytest.mark.parametrize("rates", [(0.98, 0.95), (0.9, 0.9), (0.8, 0.6)])
def test_intervals_of_differences_hold_the_difference_as_often_as_they_say(rates):
    hits = clustered(rates, families=24, items=2, alike=0.5, worlds=150, seed=2)
    first, second = (worlds_as_slices(hits[..., [side]], ["rate"]) for side in (0, 1))
    found = differences(first, second, RATE)
    assert np.mean([holds(each.low, rates[0] - rates[1], each.high) for each in found]) >= 0.92


def test_pairing_narrows_the_interval_of_a_difference():
    hits = clustered((0.8, 0.7), families=60, items=2, alike=0.9, worlds=2, seed=3)
    first, second, unrelated = (
        worlds_as_slices(each, ["rate"]) for each in (hits[:1, ..., [0]], hits[:1, ..., [1]], hits[1:, ..., [1]])
    )
    paired, unpaired = (
        differences(first, [each._replace(slice="world=0") for each in other], RATE)[0] for other in (second, unrelated)
    )
    assert width(paired) < 0.8 * width(unpaired)


@given(answers())
def test_more_families_of_the_same_narrow_the_interval(families):
    low, high = limits(families)
    low_of_twice, high_of_twice = limits([*families, *families])
    assert 0 <= low < low_of_twice or low == low_of_twice == 0
    assert high_of_twice < high <= 1 or high == high_of_twice == 1
    assert high_of_twice - low_of_twice < high - low


@given(answers(metrics=2))
def test_derived_metrics_always_have_width(families):
    derived = [Derived(Metric(each.__name__, ""), ("a", "b"), each) for each in (mean_of_rates, difference_of_rates)]
    for found in estimates(units(families, ("a", "b")), [], derived):
        assert width(found) > 0.01
        assert found.low is not None
        assert found.value is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high


def test_dprime_of_a_faultless_model_has_no_upper_limit():
    derived = [Derived(Metric("d", ""), ("hits", "alarms"), dprime)]
    (found,) = estimates(units([[(1, 0)]] * 24, ("hits", "alarms")), [], derived)
    assert found.high is None
    assert found.low is not None
    assert 2 < found.low < 3


def test_sums_that_are_no_rates_get_a_family_bootstrap():
    """Words of answers, one a family, mean 50: the interval is near t's, 50 +- 2.01 * 10 / sqrt(50) = 47.2 to 52.8."""
    words = np.random.default_rng(0).normal(size=50)
    words = 50 + 10 * (words - words.mean()) / words.std(ddof=1)
    (found,) = estimates([Unit("words", "", f"{n}", f"{n}", each, 1) for n, each in enumerate(words)], [Metric("words", "")])
    assert found.value == pytest.approx(50)
    assert (found.low, found.high) == (pytest.approx(47.2, abs=0.4), pytest.approx(52.8, abs=0.4))


@pytest.mark.parametrize("draws", [np.array([]), np.full(1000, 3.0)])
def test_draws_that_are_all_alike_set_no_limits(draws):
    assert percentile_limits(draws, families=24) == (-np.inf, np.inf)


def holds(low: float | None, truth: float, high: float | None) -> bool:
    return (low is None or low <= truth + 1e-9) and (high is None or truth - 1e-9 <= high)


def width(found) -> float:
    return found.high - found.low
