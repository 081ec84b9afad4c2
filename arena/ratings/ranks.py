"""Ranks that only differ where contestants surely do."""

import numpy as np

from arena.ratings.counts import Integers


def rank_ranges(above: np.ndarray) -> tuple[Integers, Integers]:
    """The best and the worst rank that comparisons leave to each contestant.

    The best is 1 + the number of contestants that are surely better. It is also the rank to show: contestants that cannot be
    told apart from the first share rank 1. The worst is n - the number that are surely worse.

    Args:
        above: whether the row's contestant is surely better than the column's (n x n, of bool).
    """
    return 1 + above.sum(axis=0), len(above) - above.sum(axis=1)
