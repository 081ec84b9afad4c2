"""Placement: who came by a submission is matched first, with opponents whose ratings are well known."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from arena.battles.matchmaking import CLOSENESS, Couple, Odds, Standing, closeness
from arena.store import Tally

PLACED_FAMILIES = 40
"""Families of pairs after which a contestant is placed, however wide its interval is."""
PLACED_WIDTH = 150.0
"""Elo points, from end to end, of a 95 % interval with which it is placed before that."""
SHARE_OF_VISITORS = 0.5
"""Of battles that somebody asked for while somebody is placed: visitors see others, too."""
SHARE_OF_AUTOPLAY = 0.9
"""Of battles that nobody asked for; the others keep every meeting possible."""
UNKNOWN_WIDTH = 8 * CLOSENESS
"""Taken of whom no interval is known."""

Intervals = Mapping[str, tuple[float | None, float | None]]
"""Contestant id -> lower and upper end of its rating; None where that is open."""


@dataclass(frozen=True)
class Placement:
    """Who is placed now, and how well the others are known."""

    placed: frozenset[str]
    """Ids of those who are to be matched first."""
    widths: Mapping[str, float]
    """Contestant id -> width of its interval, of those who have one."""
    share: float
    """Of battles that go to them."""

    def odds(self, standings: Mapping[str, Standing]) -> Odds:
        """How probable each meeting is among these."""
        placed = [name for name in sorted(standings) if name in self.placed]
        return PlacementOdds(standings, placed, self.widths, self.share) if placed else Odds(standings)


class PlacementOdds(Odds):
    """The odds of matchmaking, and for a share of battles those of placement.

    For that share one of the placed is drawn evenly, and its opponent with a weight of exp(-|gap| / CLOSENESS), over the width
    of the opponent's interval: close and well-known ones more often.

    Args:
        standings: contestant id -> standing, of at least two.
        placed: those of them who are placed, at least one.
        widths: of intervals, where there are some.
        share: of battles that go to them.
    """

    def __init__(
        self, standings: Mapping[str, Standing], placed: Collection[str], widths: Mapping[str, float], share: float
    ) -> None:
        # Beyond their share they meet as often as if they were known: matchmaking alone would give new ones nearly all.
        most = max((one.battles for name, one in standings.items() if name not in placed), default=0)
        super().__init__({name: replace(one, battles=most) if name in placed else one for name, one in standings.items()})
        self._share = share
        self._opponents = {name: self._weights_of(name, standings, placed, widths) for name in placed}

    def probability(self, couple: Couple) -> float:
        """Of the meeting of these two; those of all couples sum to one."""
        first, second = couple
        either = ((first, second), (second, first))
        placed = sum(self._opponents[one][other] for one, other in either if one in self._opponents) / len(self._opponents)
        return self._share * placed + (1 - self._share) * super().probability(couple)

    def draw(self, rng: random.Random) -> tuple[str, str]:
        """Two different contestants in random order."""
        if rng.random() >= self._share:
            return super().draw(rng)
        first = rng.choice(list(self._opponents))
        others = self._opponents[first]
        second = rng.choices(list(others), list(others.values()))[0]
        return (first, second) if rng.random() < 0.5 else (second, first)

    @staticmethod
    def _weights_of(
        name: str, standings: Mapping[str, Standing], placed: Collection[str], widths: Mapping[str, float]
    ) -> dict[str, float]:
        """Opponent -> how probable it is; of those who are not placed themselves, where there are any."""
        others = [other for other in standings if other != name]
        others = [other for other in others if other not in placed] or others
        elo = standings[name].elo
        # A width of nearly nothing must not draw all; an interval is hardly ever narrower than a tenth of the scale.
        known = {other: max(widths.get(other, UNKNOWN_WIDTH), CLOSENESS / 10) for other in others}
        weights = {other: closeness(elo, standings[other].elo) / known[other] for other in others}
        total = sum(weights.values())
        even = 1 / len(others)
        return {other: (weights[other] / total if total > 0 else even) if other in weights else 0.0 for other in standings}


def placement_of(
    submitted: Collection[str],
    intervals: Callable[[], Intervals],
    tallies: Callable[[list[str]], Mapping[str, Tally]],
    share: float,
) -> Placement | None:
    """Who is to be placed of those who came by a submission; None where nobody is.

    Args:
        submitted: their ids.
        intervals: of ratings, as the board counted them last.
        tallies: what battles say of contestants.
        share: as in `Placement`.
    """
    if not submitted:
        return None
    known = tallies(sorted(submitted))
    widths = {name: high - low for name, (low, high) in intervals().items() if low is not None and high is not None}
    placed = frozenset(
        name
        for name in submitted
        if families(known.get(name)) < PLACED_FAMILIES and widths.get(name, UNKNOWN_WIDTH) > PLACED_WIDTH
    )
    return Placement(placed, widths, share) if placed else None


def families(tally: Tally | None) -> int:
    """Families of pairs on which a contestant has played."""
    return max((rate.families for rate in tally.solved.values()), default=0) if tally else 0
