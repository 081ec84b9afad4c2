"""From counts to the lines of a leaderboard."""

from dataclasses import dataclass

import numpy as np

from arena.ratings.bradley_terry import BradleyTerryFit, fit
from arena.ratings.comparisons import surely_above
from arena.ratings.connectivity import NotRankable, sides
from arena.ratings.counts import Floats, UnitCounts
from arena.ratings.intervals import Intervals, NoInterval, family_bootstrap
from arena.ratings.ranks import rank_ranges


@dataclass(frozen=True)
class Rating:
    """What is known about how good a contestant is. Numbers are None where there is none, never NaN or infinite."""

    name: str
    rating: float | None
    """Bradley-Terry on the Elo scale."""
    low: float | None
    """Bounds of the 95 % interval; None where the data set no bound on that side.

    Without a rating, one of them may be known: an undefeated contestant is better than `low`, a winless one worse than
    `high`, each with 95 %.
    """
    high: float | None
    rank: int | None
    """1 + number of contestants that are surely better; None without a bound."""
    rank_range: tuple[int, int] | None
    """Best and worst rank that the comparisons of all with all allow, all of them at once with 95 %."""
    reason_not_rankable: NotRankable | None
    """Why there is no rating."""
    reason_no_interval: NoInterval | None
    """Why there is no bound on either side."""
    units: int
    """Discordant units that it won or lost."""

    @property
    def is_placed(self) -> bool:
        """Whether it has a rating or a bound, and so a place among the others."""
        return not (self.rating is None and self.low is None and self.high is None)

    @property
    def why_not_ranked(self) -> str | None:
        """In plain words; None for those that have a rank."""
        if self.rank is not None:
            return None
        return ": ".join(reason for reason in (self.reason_not_rankable or "no interval", self.reason_no_interval) if reason)


def rate(counts: UnitCounts, seed: int = 0, rounds: int = 300) -> tuple[Rating, ...]:
    """Rate everybody, best first.

    Whoever is undefeated stands above all rated contestants that it has beaten, and where its bound is; the winless stand below
    in the same way. Contestants that have no bound either come last, by reason and name.

    Args:
        counts: discordant units by winner, loser and family.
        seed: of the bootstrap draws.
        rounds: how many times families are drawn.
    """
    fitted = fit(counts)
    intervals = family_bootstrap(counts, fitted, rounds=rounds, seed=seed)
    above = surely_above(counts, fitted, intervals.bounded, rounds=rounds, seed=seed)
    ranked = np.flatnonzero(intervals.bounded)
    best, worst = rank_ranges(above[np.ix_(ranked, ranked)])
    ranges = dict(zip(ranked.tolist(), zip(best.tolist(), worst.tolist(), strict=True), strict=True))
    wins = counts.wins()
    units = wins.sum(axis=0) + wins.sum(axis=1)
    ratings = [
        Rating(
            name=name,
            rating=fitted.ratings[index],
            low=_finite(intervals.low[index]),
            high=_finite(intervals.high[index]),
            rank=ranges[index][0] if index in ranges else None,
            rank_range=ranges.get(index),
            reason_not_rankable=fitted.reasons[index],
            reason_no_interval=intervals.reasons[index],
            units=round(units[index]),
        )
        for index, name in enumerate(counts.names)
    ]
    order = _order(wins, fitted, intervals)
    return tuple(sorted(ratings, key=lambda rating: (*order[rating.name], rating.name)))


def _order(wins: Floats, fitted: BradleyTerryFit, intervals: Intervals) -> dict[str, tuple[float, ...]]:
    """What the lines of a board are sorted by, the first one first."""
    heights = np.array([np.nan if rating is None else rating for rating in fitted.ratings])
    above, below = (np.flatnonzero(side & intervals.bounded).tolist() for side in sides(wins, fitted.placed))
    rated = fitted.placed
    for index in above:
        heights[index] = max(intervals.low[index], heights[rated[wins[index, rated] > 0]].max())
    for index in below:
        heights[index] = min(intervals.high[index], heights[rated[wins[rated, index] > 0]].min())
    beside = dict.fromkeys(above, -1) | dict.fromkeys(below, 1)
    listed = {None: -1} | {reason: place for place, reason in enumerate(NotRankable)}
    return {
        name: (np.isnan(height), -np.nan_to_num(height), beside.get(index, 0), listed[reason])
        for index, (name, height, reason) in enumerate(zip(fitted.names, heights, fitted.reasons, strict=True))
    }


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None
