"""From counts to the lines of a leaderboard: ratings, which are cheap, and what a bootstrap tells of them, which is dear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arena.ratings.bradley_terry import BradleyTerryFit, fit
from arena.ratings.comparisons import surely_above
from arena.ratings.connectivity import NotRankable, sides
from arena.ratings.counts import Floats, Integers, UnitCounts
from arena.ratings.intervals import NoInterval, family_bootstrap
from arena.ratings.ranks import rank_ranges

DIGITS = 6
"""Decimals of an Elo point in which fits of the same counts agree, whatever they began with."""


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


@dataclass(frozen=True)
class Bounds:
    """What resampled families tell of one contestant. They are dear, so a board may hold older ones beside newer ratings."""

    rating: float | None = None
    """Of the counts that were resampled; likewise the rest."""
    reason_not_rankable: NotRankable | None = None
    low: float | None = None
    """As in `Rating`; likewise `high`, `rank_range` and `reason_no_interval`."""
    high: float | None = None
    rank_range: tuple[int, int] | None = None
    reason_no_interval: NoInterval | None = None

    def may_stand_beside(self, rating: float | None, reason: NotRankable | None) -> bool:
        """Whether they hold what a newer fit tells: the same reason not to be rated, or a rating inside the interval."""
        if reason is not self.reason_not_rankable:
            return False
        if rating is None or self.rating is None or abs(rating - self.rating) < 10**-DIGITS:
            return True
        return (self.low is None or self.low <= rating) and (self.high is None or rating <= self.high)


def rate(counts: UnitCounts, seed: int = 0, rounds: int = 300) -> tuple[Rating, ...]:
    """Rate everybody, best first, with the bounds of the same counts; see `join`.

    Args:
        counts: discordant units by winner, loser and family.
        seed: of the bootstrap draws.
        rounds: how many times families are drawn.
    """
    fitted = fit(counts)
    return join(counts.wins(), fitted, bounds(counts, fitted, seed=seed, rounds=rounds))


def bounds(counts: UnitCounts, fitted: BradleyTerryFit, *, seed: int = 0, rounds: int = 300) -> dict[str, Bounds]:
    """Name -> intervals, ranks and their ranges, all from one set of draws of families.

    Args:
        counts: discordant units by winner, loser and family.
        fitted: their fit.
        seed: of the draws.
        rounds: how many times families are drawn.
    """
    intervals = family_bootstrap(counts, fitted, rounds=rounds, seed=seed)
    above = surely_above(counts, fitted, intervals.bounded, rounds=rounds, seed=seed)
    ranked = np.flatnonzero(intervals.bounded)
    best, worst = rank_ranges(above[np.ix_(ranked, ranked)])
    ranges = dict(zip(ranked.tolist(), zip(best.tolist(), worst.tolist(), strict=True), strict=True))
    return {
        name: Bounds(
            rating=fitted.ratings[index],
            reason_not_rankable=fitted.reasons[index],
            low=_finite(intervals.low[index]),
            high=_finite(intervals.high[index]),
            rank_range=ranges.get(index),
            reason_no_interval=intervals.reasons[index],
        )
        for index, name in enumerate(fitted.names)
    }


def join(wins: Floats, fitted: BradleyTerryFit, known: Mapping[str, Bounds]) -> tuple[Rating, ...]:
    """The lines of a board, best first: ratings with bounds that may be of older counts.

    Bounds are left out where they may not stand beside the rating (`Bounds.may_stand_beside`); the line says why.

    Whoever is undefeated stands above all rated contestants that it has beaten, and where its bound is; the winless stand below
    in the same way. Contestants that have no bound either come last, by reason and name.

    Args:
        wins: units that the row's contestant won against the column's (n x n).
        fitted: their fit.
        known: name -> its bounds, of these counts or of older ones.
    """
    units = wins.sum(axis=0) + wins.sum(axis=1)
    above, below = sides(wins, fitted.placed)
    may_be_bounded = above | below | np.isin(np.arange(len(wins)), fitted.placed)
    lines = [
        _line(name, rating, reason, known.get(name) if bounded else Bounds(reason_not_rankable=reason), number)
        for name, rating, reason, bounded, number in zip(
            fitted.names, fitted.ratings, fitted.reasons, may_be_bounded.tolist(), units.tolist(), strict=True
        )
    ]
    order = _order(wins, fitted.placed, lines)
    return tuple(line for _, line in sorted(zip(order, lines, strict=True), key=lambda pair: (pair[0], pair[1].name)))


def _line(name: str, rating: float | None, reason: NotRankable | None, known: Bounds | None, units: float) -> Rating:
    if known is None or not known.may_stand_beside(rating, reason):
        known = Bounds(reason_no_interval=NoInterval.PENDING)
    return Rating(
        name=name,
        rating=rating,
        low=known.low,
        high=known.high,
        rank=known.rank_range[0] if known.rank_range else None,
        rank_range=known.rank_range,
        reason_not_rankable=reason,
        reason_no_interval=known.reason_no_interval,
        units=round(units),
    )


def _order(wins: Floats, rated: Integers, lines: Sequence[Rating]) -> list[tuple[float, ...]]:
    """What the lines of a board are sorted by, the first one first; equal ratings stay equal whatever the last digits are."""
    heights = np.array([np.nan if line.rating is None else line.rating for line in lines])
    beside = [0] * len(lines)
    above, below = sides(wins, rated)
    for index, line in enumerate(lines):
        if above[index] and line.low is not None:
            heights[index], beside[index] = max(line.low, heights[rated[wins[index, rated] > 0]].max()), -1
        if below[index] and line.high is not None:
            heights[index], beside[index] = min(line.high, heights[rated[wins[rated, index] > 0]].min()), 1
    listed = {None: -1} | {reason: place for place, reason in enumerate(NotRankable)}
    return [
        (np.isnan(height), -round(np.nan_to_num(height), DIGITS), side, listed[line.reason_not_rankable])
        for height, side, line in zip(heights.tolist(), beside, lines, strict=True)
    ]


def _finite(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None
