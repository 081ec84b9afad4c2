import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from arena.ratings.ranks import rank_ranges

tables = st.integers(1, 12).flatmap(lambda size: arrays.arrays(np.bool_, (size, size)))


@pytest.mark.parametrize(
    ("above", "best", "worst"),
    [
        ([[0, 1, 1], [0, 0, 1], [0, 0, 0]], [1, 2, 3], [1, 2, 3]),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], [1, 1, 1], [3, 3, 3]),
        ([[0, 0, 1], [0, 0, 0], [0, 0, 0]], [1, 1, 2], [2, 3, 3]),
        (np.empty((0, 0)), [], []),
    ],
    ids=["apart", "alike", "one comparison", "nobody"],
)
def test_ranks_differ_where_contestants_surely_do(above, best, worst):
    found_best, found_worst = rank_ranges(np.array(above, dtype=bool))
    assert (found_best.tolist(), found_worst.tolist()) == (best, worst)


@given(tables)
def test_the_best_rank_is_never_behind_the_worst_and_somebody_is_first(table):
    best, worst = rank_ranges(np.triu(table, 1))
    assert (best <= worst).all()
    assert best.min() == 1
    assert worst.max() == len(table)
