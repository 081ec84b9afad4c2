"""How often two models change places because the reader errs, counted out and not drawn.

A rate is read of a number of replies. The true rate of one model lies a gap above that of the other; each reply is read right
with the probabilities that were measured on one of the labelled models. Ties count half.
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from scipy.stats import binom

from arena.metrics.rogan_gladen import ReaderAccuracy

REPLIES = 200
GAPS = (0.02, 0.05, 0.1, 0.2, 0.3)
LOWER = tuple(np.arange(0.05, 0.66, 0.05).tolist())
"""True rates of the lower model, over which the shares are averaged."""
NONE = ReaderAccuracy(1, 1)
"""Of a reader that never errs."""


def reversed_share(
    lower: float, gap: float, of_lower: ReaderAccuracy, of_higher: ReaderAccuracy, replies: int = REPLIES
) -> float:
    """How often the model with the lower true rate is read as the higher one.

    Args:
        lower: its true rate.
        gap: how far above it the other's true rate lies.
        of_lower: how the reader errs on its replies.
        of_higher: how the reader errs on the other's.
        replies: read of each model.
    """
    counts = np.arange(replies + 1)
    one = binom.pmf(counts, replies, of_lower.rate_read(lower))
    higher = of_higher.rate_read(lower + gap)
    below, alike = binom.cdf(counts - 1, replies, higher), binom.pmf(counts, replies, higher)
    return float(np.sum(one * (below + alike / 2)))


def shares(gap: float, errors: Sequence[ReaderAccuracy]) -> tuple[float, float, float]:
    """The mean share of reversed orders for models that lie a gap apart: read without error, with the error of one labelled
    model on both, and with the errors of two labelled models.
    """
    alone = [reversed_share(lower, gap, NONE, NONE) for lower in LOWER]
    alike = [reversed_share(lower, gap, error, error) for lower in LOWER for error in errors]
    apart = [reversed_share(lower, gap, *pair) for lower in LOWER for pair in permutations(errors, 2)]
    return float(np.mean(alone)), float(np.mean(alike)), float(np.mean(apart))
