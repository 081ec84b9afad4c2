"""The sign-flip test, against scipy's permutation test."""

import numpy as np
import pytest
from made_units import units
from scipy.stats import permutation_test

from arena.metrics import Derived, Metric, differences, mean_of_rates
from arena.metrics.sign_flips import contributions, sign_flip_p


@pytest.mark.parametrize("families", [2, 7, 10])
def test_few_families_get_the_exact_p_value(families):
    found = np.random.default_rng(families).integers(-3, 4, families) / 7
    oracle = permutation_test(
        (found, np.zeros(families)), lambda x, y, axis: np.sum(x - y, axis=axis), permutation_type="samples"
    )
    assert sign_flip_p(found) == pytest.approx(oracle.pvalue)


def test_many_families_get_nearly_that():
    found = np.random.default_rng(0).normal(0.3, 1, 15)
    every = 1 - 2 * (np.arange(2**15)[:, None] >> np.arange(15) & 1)
    assert sign_flip_p(found) == pytest.approx(np.mean(np.abs(every @ found) >= abs(found.sum())), abs=0.015)


def test_no_difference_proves_nothing():
    assert sign_flip_p(np.zeros(5)) == 1
    assert sign_flip_p(np.array([])) == 1


def test_families_add_up_to_the_difference_that_is_told():
    metrics = ("sra_s", "sra_u")
    ours = units([[(1, 0), (1, 1)], [(0, 1)], [(1, 1)]], metrics)
    theirs = units([[(0, 0), (1, 0)], [(1, 1)]], metrics)
    derived = Derived(Metric("sra_avg", ""), metrics, mean_of_rates)
    (told,) = (one for one in differences(ours, theirs, (), (derived,)))
    found = contributions(ours, theirs, {"sra_s": 0.5, "sra_u": 0.5})
    assert found.sum() == pytest.approx(told.difference)
    assert found == pytest.approx([(1 / 3 + 1 / 3) / 2, -1 / 3 / 2])
