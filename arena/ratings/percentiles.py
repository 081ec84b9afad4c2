"""Percentiles of bootstrap draws that stay honest where families are few, or agree in everything."""

import numpy as np
from scipy.special import ndtr, stdtrit

from arena.ratings.counts import Floats

SAME = 1e-6
"""Draws that spread no wider than this are one number: resampling has told nothing."""


def expanded_tail(tail: float, families: int) -> float:
    """The share of draws to leave out on one side, for an interval that leaves out `tail` of the truth.

    Percentile intervals are too narrow where families are few, so the percentiles move outwards to where a Student interval
    with F - 1 degrees of freedom would end (expanded percentiles: Hesterberg, The American Statistician 69, 2015).
    """
    if families < 2:
        return 0.0
    return float(ndtr(np.sqrt(families / (families - 1)) * stdtrit(families - 1, tail)))


def lower_percentile(draws: Floats, tail: float) -> Floats:
    """The k-th smallest draw a column, k = floor(tail * (rounds + 1)); -inf where that is beyond the outermost draw.

    There is no interpolation, which would make infinities NaN.
    """
    rank = int(tail * (len(draws) + 1))
    return np.sort(draws, axis=0)[rank - 1] if rank else np.full(draws.shape[1], -np.inf)


def percentile_limits(lowest: Floats, highest: Floats, tail: float) -> tuple[Floats, Floats]:
    """Limits of each column, from the lowest and the highest value that each draw allows; infinite where there are none.

    Where all families agree, every draw gives the same value. That is no certainty: an interval without width would claim
    what nothing has measured, so such a column has no limits.
    """
    agree = has_no_spread(lowest) & has_no_spread(highest)
    low, high = lower_percentile(lowest, tail), -lower_percentile(-highest, tail)
    return np.where(agree, -np.inf, low), np.where(agree, np.inf, high)


def has_no_spread(draws: Floats) -> np.ndarray:
    """Per column, whether all draws are one finite number."""
    finite = np.isfinite(draws).all(axis=0)
    return finite & (np.ptp(np.where(finite, draws, 0.0), axis=0) <= SAME)
