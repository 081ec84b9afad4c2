"""From counts to the lines of a leaderboard."""

from dataclasses import dataclass

import numpy as np

from arena.ratings.bradley_terry import fit
from arena.ratings.connectivity import NotRankable
from arena.ratings.counts import UnitCounts
from arena.ratings.intervals import family_bootstrap
from arena.ratings.ranks import rank_ranges


@dataclass(frozen=True)
class Rating:
    """What is known about how good a contestant is. Numbers are None where there is none, never NaN or infinite."""

    name: str
    rating: float | None
    """Bradley-Terry on the Elo scale."""
    low: float | None
    """Bounds of the 95 % interval; None where the data set no bound on that side."""
    high: float | None
    rank: int | None
    """1 + number of contestants whose interval lies entirely above."""
    rank_range: tuple[int, int] | None
    """Best and worst rank that the intervals allow."""
    reason_not_rankable: NotRankable | None
    units: int
    """Discordant units that it won or lost."""


def rate(counts: UnitCounts, seed: int = 0, rounds: int = 300) -> tuple[Rating, ...]:
    """Rate everybody, best first; contestants that cannot be rated come last, by name.

    Args:
        counts: discordant units by winner, loser and family.
        seed: of the bootstrap draws.
        rounds: how many times families are drawn.
    """
    fitted = fit(counts)
    intervals = family_bootstrap(counts, fitted, rounds=rounds, seed=seed)
    wins = counts.wins()
    units = wins.sum(axis=0) + wins.sum(axis=1)
    placed = fitted.placed
    best, worst = rank_ranges(intervals.low[placed], intervals.high[placed])
    ranges = dict(zip(placed.tolist(), zip(best.tolist(), worst.tolist(), strict=True), strict=True))
    ratings = [
        Rating(
            name=name,
            rating=fitted.ratings[index],
            low=_finite(intervals.low[index]),
            high=_finite(intervals.high[index]),
            rank=ranges[index][0] if index in ranges else None,
            rank_range=ranges.get(index),
            reason_not_rankable=fitted.reasons[index],
            units=round(units[index]),
        )
        for index, name in enumerate(counts.names)
    ]
    return tuple(sorted(ratings, key=lambda rating: (rating.rating is None, -(rating.rating or 0), rating.name)))


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None
