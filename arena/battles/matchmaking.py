"""Which two contestants meet: uncertain and close ones more often, everybody sometimes."""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

Couple = tuple[str, str]
"""Two contestant ids in alphabetical order."""
CLOSENESS = 300.0
"""Elo gap over which the weight of a meeting falls by a factor e (the scale that the coval arena tuned by simulation)."""
EXPLORATION = 0.1
"""Share of the probability that is spread evenly, so that every meeting stays possible and its weight can be undone."""


@dataclass(frozen=True)
class Standing:
    """What matchmaking knows of a contestant."""

    elo: float
    battles: int

    @property
    def uncertainty(self) -> float:
        """Shrinks as the standard error of a mean does."""
        return 1 / math.sqrt(1 + self.battles)


@dataclass(frozen=True)
class Meeting:
    """Two contestants in random seats, and how probable it was that these two would meet."""

    seat_a: str
    seat_b: str
    probability: float

    @property
    def couple(self) -> Couple:
        """The two, whoever sits where."""
        return (min(self.seat_a, self.seat_b), max(self.seat_a, self.seat_b))


def meeting_probabilities(standings: Mapping[str, Standing]) -> dict[Couple, float]:
    """The probability of each unordered pair of contestants; sums to one.

    The weight of a pair is exp(-|gap| / CLOSENESS) times the sum of both uncertainties, mixed with an even share.

    Args:
        standings: contestant id -> standing.
    """
    couples = list(combinations(sorted(standings), 2))
    weights = [_weight(standings[first], standings[second]) for first, second in couples]
    total = sum(weights)
    even = EXPLORATION / max(1, len(couples))
    return {couple: even + (1 - EXPLORATION) * weight / total for couple, weight in zip(couples, weights, strict=True)}


def draw_meeting(standings: Mapping[str, Standing], rng: random.Random, without: Collection[Couple] = ()) -> Meeting | None:
    """Two different contestants drawn by `meeting_probabilities`, in random seats.

    Args:
        standings: contestant id -> standing.
        rng: the source of chance.
        without: couples that shall not meet; None when that leaves nobody.
    """
    couples = {couple: p for couple, p in meeting_probabilities(standings).items() if couple not in without}
    if not couples:
        return None
    couple = rng.choices(list(couples), weights=list(couples.values()))[0]
    seat_a, seat_b = rng.sample(couple, 2)
    return Meeting(seat_a, seat_b, couples[couple] / sum(couples.values()))


def _weight(first: Standing, second: Standing) -> float:
    closeness = math.exp(-abs(first.elo - second.elo) / CLOSENESS)
    return closeness * (first.uncertainty + second.uncertainty)
