"""Families drawn with replacement, each with all of its units."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from arena.ratings.counts import Floats, Integers, UnitCounts

CHUNK = 200_000
"""Numbers that one batch of rounds may hold at a time: as many as stay in a core's cache. It does not change results."""


def drawn_wins(counts: UnitCounts, rounds: int, generator: np.random.Generator) -> Iterator[tuple[slice, Floats]]:
    """Draw families with replacement, and yield which draws these are and their win tables (draws x n x n), batch by batch."""
    size = len(counts.names)
    cells, kinds, families = family_kinds(counts)
    chunk = max(1, CHUNK // (size**2 + len(families)))
    for first in range(0, rounds, chunk):
        part = slice(first, min(first + chunk, rounds))
        drawn = generator.multinomial(families.sum(), families / families.sum(), size=part.stop - part.start)
        wins = np.zeros((len(drawn), size * size))
        wins[:, cells] = drawn.astype(np.float64) @ kinds
        yield part, wins.reshape(-1, size, size)


def family_kinds(main: UnitCounts) -> tuple[Integers, Floats | csr_array, Integers]:
    """Cells of the win table in use, the units in them for each kind of family, and how many families are of that kind.

    Families with the same units are interchangeable, so they are drawn together: a million fresh pairs, each its own family,
    come in a few hundred kinds. A kind is known by its product with a random complex vector.
    """
    cells = np.flatnonzero(main.wins())
    cell = np.searchsorted(cells, main.winner * len(main.names) + main.loser)
    table = csr_array((main.count, (main.family, cell)), shape=(main.number_of_families, len(cells)))
    table.sum_duplicates()
    mark = table @ (np.random.default_rng(0).standard_normal((len(cells), 2)) @ np.array([1, 1j]))
    _, first, families = np.unique(mark, return_index=True, return_counts=True)
    # In the order of families, so that draws do not depend on how contestants are named.
    order = np.argsort(first)
    kinds = table[first[order]]
    dense = kinds.nnz > 0.1 * kinds.shape[0] * kinds.shape[1]
    return cells, kinds.toarray() if dense else kinds, families[order]
