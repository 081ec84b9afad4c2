"""A memorisation meter: each contestant on frozen pairs, which it may have trained on, beside fresh ones, which nobody has.

The meter is the gap of shares solved, frozen - fresh, in plain percentage points. It grows where fresh pairs are harder for
everybody, so `solved_gaps` compares it with what is usual. The gap of Bradley-Terry ratings is told beside it: it says how far
a contestant moves against the others. It is never told without `CAUTION`, for it accuses the strong where fresh pairs are
harder and some are solved by chance (docs/method.md has the numbers).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arena.battles.solved_gaps import POOLS, Measured, solved_gaps
from arena.contestants import Contestant
from arena.errors import InputError
from arena.ratings import Rating, UnitCounts, UnitRow, rate, rating_gaps
from arena.store import Pool, SolvedCount

CAUTION = "where tasks can be solved by chance, harder fresh pairs raise the rating gap of strong models just as memory does"
"""What is told with every rating gap."""


@dataclass(frozen=True)
class PoolScore:
    """One contestant on the pairs of one pool."""

    solved: Measured
    """Share of units (tasks on pairs) solved, over families and tasks that were asked in both pools, weighed alike."""
    units: int
    rating: Measured
    """Bradley-Terry on all pairs of the pool; a bound without a value for the undefeated and the winless."""
    why_not_ranked: str | None

    def as_json(self) -> dict[str, Any]:
        """The score for programs."""
        solved, rating = self.solved._asdict(), self.rating._asdict()
        return {"solved": solved, "units": self.units, "rating": rating, "why_not_ranked": self.why_not_ranked}


@dataclass(frozen=True)
class MemorisationRow:
    """One contestant on frozen pairs beside fresh ones."""

    contestant: Contestant
    frozen: PoolScore
    fresh: PoolScore
    families: int
    """Families that were asked in both pools."""
    gap: Measured
    """Share solved, frozen - fresh."""
    excess: Measured
    """That gap minus the median gap of the others."""
    rating_gap: Measured
    """Rating, frozen - fresh, in Elo points, among those rated on both; see `CAUTION`."""

    def as_json(self) -> dict[str, Any]:
        """The row for programs: one object of the list that the command line and the HTTP endpoint give."""
        return {
            "model": self.contestant.reference,
            "revision": self.contestant.revision,
            "families": self.families,
            "frozen": self.frozen.as_json(),
            "fresh": self.fresh.as_json(),
            "gap": self.gap._asdict(),
            "excess": self.excess._asdict(),
            "rating_gap": {**self.rating_gap._asdict(), "caution": CAUTION},
        }


def memorisation(
    contestants: Mapping[str, Contestant],
    solved: Iterable[SolvedCount],
    discordant: Mapping[Pool, Sequence[UnitRow]],
    *,
    rounds: int = 300,
) -> list[MemorisationRow]:
    """One row for each contestant that played on fresh pairs, the largest gap first.

    Args:
        contestants: id -> contestant, of all that the counts name.
        solved: what was solved, by pool, family and task.
        discordant: pool -> units that one of two contestants solved and the other did not.
        rounds: bootstrap draws for ratings.
    """
    counts = list(solved)
    ratings = {pool: _ratings([one for one in counts if one.pool == pool], discordant[pool], rounds) for pool in POOLS}
    families = len({one.family for one in counts})
    moved = rating_gaps(discordant["frozen"], discordant["fresh"], families, rounds=rounds)
    rows: list[MemorisationRow] = []
    for name, found in solved_gaps(counts).items():
        gap = moved.get(name)
        rows.append(
            MemorisationRow(
                contestant=contestants[name],
                frozen=_score(found.frozen, found.units[0], ratings["frozen"].get(name)),
                fresh=_score(found.fresh, found.units[1], ratings["fresh"].get(name)),
                families=found.families,
                gap=found.gap,
                excess=found.excess,
                rating_gap=Measured(gap.gap, gap.low, gap.high) if gap else Measured(),
            )
        )
    return sorted(rows, key=lambda row: (row.gap.value is None, -(row.gap.value or 0), row.contestant.repository))


def read_day(text: str, name: str) -> date | None:
    """A day as `2026-03-01`; None for an empty text.

    Raises:
        InputError: it is no such day; `name` leads the message.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name}: {text[:40]!r} is no day; write it as 2026-03-01") from None


def _ratings(played: Sequence[SolvedCount], rows: Iterable[UnitRow], rounds: int) -> dict[str, Rating]:
    """Those who played in a pool, rated on its pairs alone."""
    names, families = {one.contestant_id for one in played}, {one.family for one in played}
    table = UnitCounts.from_rows(rows, names=names, number_of_families=len(families))
    return {rating.name: rating for rating in rate(table, rounds=rounds)}


def _score(solved: Measured, units: int, rating: Rating | None) -> PoolScore:
    if rating is None:
        return PoolScore(solved, units, Measured(), None)
    return PoolScore(solved, units, Measured(rating.rating, rating.low, rating.high), rating.why_not_ranked)
