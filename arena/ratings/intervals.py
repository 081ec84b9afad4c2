"""How far ratings can be trusted: intervals that resample families.

All contestants answer questions about the same pairs, and pairs of one family descend from one scene, so battles are not
independent. Resampling battles gives intervals that are two to three times too narrow. Here families are drawn with
replacement, each with all of its units (the cluster bootstrap), and every draw is fitted again, all of them at once.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from arena.ratings.bradley_terry import BradleyTerryFit, maximise
from arena.ratings.connectivity import is_connected, majority_component, unbounded_directions
from arena.ratings.counts import Floats, UnitCounts
from arena.ratings.elo import POINTS_PER_LOGIT, START
from arena.ratings.families import drawn_wins
from arena.ratings.one_sided import outsiders
from arena.ratings.percentiles import expanded_tail, has_no_spread, percentile_limits


class NoInterval(StrEnum):
    """Why nothing tells how far a rating can be trusted."""

    FEW_FAMILIES = "too few families so far"
    AGREEMENT = "all families agree, so nothing tells how far chance goes"
    FRAGILE = "it rests on a few families; more battles on others will tell"
    PENDING = "its bounds are being counted"


@dataclass(frozen=True, eq=False)
class Intervals:
    """One interval a contestant, in the order of the fit's names; NaN for those that are neither rated nor outsiders."""

    low: Floats
    """Elo points; -inf where the data set no lower bound."""
    high: Floats
    """Elo points; +inf where the data set no upper bound."""
    reasons: tuple[NoInterval | None, ...]
    """Why there is no bound on either side; None where there is one, and for those that have NaN."""
    separated: float
    """Share of rounds in which not every contestant had a finite rating."""

    @property
    def bounded(self) -> np.ndarray:
        """Per contestant, whether it has a bound on at least one side."""
        return np.isfinite(self.low) | np.isfinite(self.high)


def family_bootstrap(
    counts: UnitCounts, fitted: BradleyTerryFit, *, rounds: int = 300, seed: int = 0, level: float = 0.95
) -> Intervals:
    """Percentile intervals of the ratings, by resampling families, and one-sided bounds of outsiders.

    Percentile intervals are too narrow where families are few, so the percentiles move outwards to where a Student interval
    with F - 1 degrees of freedom would end (expanded percentiles: Hesterberg, The American Statistician 69, 2015). Where that
    is beyond the outermost draw, the interval has no bounds; with 300 rounds that is so below seven families. Nor are there
    any where all families agree: then every draw is the same, and tells nothing of chance.

    Where a draw leaves a contestant undefeated, without a win or without a link, its rating in that draw is infinite or
    could be anything. Such a draw is kept as what it is: +inf, -inf, or both at once; it is neither dropped nor shrunk. If
    that happens in more draws than the percentile allows, the interval has no bound on that side.

    An outsider has beaten rated contestants and lost to none, or the other way round (see `one_sided`); the draws are those of
    its opponents' ratings.

    Args:
        counts: the counts that were fitted.
        fitted: their fit, the centre of the resampled scales.
        rounds: how many times families are drawn.
        seed: of the draws; the same seed and counts give the same intervals.
        level: the share of such intervals that should hold the true rating.
    """
    low, high = np.full((2, len(counts.names)), np.nan)
    reasons: list[NoInterval | None] = [None] * len(counts.names)
    placed = fitted.placed
    if not len(placed):
        return Intervals(low, high, tuple(reasons), separated=0.0)
    main = counts.among(placed)
    lowest, highest, separated = _resampled_logits(main, fitted.logits, rounds, np.random.default_rng(seed))
    tail = expanded_tail((1 - level) / 2, families=int(np.count_nonzero(np.bincount(main.family))))
    few = tail * (rounds + 1) < 1
    low[placed], high[placed] = percentile_limits(lowest, highest, tail)
    for contestant, agree in zip(placed.tolist(), has_no_spread(lowest), strict=True):
        reasons[contestant] = _reason(few_families=few, agree=agree)
    for outsider in outsiders(counts, placed):
        here, unknown = outsider.contestant, few or not outsider.suffices(1 - level)
        low[here], high[here] = -np.inf, np.inf
        reasons[here] = _reason(few_families=unknown, agree=False)
        if not unknown:
            limit, draws = (low, lowest) if outsider.side > 0 else (high, highest)
            limit[here] = outsider.bound(draws, 1 - level)
    known = np.isfinite(low) | np.isfinite(high)
    reasons = [None if one else reason for one, reason in zip(known, reasons, strict=True)]
    return Intervals(START + POINTS_PER_LOGIT * low, START + POINTS_PER_LOGIT * high, tuple(reasons), separated)


def _reason(*, few_families: bool, agree: bool) -> NoInterval:
    if few_families:
        return NoInterval.FEW_FAMILIES
    return NoInterval.AGREEMENT if agree else NoInterval.FRAGILE


def _resampled_logits(
    main: UnitCounts, centre: Floats, rounds: int, generator: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """Lowest and highest rating in logits that each draw allows (rounds x n), and the share of separated draws."""
    lowest, highest = np.empty((rounds, len(centre))), np.empty((rounds, len(centre)))
    observed, separated = main.wins(), 0
    for part, wins in drawn_wins(main, rounds, generator):
        lowest[part], highest[part], alone = fit_draws(wins, centre, observed)
        separated += alone
    return lowest, highest, separated / rounds


def fit_draws(wins: Floats, centre: Floats, observed: Floats) -> tuple[Floats, Floats, int]:
    """Fit the win tables of draws, each connected in the data.

    Args:
        wins: the tables (draws x n x n).
        centre: the fit of the data, in logits (n).
        observed: the win table of the data (n x n).

    Returns:
        Lowest and highest logits that each draw allows (draws x n), and how many draws were separated.
    """
    # Where every cell that was ever won is still won, the graph is the original one; only the others need a look.
    intact = np.all(wins[:, observed > 0] > 0, axis=1).tolist()
    finite = np.array([whole or is_connected(draw) for whole, draw in zip(intact, wins, strict=True)])
    lowest, highest = np.empty(wins.shape[:2]), np.empty(wins.shape[:2])
    maximum = maximise(wins[finite], start=centre)
    lowest[finite] = np.where(maximum.converged[:, None], maximum.logits, -np.inf)
    highest[finite] = np.where(maximum.converged[:, None], maximum.logits, np.inf)
    for draw in np.flatnonzero(~finite):
        lowest[draw], highest[draw] = _fit_separated(wins[draw], centre)
    return lowest, highest, int((~finite).sum())


def _fit_separated(wins: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """What a draw says when its contestants are not all linked: finite values for the majority that is, bounds for the others.

    The majority is shifted to the mean that it has in `centre`, since the mean of all is infinite.
    """
    core = majority_component(wins)
    lowest, highest = unbounded_directions(wins, core)
    if len(core):
        maximum = maximise(wins[np.ix_(core, core)][None], start=centre[core])
        placed = maximum.logits[0] + centre[core].mean()
        lowest[core] = highest[core] = placed
    return lowest, highest
