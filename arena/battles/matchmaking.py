"""Which two contestants meet: uncertain and close ones more often, everybody sometimes."""

import math
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Protocol

Couple = tuple[str, str]
"""Two contestant ids in alphabetical order."""
CLOSENESS = 300.0
"""Elo gap over which the weight of a meeting falls by a factor e (the scale that the coval arena tuned by simulation)."""
EXPLORATION = 0.1
"""Share of the probability that is spread evenly, so that every meeting stays possible and its weight can be undone."""
OFTEN = 0.05
"""Where couples that may meet have more of the probability than this, meetings are drawn until one of them comes."""


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
        return couple_of(self.seat_a, self.seat_b)


class Odds:
    """How probable each meeting is, without a list of all: a thousand contestants make half a million couples.

    The weight of a couple is exp(-|gap| / CLOSENESS) times the sum of both uncertainties, mixed with an even share. So a first
    contestant is drawn by its uncertainty times the closeness of all others, and a second one by its closeness to the first.

    Args:
        standings: contestant id -> standing, of at least two.
    """

    def __init__(self, standings: Mapping[str, Standing]) -> None:
        self._standings = standings
        self._names = sorted(standings, key=lambda name: standings[name].elo)
        elos = [standings[name].elo for name in self._names]
        # Gaps are the same in the mirror, where those above come below.
        below, above = _closeness_of_earlier(elos), _closeness_of_earlier([-elo for elo in reversed(elos)])[::-1]
        uncertainties = [standings[name].uncertainty for name in self._names]
        self._weights = [own * (low + high) for own, low, high in zip(uncertainties, below, above, strict=True)]
        self._total = sum(self._weights)
        self._even = EXPLORATION / math.comb(len(self._names), 2)

    def probability(self, couple: Couple) -> float:
        """Of the meeting of these two; those of all couples sum to one."""
        first, second = (self._standings[name] for name in couple)
        weight = closeness(first.elo, second.elo) * (first.uncertainty + second.uncertainty)
        return self._even + (1 - EXPLORATION) * weight / self._total

    def draw(self, rng: random.Random) -> tuple[str, str]:
        """Two different contestants in random order."""
        if rng.random() < EXPLORATION:
            first, second = rng.sample(self._names, 2)
            return first, second
        first = rng.choices(self._names, self._weights)[0]
        others = [name for name in self._names if name != first]
        elo = self._standings[first].elo
        second = rng.choices(others, [closeness(elo, self._standings[name].elo) for name in others])[0]
        return (first, second) if rng.random() < 0.5 else (second, first)


class Placing(Protocol):
    """Has some contestants meet before others."""

    def odds(self, standings: Mapping[str, Standing]) -> Odds:
        """How probable each meeting is among these."""
        ...


def draw_meeting(
    standings: Mapping[str, Standing],
    rng: random.Random,
    without: Collection[Couple] = (),
    placing: Placing | None = None,
) -> Meeting | None:
    """Two different contestants drawn by `Odds`, in random seats.

    Args:
        standings: contestant id -> standing.
        rng: the source of chance.
        without: couples that shall not meet; None when that leaves nobody.
        placing: whom to prefer; by default nobody.
    """
    barred = {couple for couple in without if couple[0] in standings and couple[1] in standings}
    if len(barred) == math.comb(len(standings), 2):
        return None
    odds = placing.odds(standings) if placing else Odds(standings)
    left = 1 - math.fsum(map(odds.probability, barred))
    if left > OFTEN:
        while True:
            seat_a, seat_b = odds.draw(rng)
            if (couple := couple_of(seat_a, seat_b)) not in barred:
                return Meeting(seat_a, seat_b, odds.probability(couple) / left)
    couples = {couple: odds.probability(couple) for couple in combinations(sorted(standings), 2) if couple not in barred}
    couple = rng.choices(list(couples), weights=list(couples.values()))[0]
    seat_a, seat_b = rng.sample(couple, 2)
    return Meeting(seat_a, seat_b, couples[couple] / math.fsum(couples.values()))


def couple_of(one: str, other: str) -> Couple:
    """The two in alphabetical order."""
    return (min(one, other), max(one, other))


def closeness(one: float, other: float) -> float:
    """Falls by a factor e with each `CLOSENESS` between two ratings."""
    return math.exp(-abs(one - other) / CLOSENESS)


def _closeness_of_earlier(elos: Sequence[float]) -> list[float]:
    """For each of ratings in rising order, the sum of its closeness to those before it.

    exp(-(c - a)) = exp(-(c - b)) exp(-(b - a)): each sum follows from the last one.
    """
    sums = [0.0]
    for last, elo in pairwise(elos):
        sums.append(closeness(last, elo) * (sums[-1] + 1))
    return sums
