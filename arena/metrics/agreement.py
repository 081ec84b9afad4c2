"""How far raters agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for any number with gaps, with intervals.

Intervals resample families. Where raters agree on everything, every draw does, so no limit lies inside those of the observed
agreement (`arena.metrics.intervals`) with chance agreement held: kappa = (agreement - chance) / (1 - chance).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np

from arena.metrics.coefficients import coefficient_limits, draw_points
from arena.metrics.family_table import FamilyTable
from arena.metrics.intervals import proportion_limits
from arena.metrics.units import Floats, Unit


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement: 1 for agreement on everything, 0 for what chance gives."""

    value: float | None
    low: float | None
    high: float | None
    items: int
    """Items that two raters at least have judged."""
    families: int
    reason: str = ""
    """Why there is no value, as the end of a sentence; empty where there is one."""


def cohen_kappa(
    first: Sequence[str | None], second: Sequence[str | None], family: Sequence[str], *, rounds: int = 1000, seed: int = 0
) -> Agreement:
    """Cohen's kappa of two raters over the items that both judged.

    Source: Cohen, Educational and Psychological Measurement 20 (1960); computed by scikit-learn.

    Args:
        first: what the first rater said of each item; None where nothing.
        second: the same of the second.
        family: of each item.
        rounds: bootstrap draws.
        seed: of the draws.
    """
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415  takes a third of a second, and most commands ask no raters

    judged = [row for row in zip(first, second, family, strict=True) if row[0] is not None and row[1] is not None]
    ours, theirs = [str(row[0]) for row in judged], [str(row[1]) for row in judged]
    labels = sorted({*ours, *theirs})
    shares = [Counter(side) for side in (ours, theirs)]
    chance = sum(shares[0][label] * shares[1][label] for label in labels) / max(1, len(judged)) ** 2

    def kappa(weights: Floats) -> float:
        if len({said for side in (ours, theirs) for said, weight in zip(side, weights, strict=True) if weight}) < 2:
            return np.nan
        return float(cohen_kappa_score(ours, theirs, labels=labels, sample_weight=weights))

    observed = np.array([one == other for one, other in zip(ours, theirs, strict=True)], dtype=np.float64)
    points = list(zip(ours, theirs, strict=True))
    return _agreement(points, [row[2] for row in judged], (observed, np.ones(len(judged))), kappa, chance, rounds, seed)


def krippendorff_alpha(
    ratings: Sequence[Sequence[str | None]], family: Sequence[str], *, rounds: int = 1000, seed: int = 0
) -> Agreement:
    """Krippendorff's alpha for nominal classes over the items that at least two raters judged.

    Source: Krippendorff, Content Analysis, 4th edition (2019), chapter 12; computed by the package `krippendorff`.

    Args:
        ratings: for each rater, what was said of each item; None where nothing.
        family: of each item.
        rounds: bootstrap draws.
        seed: of the draws.
    """
    labels = sorted({said for rater in ratings for said in rater if said is not None})
    said = np.array([[[each == label for label in labels] for each in rater] for rater in ratings], dtype=np.int64)
    counts = said.reshape(len(ratings), len(family), len(labels)).sum(axis=0)
    judged = counts.sum(axis=1) > 1
    counts, families = counts[judged], [name for name, enough in zip(family, judged, strict=True) if enough]
    totals, ratings_made = counts.sum(axis=0), counts.sum()
    chance = float((totals * (totals - 1)).sum() / max(1, ratings_made * (ratings_made - 1)))

    def alpha(weights: Floats) -> float:
        drawn = np.repeat(counts, weights.astype(np.int64), axis=0)
        if np.count_nonzero(drawn.sum(axis=0)) < 2:
            return np.nan
        return float(krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal"))

    raters = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (raters - 1)
    return _agreement(counts.tolist(), families, (agreeing, raters), alpha, chance, rounds, seed)


def _agreement(
    points: Sequence[Sequence[int | str]],
    family: Sequence[str],
    observed: tuple[Floats, Floats],
    coefficient: Callable[[Floats], float],
    chance: float,
    rounds: int,
    seed: int,
) -> Agreement:
    """The coefficient of all points with its interval.

    Args:
        points: what was said of each item that counts.
        family: of each item.
        observed: how much raters agree on each item, and of how much.
        coefficient: from how often each item counts to the coefficient; NaN where it has none.
        chance: the agreement expected by chance.
        rounds: bootstrap draws.
        seed: of the draws.
    """
    items, families = len(points), len(set(family))
    if not items:
        return Agreement(None, None, None, 0, 0, "no item was judged by two raters")
    value = coefficient(np.ones(items))
    if np.isnan(value):
        return Agreement(None, None, None, items, families, "all raters used one and the same class")
    draws = np.array([coefficient(weights) for weights in draw_points(points, family, rounds, seed)])
    low, high = coefficient_limits(value, draws, families)
    if families > 1:
        at_low, at_high = (max(-1.0, (limit - chance) / (1 - chance)) for limit in _agreement_limits(family, *observed))
        low, high = (min(at_low, value if low is None else low), max(at_high, value if high is None else high))
    return Agreement(value, low, high, items, families)


def _agreement_limits(family: Sequence[str], agreed: Floats, of: Floats) -> tuple[float, float]:
    """Limits of the share on which raters agree."""
    table = FamilyTable.of(
        Unit("agreement", "", str(item), name, float(hits), float(total))
        for item, (name, hits, total) in enumerate(zip(family, agreed, of, strict=True))
    )
    low, high = proportion_limits(table.hits, table.total)
    return float(low[0]), float(high[0])
