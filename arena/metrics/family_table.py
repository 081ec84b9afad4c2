"""Units as arrays: what each family adds to each metric in each slice, and the same for families drawn with replacement."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from arena.metrics.units import Counts, Floats, Unit

CHUNK = 4_000_000
"""Weights of families that are drawn at a time; bounds memory, does not change results."""


@dataclass(frozen=True, eq=False)
class FamilyTable:
    """The sums of hits and totals by family (rows) and by metric and slice (columns)."""

    columns: dict[tuple[str, str], int]
    """(metric, slice) -> column, sorted by name."""
    hits: csc_array
    total: csc_array
    items: csc_array
    """Items (rows) for which something was asked in each column."""
    bounded: NDArray[np.bool_]
    """By column: whether all items of its metric have 0 <= hits <= total, so that it is a rate between 0 and 1."""

    @classmethod
    def of(cls, units: Iterable[Unit]) -> "FamilyTable":
        """Adds units up. Neither their order nor the names of families and items change anything that is computed from it."""
        units = list(units)
        columns = {key: index for index, key in enumerate(sorted({(unit.metric, unit.slice) for unit in units}))}
        asked = [unit for unit in units if unit.total > 0]
        column = np.array([columns[unit.metric, unit.slice] for unit in asked], dtype=np.int64)
        family, families = _numbered(unit.family for unit in asked)
        item, items = _numbered(unit.item for unit in asked)
        hits, total = np.array([(unit.hits, unit.total) for unit in asked], dtype=np.float64).reshape(-1, 2).T
        outside = {unit.metric for unit in asked if not 0 <= unit.hits <= unit.total}
        shape = (families, len(columns))
        return cls(
            columns,
            hits=_summed(hits, family, column, shape),
            total=_summed(total, family, column, shape),
            items=_summed(np.ones(len(asked)), item, column, (items, len(columns))),
            bounded=np.array([metric not in outside for metric, _ in columns], dtype=bool),
        )

    def sizes(self, columns: Sequence[int]) -> tuple[int, int]:
        """How many items and how many families any of these columns rests on."""
        return _rows_in(self.items, columns), _rows_in(self.total, columns)

    def sums(self, columns: Sequence[int]) -> Counts:
        """The sums of these columns over all families, one entry a column."""
        return Counts(self._sums.hits[list(columns)], self._sums.total[list(columns)])

    def by_family(self, columns: Sequence[int]) -> Counts:
        """What each family (rows) adds to these columns."""
        return Counts(_dense(self.hits, columns), _dense(self.total, columns))

    @cached_property
    def _sums(self) -> Counts:
        """Of all columns at once: each is asked for several times, and to cut one out takes far longer than to add it up."""
        return Counts(self.hits.sum(axis=0), self.total.sum(axis=0))

    def column(self, column: int) -> "FamilyTable":
        """A table of that column and its families alone."""
        asked = np.unique(self.total[:, [column]].indices)
        name = list(self.columns)[column]
        hits, total = (sums[asked][:, [column]] for sums in (self.hits, self.total))
        return FamilyTable({name: 0}, hits, total, self.items[:, [column]], self.bounded[[column]])

    def draw(self, rounds: int, seed: int) -> Counts:
        """The sums of the data, then those of each bootstrap draw: two arrays (1 + rounds, columns).

        Families are drawn with replacement, each with all of its units: the same families for all columns, so that what is
        computed from several columns keeps how they move together.
        """
        hits, total, families = self._kinds()
        generator = np.random.default_rng(seed)
        sums: list[tuple[Floats, Floats]] = [((families @ hits)[None], (families @ total)[None])]
        chunk = max(1, CHUNK // max(1, len(families)))
        for first in range(0, rounds if len(families) else 0, chunk):
            share = families / families.sum()
            drawn = generator.multinomial(int(families.sum()), share, size=min(chunk, rounds - first)).T.astype(np.float64)
            sums.append(((hits.T @ drawn).T, (total.T @ drawn).T))
        return Counts(np.concatenate([part for part, _ in sums]), np.concatenate([part for _, part in sums]))

    def _kinds(self) -> tuple[csr_array, csr_array, Floats]:
        """Hits and totals of each kind of family, and how many families are of that kind.

        Families that add the same to every column are interchangeable, so they are drawn together. A kind is known by its
        product with a random complex vector, and kinds are in the order of those products, which no name changes.
        """
        directions = np.random.default_rng(0).standard_normal((4, len(self.columns)))
        mark = self.hits @ (directions[0] + 1j * directions[1]) + self.total @ (directions[2] + 1j * directions[3])
        _, first, families = np.unique(np.round(mark, 6), return_index=True, return_counts=True)
        return csr_array(self.hits)[first], csr_array(self.total)[first], families.astype(np.float64)


def _numbered(names: Iterable[Hashable]) -> tuple[NDArray[np.int64], int]:
    """A number for each name, the same for the same name, and how many there are."""
    named = list(names)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(named))}
    return np.fromiter(map(numbers.__getitem__, named), dtype=np.int64, count=len(named)), len(numbers)


def _summed(values: Floats, row: NDArray[np.int64], column: NDArray[np.int64], shape: tuple[int, int]) -> csc_array:
    table = csc_array((values, (row, column)), shape=shape)
    table.sum_duplicates()
    return table


def _dense(table: csc_array, columns: Sequence[int]) -> Floats:
    """Some columns, cut out by hand: scipy takes ten times as long."""
    assert table.shape is not None, "scipy tells it of every table"
    dense = np.zeros((table.shape[0], len(columns)))
    for place, column in enumerate(columns):
        part = slice(table.indptr[column], table.indptr[column + 1])
        dense[table.indices[part], place] = table.data[part]
    return dense


def _rows_in(table: csc_array, columns: Sequence[int]) -> int:
    rows = [table.indices[table.indptr[column] : table.indptr[column + 1]] for column in columns]
    return len(np.unique(np.concatenate(rows))) if rows else 0
