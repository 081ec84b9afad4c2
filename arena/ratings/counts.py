"""Counts of discordant units: the only thing that ratings look at.

A unit is one task on one pair. It is discordant when one contestant of a battle solved it and the other did not;
the one that did is its winner. Units that both or neither solved carry no comparison and are not counted: how many
there are says how easy or hard the pairs were, not who is better.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class UnitRow(NamedTuple):
    """How often `winner` solved what `loser` did not, on pairs of one family."""

    winner: str
    loser: str
    family: str
    units: float


class Wins(Protocol):
    """Who won how many discordant units from whom."""

    @property
    def names(self) -> tuple[str, ...]:
        """Contestants."""
        ...

    def wins(self) -> Floats:
        """Units that the row's contestant won against the column's (n x n)."""
        ...


@dataclass(frozen=True, eq=False)
class WinTable:
    """Wins over all families, to which others can be added."""

    names: tuple[str, ...] = ()
    """Contestants, sorted."""
    table: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Units that the row's contestant won against the column's (n x n)."""

    def wins(self) -> Floats:
        """The table."""
        return self.table

    def plus(self, changes: Iterable[tuple[str, str, float]], names: Iterable[str] = ()) -> Self:
        """The table after some changes.

        Args:
            changes: (winner, loser, units more); units are negative where some were taken back.
            names: contestants to list even when they have no discordant unit.
        """
        moved = list(changes)
        everybody = tuple(sorted({*self.names, *names, *(name for winner, loser, _ in moved for name in (winner, loser))}))
        place = {name: index for index, name in enumerate(everybody)}
        table = np.zeros((len(everybody), len(everybody)))
        before = [place[name] for name in self.names]
        table[np.ix_(before, before)] = self.table
        for winner, loser, units in moved:
            table[place[winner], place[loser]] += units
        return type(self)(everybody, table)


@dataclass(frozen=True, eq=False)
class UnitCounts:
    """A sparse table of discordant units: (winner, loser, family) -> count."""

    names: tuple[str, ...]
    """Contestants, those without any discordant unit included."""
    winner: Integers
    """Per row of the table, an index into `names`; likewise `loser`."""
    loser: Integers
    family: Integers
    """Per row, which family, from 0 to `number_of_families` - 1."""
    count: Floats
    number_of_families: int
    """Families that were played at all; those without a discordant unit count, since they could have had one."""

    def __post_init__(self) -> None:
        """Refuse tables that cannot be counts, naming the field."""
        rows = len(self.count)
        for column in ("winner", "loser", "family"):
            index = getattr(self, column)
            bound = self.number_of_families if column == "family" else len(self.names)
            if len(index) != rows:
                raise ValueError(f"UnitCounts.{column}: {len(index)} entries for {rows} counts; give one for each")
            if rows and not 0 <= index.min() <= index.max() < bound:
                raise ValueError(f"UnitCounts.{column}: an index is outside 0..{bound - 1}")
        if np.any(self.winner == self.loser):
            raise ValueError("UnitCounts.winner: a contestant cannot win against itself; drop battles with one contestant")
        if not np.all(np.isfinite(self.count) & (self.count > 0)):
            raise ValueError("UnitCounts.count: counts must be positive and finite; leave empty rows out")

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[str, str, str, float]],
        *,
        names: Iterable[str] = (),
        number_of_families: int | None = None,
    ) -> Self:
        """Count rows of names; the order of rows, names and families does not matter.

        Args:
            rows: (winner, loser, family, units), as `UnitRow`; a combination may come more than once.
            names: contestants to list even when they have no discordant unit.
            number_of_families: families that were played; those that appear in `rows`, if not given.

        Raises:
            ValueError: for a contestant that won against itself, a count that is not positive, or too few families.
        """
        # By columns: a board of 200 contestants has a million rows, and a new object for each of them takes seconds.
        table = list(rows)
        winners, losers, families = [row[0] for row in table], [row[1] for row in table], [row[2] for row in table]
        place = {name: index for index, name in enumerate(sorted({*names, *winners, *losers}))}
        family_place = {name: index for index, name in enumerate(sorted(set(families)))}
        return cls(
            names=tuple(place),
            winner=np.fromiter(map(place.__getitem__, winners), np.int64, len(table)),
            loser=np.fromiter(map(place.__getitem__, losers), np.int64, len(table)),
            family=np.fromiter(map(family_place.__getitem__, families), np.int64, len(table)),
            count=np.fromiter((row[3] for row in table), np.float64, len(table)),
            number_of_families=len(family_place) if number_of_families is None else number_of_families,
        )

    def wins(self) -> Floats:
        """Units that the row's contestant won against the column's, over all families (n x n)."""
        size = len(self.names)
        table = np.zeros((size, size))
        np.add.at(table, (self.winner, self.loser), self.count)
        return table

    def among(self, contestants: Integers) -> Self:
        """The same counts between these contestants only, renumbered in the order given (indices into `names`)."""
        renumbered = np.full(len(self.names), -1)
        renumbered[contestants] = np.arange(len(contestants))
        kept = (renumbered[self.winner] >= 0) & (renumbered[self.loser] >= 0)
        return type(self)(
            names=tuple(self.names[index] for index in contestants),
            winner=renumbered[self.winner[kept]],
            loser=renumbered[self.loser[kept]],
            family=self.family[kept],
            count=self.count[kept],
            number_of_families=self.number_of_families,
        )
