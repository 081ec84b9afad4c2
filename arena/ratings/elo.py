"""Online Elo: the number that moves after every battle.

A battle's score for seat A is A's share of the discordant units. Units that both or neither solved do not count, and a
battle without a discordant unit moves nobody. Counting them as half a win, as is common, pulls ratings together by as much
as the pairs are easy or hard: a true gap of 347 points comes out as 147 on medium items and as 61 on easy or hard ones,
while discordant units alone give 342 to 364 (20 contestants, 4,000 items, Rasch model without chance;
tests/ratings/test_bradley_terry.py).

The result depends on the order of battles, which is the order in which they were finished. For an order-free rating with
intervals see `bradley_terry`.

Source: Elo, The Rating of Chessplayers (1978), with the logistic curve.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

START = 1000.0
"""The rating of a contestant without battles, and the mean of the Bradley-Terry ratings."""

POINTS_PER_LOGIT = 400 / math.log(10)
"""Elo points in one unit of log-odds (173.7): 400 points are odds of ten to one."""

K = 16.0
"""Points that a battle moves at most.

Among equals of known rating, one unit a battle, a rating forgets its start at a rate of one in POINTS_PER_LOGIT / (K / 4) =
43 battles and then wanders with a standard deviation of sqrt(K * POINTS_PER_LOGIT / 2) = 37 points. A smaller K wanders less
and learns more slowly (K = 4: 19 points, 174 battles). Whoever wants precision reads the Bradley-Terry fit.
"""


class BattleScore(NamedTuple):
    """A finished battle as Elo sees it."""

    a: str
    b: str
    score: float | None
    """A's share of the discordant units, from 0 to 1; None where there was none."""


def battle_score(only_a: float, only_b: float) -> float | None:
    """A's share of the discordant units, or None where there is none.

    Args:
        only_a: units that A solved and B did not.
        only_b: units that B solved and A did not.
    """
    discordant = only_a + only_b
    return only_a / discordant if discordant else None


def expected_score(a: float, b: float) -> float:
    """The share of discordant units that a contestant rated `a` is expected to win against one rated `b`."""
    logit = (a - b) / POINTS_PER_LOGIT
    # Two forms, because exp overflows for large arguments only.
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def update(a: float, b: float, score: float | None, k: float = K) -> tuple[float, float]:
    """Both ratings after a battle: A gains what B loses.

    Args:
        a: rating of seat A before the battle.
        b: rating of seat B before the battle.
        score: A's share of the discordant units, from 0 to 1; None moves nobody.
        k: points that the battle moves at most.

    Raises:
        ValueError: if the score is not between 0 and 1.
    """
    if score is None:
        return a, b
    if not 0 <= score <= 1:
        raise ValueError(f"score: {score} is not a share; give a number from 0 to 1, or None without discordant units")
    gain = k * (score - expected_score(a, b))
    return a + gain, b - gain


def replay(battles: Iterable[BattleScore], k: float = K) -> dict[str, float]:
    """The rating of every contestant after these battles, played in the order given; all begin at `START`."""
    ratings: dict[str, float] = {}
    for a, b, score in battles:
        ratings[a], ratings[b] = update(ratings.get(a, START), ratings.get(b, START), score, k)
    return ratings
