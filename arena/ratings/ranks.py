"""Ranks that only differ where intervals do."""

from arena.ratings.counts import Floats, Integers


def rank_ranges(low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """The best and the worst rank that each interval allows.

    The best is 1 + the number of contestants whose interval lies entirely above. It is also the rank to show: contestants
    that cannot be told apart from the first share rank 1. The worst is n - the number whose interval lies entirely below.

    Args:
        low: lower bounds (n), -inf for none.
        high: upper bounds (n), +inf for none.
    """
    surely_above = low[None, :] > high[:, None]
    return 1 + surely_above.sum(axis=1), len(low) - surely_above.sum(axis=0)
