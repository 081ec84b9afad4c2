import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import balanced_accuracy_score

from arena.metrics import (
    Counts,
    balanced,
    criterion,
    difference_of_rates,
    dprime,
    mean_of_rates,
    mean_of_rates_asked,
    rate,
)


def counts(*pairs: tuple[float, float]) -> Counts:
    hits, total = np.array(pairs, dtype=float).T
    return Counts(hits, total)


def test_rates_and_their_means_and_differences_on_paper():
    """3 of 4 and 1 of 2: rates 0.75 and 0.5, mean 0.625 (not 4 of 6), difference 0.25."""
    first, second = counts((3, 4)), counts((1, 2))
    assert rate(first).tolist() == [0.75]
    assert mean_of_rates(first, second).tolist() == balanced(first, second).tolist() == [0.625]
    assert difference_of_rates(first, second).tolist() == [0.25]


def test_what_was_not_asked_has_no_rate_and_is_left_out_only_of_the_mean_that_says_so():
    asked, not_asked = counts((3, 4)), counts((0, 0))
    assert np.isnan(rate(not_asked)).all()
    assert np.isnan(mean_of_rates(asked, not_asked)).all()
    assert mean_of_rates_asked(asked, not_asked).tolist() == [0.75]
    assert np.isnan(mean_of_rates_asked(not_asked, not_asked)).all()
    assert np.isnan(dprime(asked, not_asked)).all()


def test_dprime_and_criterion_on_paper():
    """Hits 9 of 10, false alarms 2 of 10: corrected to 9.5 / 11 = 0.8636 and 2.5 / 11 = 0.2273.

    z(0.8636) = 1.0968, z(0.2273) = -0.7479, so d' = 1.8447 and c = -(1.0968 - 0.7479) / 2 = -0.1745.
    """
    hits, false_alarms = counts((9, 10)), counts((2, 10))
    assert dprime(hits, false_alarms) == pytest.approx([1.8447], abs=1e-4)
    assert criterion(hits, false_alarms) == pytest.approx([-0.1745], abs=1e-4)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(20, 40), st.integers(20, 40))
def test_dprime_and_criterion_are_the_distances_of_two_normal_curves_from_the_criterion(hits, alarms, signals, noises):
    """By scipy: the criterion lies c + d'/2 above the middle of the noise, which exceeds it at its corrected rate."""
    sensitivity, bias = (formula(counts((hits, signals)), counts((alarms, noises)))[0] for formula in (dprime, criterion))
    assert norm.sf(bias + sensitivity / 2) == pytest.approx((alarms + 0.5) / (noises + 1))
    assert norm.sf(bias - sensitivity / 2) == pytest.approx((hits + 0.5) / (signals + 1))


@pytest.mark.parametrize(("always", "leaning"), [(1, "yes"), (0, "no")])
def test_whoever_always_says_the_same_has_no_sensitivity_and_all_bias(always, leaning):
    hits, false_alarms = counts((20 * always, 20)), counts((20 * always, 20))
    assert dprime(hits, false_alarms) == pytest.approx([0])
    assert (criterion(hits, false_alarms) < -1).all() == (leaning == "yes")
    assert balanced(hits, counts((20 - 20 * always, 20))).tolist() == [0.5]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=30))
def test_balanced_is_scikit_learns_balanced_accuracy(pairs):
    truth, said = zip(*[(True, True), (False, True), *pairs], strict=True)
    by_class = [
        counts((sum(t == s for t, s in zip(truth, said, strict=True) if t == side), sum(t == side for t in truth)))
        for side in (True, False)
    ]
    assert balanced(*by_class)[0] == pytest.approx(balanced_accuracy_score(truth, said))
