"""Who can be placed on one scale at all.

A Bradley-Terry rating exists only among contestants that are linked by wins *and* by losses: however one splits them in
two groups, each group has won something from the other (Ford, American Mathematical Monthly 64, 1957). These are the
strongly connected components of the graph "has won a unit from". An undefeated contestant would be rated infinitely high,
and two pools that never met could be shifted against each other at will. Such contestants get a reason, not a rating; whoever
has beaten rated contestants, or lost to them, gets a bound (see `one_sided`).
"""

from enum import StrEnum

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from arena.ratings.counts import Floats, Integers


class NotRankable(StrEnum):
    """Why a contestant has no rating yet; in the order in which a board lists those that have no bound either."""

    UNDEFEATED = "undefeated so far"
    ABOVE = "no rated contestant has beaten it"
    INDIRECT = "has met rated contestants only by way of others without a rating"
    DISCONNECTED = "no common opponents with the rated contestants"
    ONE_WAY = "linked to the others by wins only or by losses only"
    UNDECIDED = "no task has told it from an opponent yet"
    BELOW = "has beaten no rated contestant"
    WINLESS = "has not won yet"


def main_component(wins: Floats) -> Integers:
    """The contestants that share the board's scale, as sorted indices; empty where no two can be compared.

    That is the largest strongly connected component of at least two; among equally large ones the one with most units,
    then the one with the first contestant.

    Args:
        wins: units that row has won from column (n x n).
    """
    components = [np.flatnonzero(members) for members in _memberships(wins)]
    candidates = [members for members in components if len(members) > 1]
    if not candidates:
        return np.empty(0, dtype=np.int64)
    return max(candidates, key=lambda members: (len(members), wins[np.ix_(members, members)].sum(), -members[0]))


def reasons(wins: Floats, placed: Integers) -> tuple[NotRankable | None, ...]:
    """Per contestant, why it is not among the `placed` ones; None for those that are."""
    weak = connected_components(csr_array(wins > 0), connection="weak")[1]
    linked = np.isin(weak, weak[placed])
    won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
    above, below = sides(wins, placed)
    rated = set(placed.tolist())

    def reason(contestant: int) -> NotRankable | None:
        if contestant in rated:
            return None
        if not won[contestant] and not lost[contestant]:
            return NotRankable.UNDECIDED
        if above[contestant] or (not rated and not lost[contestant]):
            return NotRankable.ABOVE if lost[contestant] else NotRankable.UNDEFEATED
        if below[contestant] or (not rated and not won[contestant]):
            return NotRankable.BELOW if won[contestant] else NotRankable.WINLESS
        if not rated:
            return NotRankable.ONE_WAY
        return NotRankable.INDIRECT if linked[contestant] else NotRankable.DISCONNECTED

    return tuple(reason(contestant) for contestant in range(len(wins)))


def sides(wins: Floats, placed: Integers) -> tuple[np.ndarray, np.ndarray]:
    """Per contestant outside `placed`, whether it won against any of them, and whether it lost; none did both."""
    outside = ~np.isin(np.arange(len(wins)), placed)
    return outside & (wins[:, placed].sum(axis=1) > 0), outside & (wins[placed].sum(axis=0) > 0)


def is_connected(wins: Floats) -> bool:
    """Whether all contestants are linked both ways, so that each has a finite rating."""
    return connected_components(csr_array(wins > 0), connection="strong", return_labels=False) == 1


def majority_component(wins: Floats) -> Integers:
    """The strongly connected component that holds more than half of the contestants; empty where none does."""
    for members in _memberships(wins):
        if members.sum() * 2 > len(wins):
            return np.flatnonzero(members)
    return np.empty(0, dtype=np.int64)


def unbounded_directions(wins: Floats, core: Integers) -> tuple[Floats, Floats]:
    """The lowest and highest rating that the data allow, -inf or +inf, for contestants outside `core`.

    With a core: (+inf, +inf) for those with a chain of wins down to it, (-inf, -inf) for those at the end of a chain of wins
    from it. Without one: the same for those that only won and those that only lost. Others could be anywhere: (-inf, +inf).

    Returns:
        Two arrays (n); the entries of `core` have no meaning.
    """
    graph = csr_array(wins > 0)
    if len(core):
        above = _reached(csr_array(graph.T), core[0], len(wins))
        below = _reached(graph, core[0], len(wins))
    else:
        won, lost = wins.sum(axis=1) > 0, wins.sum(axis=0) > 0
        above, below = won & ~lost, lost & ~won
    return np.where(above, np.inf, -np.inf), np.where(below, -np.inf, np.inf)


def _memberships(wins: Floats) -> list[np.ndarray]:
    count, labels = connected_components(csr_array(wins > 0), connection="strong")
    return [labels == label for label in range(count)]


def _reached(graph: csr_array, source: int, size: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    found[breadth_first_order(graph, source, return_predecessors=False)] = True
    return found
