import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ratings.ranks import rank_ranges

bounds = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("low", "high", "best", "worst"),
    [
        ([30, 20, 10], [35, 25, 15], [1, 2, 3], [1, 2, 3]),
        ([10, 10, 10], [20, 20, 20], [1, 1, 1], [3, 3, 3]),
        ([30, 22, 10], [40, 31, 25], [1, 1, 2], [2, 3, 3]),
        ([10, 0], [20, 10], [1, 1], [2, 2]),
        ([-np.inf, 10], [np.inf, 20], [1, 1], [2, 2]),
        ([30, -np.inf], [np.inf, 20], [1, 2], [1, 2]),
        ([], [], [], []),
    ],
    ids=["apart", "alike", "overlapping", "touching", "unbounded", "one-sided", "nobody"],
)
def test_ranks_differ_where_intervals_do(low, high, best, worst):
    found_best, found_worst = rank_ranges(np.array(low, dtype=float), np.array(high, dtype=float))
    assert (found_best.tolist(), found_worst.tolist()) == (best, worst)


@given(bounds)
def test_the_best_rank_is_never_behind_the_worst_and_somebody_is_first(intervals):
    low = np.array([start for start, _ in intervals], dtype=float)
    high = low + np.array([width for _, width in intervals])
    best, worst = rank_ranges(low, high)
    assert (best <= worst).all()
    assert best.min() == 1
    assert worst.max() == len(low)
