"""Battles: a pair, two anonymous contestants, their outcomes, the result. (view dataclasses first; under construction)"""

from dataclasses import dataclass

from arena.contestants import Contestant
from arena.pairs import MinimalPair
from arena.probes import Outcome


@dataclass(frozen=True)
class BattleFilter:
    """Which pairs a visitor wants to see; None is any."""

    domain: str | None = None
    category: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Answer:
    """What one seat answered to one probe, in plain words, without anything that tells who it was."""

    task: str
    cell: str
    question: str
    """For example: "Image 1: which caption is true?" """
    answer: str
    """For example: "the second caption", "yes", the written reply, or "cannot be asked this"."""


@dataclass(frozen=True)
class Round:
    """One task of a battle, answered by both seats."""

    task: str
    title: str
    answers: tuple[tuple[Answer, ...], tuple[Answer, ...]]
    done: int
    """Rounds answered so far, this one included."""
    total: int


@dataclass(frozen=True)
class SeatReveal:
    """Who sat in one seat, and how it did."""

    contestant: Contestant
    outcomes: tuple[tuple[str, str, Outcome], ...]
    """(task, cell, outcome) for every probe."""
    solved: dict[str, bool | None]
    """task -> solved; None where the task could not be asked."""
    elo_before: float
    elo_after: float


@dataclass(frozen=True)
class Reveal:
    """What is told once a battle is judged."""

    battle_id: str
    seats: tuple[SeatReveal, SeatReveal]
    result: str
    """By the automatic score: `a`, `b`, `both_good`, `both_bad` or `tie` (some solved, equally many)."""
    vote: str
    """`a`, `b`, `both_good`, `both_bad` or `skip`."""
    agrees: bool | None
    """Whether the vote agrees with the score; None for a skipped vote."""


@dataclass(frozen=True)
class BattleView:
    """A battle as anyone may see it: the pair and the anonymous answers; the reveal only once it is judged."""

    battle_id: str
    pair: MinimalPair
    rounds: tuple[Round, ...]
    reveal: Reveal | None


@dataclass(frozen=True)
class BoardRow:
    """One contestant on the leaderboard."""

    contestant: Contestant
    rank: int | None
    """1 + number of contestants surely better; None where it cannot be ranked yet."""
    rating: float | None
    low: float | None
    high: float | None
    elo: float
    battles: int
    solved: dict[str, float | None]
    """task -> share of its pairs solved."""
    refusal_rate: float | None
    over_safety: float | None
    under_safety: float | None


# The facade that pages and the command line use; every method may raise arena.errors.BattleError or InputError.
#
# class Arena:
#     def categories(self) -> dict[str, tuple[str, ...]]              domain -> categories
#     def open_battle(self, filters: BattleFilter) -> BattleView      rounds empty; nothing is asked yet
#     def play(self, battle_id: str) -> Iterator[Round]               asks, yields a round as each task is answered; stores the battle; on return it is acknowledged
#     def vote(self, battle_id: str, visitor: str, choice: str) -> Reveal     choice: a b both_good both_bad skip; once per battle
#     def view(self, battle_id: str) -> BattleView                    a finished battle again (deep link)
#     def leaderboard(self, domain: str | None = None) -> list[BoardRow]
#     def vote_agreement(self) -> tuple[int, int]                     (votes that agree with the score, votes)
