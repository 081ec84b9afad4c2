"""How much better contestants are rated on one set of pairs than on another.

Ratings are relative, so a gap says how far a contestant moves *against the others* between the two sets. Where nothing is
solved by chance, a set that is harder for everybody moves nobody: difficulty cancels in each fit (see `bradley_terry`). Where
something is, the harder set squeezes its ratings, and that looks like a gap: the strong seem to have known the easier set.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from arena.ratings.bradley_terry import maximise
from arena.ratings.connectivity import main_component
from arena.ratings.counts import Floats, Integers, UnitCounts, UnitRow
from arena.ratings.elo import POINTS_PER_LOGIT
from arena.ratings.families import drawn_wins
from arena.ratings.intervals import fit_draws
from arena.ratings.percentiles import expanded_tail, percentile_limits


@dataclass(frozen=True)
class RatingGap:
    """The rating on the first set minus that on the second, in Elo points. Gaps have a mean of 0."""

    gap: float
    low: float | None
    """Bounds of the 95 % interval; None where the data set no bound on that side."""
    high: float | None


def rating_gaps(
    first: Iterable[UnitRow],
    second: Iterable[UnitRow],
    number_of_families: int,
    *,
    rounds: int = 300,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, RatingGap]:
    """The gap of every contestant that can be rated on both sets, among those that can.

    The bootstrap draws families for both sets together, so what a family has in common in both cancels out; for percentiles
    and for draws without a finite rating see `family_bootstrap`.

    Args:
        first: discordant units on the one set.
        second: discordant units on the other; a family has the same name in both.
        number_of_families: families played in either set, those without a discordant unit too.
        rounds: how many times families are drawn.
        seed: of the draws.
        level: the share of such intervals that should hold the true gap.
    """
    sets = _side_by_side(list(first), list(second), number_of_families)
    placed = _placed_in_both(sets)
    if not len(placed):
        return {}
    sets = (sets[0].among(placed), sets[1].among(placed))
    centres = [maximise(one.wins()[None]).logits[0] for one in sets]
    lowest, highest = _resampled_gaps(sets, centres, rounds, np.random.default_rng(seed))
    families = min(len(np.unique(one.family)) for one in sets)
    tail = expanded_tail((1 - level) / 2, families)
    low, high = percentile_limits(lowest, highest, tail)
    points = POINTS_PER_LOGIT * np.array([centres[0] - centres[1], low, high])
    return {
        name: RatingGap(float(gap), *(float(limit) if np.isfinite(limit) else None for limit in limits))
        for name, (gap, *limits) in zip(sets[0].names, points.T, strict=True)
    }


def _side_by_side(first: list[UnitRow], second: list[UnitRow], number_of_families: int) -> tuple[UnitCounts, UnitCounts]:
    """Both sets with the same numbers for contestants and families."""
    both = UnitCounts.from_rows([*first, *second], number_of_families=number_of_families)
    return _rows(both, slice(len(first))), _rows(both, slice(len(first), None))


def _rows(counts: UnitCounts, part: slice) -> UnitCounts:
    columns = {name: getattr(counts, name)[part] for name in ("winner", "loser", "family", "count")}
    return replace(counts, **columns)


def _placed_in_both(sets: tuple[UnitCounts, UnitCounts]) -> Integers:
    """Contestants that are linked by wins and by losses in both sets, among themselves."""
    placed = np.arange(len(sets[0].names))
    while True:
        kept = placed
        for one in sets:
            kept = kept[main_component(one.among(kept).wins())]
        if len(kept) == len(placed):
            return placed
        placed = kept


def _resampled_gaps(
    sets: tuple[UnitCounts, UnitCounts], centres: list[Floats], rounds: int, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Lowest and highest gap in logits that each draw allows (rounds x n)."""
    size = len(sets[0].names)
    lowest, highest = np.empty((rounds, size)), np.empty((rounds, size))
    observed = [one.wins() for one in sets]
    for part, wins in drawn_wins(_one_table(sets), rounds, generator):
        first_low, first_high, _ = fit_draws(wins[:, :size, :size], centres[0], observed[0])
        second_low, second_high, _ = fit_draws(wins[:, size:, size:], centres[1], observed[1])
        with np.errstate(invalid="ignore"):  # infinite in both sets: the gap could be anything
            lowest[part], highest[part] = first_low - second_high, first_high - second_low
    return np.where(np.isnan(lowest), -np.inf, lowest), np.where(np.isnan(highest), np.inf, highest)


def _one_table(sets: tuple[UnitCounts, UnitCounts]) -> UnitCounts:
    """Both sets as one, as if contestants of the second were others, so that families are drawn for both at once."""
    first, second = sets
    size = len(first.names)
    return UnitCounts(
        names=(*first.names, *(f"{name} in the second set" for name in second.names)),
        winner=np.concatenate([first.winner, second.winner + size]),
        loser=np.concatenate([first.loser, second.loser + size]),
        family=np.concatenate([first.family, second.family]),
        count=np.concatenate([first.count, second.count]),
        number_of_families=first.number_of_families,
    )
