"""What pages and the command line see of a battle and of the board: plain values, with nothing to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arena.contestants import Contestant
from arena.pairs import MinimalPair
from arena.probes import Outcome
from arena.store import CHOICES

CHANCES = 3
"""Battles that are tried in turn for a visitor, where one after the other fails."""
SKIP = "skip"
VOTES = CHOICES
"""What a visitor may say; `skip` asks for the reveal without a vote."""


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
    """For example "Image 1: which caption is true?"."""
    answer: str
    """For example "the second caption", "yes", the written reply, or "cannot be asked this"."""


@dataclass(frozen=True)
class Round:
    """One task of a battle, answered by both seats."""

    task: str
    title: str
    answers: tuple[tuple[Answer, ...], tuple[Answer, ...]]
    """Seat A's answers and seat B's, to the same probes in the same order."""
    counts: bool
    """Whether both seats could be asked the task. One that does not count is told with the reveal and not before, since who
    cannot be asked it is of another kind than who can."""
    failed: bool = False
    """Whether a machine failed on it. It is told with the reveal and not before, since some fail more often than others."""


@dataclass(frozen=True)
class SeatReveal:
    """Who sat in one seat, and how it did."""

    contestant: Contestant
    outcomes: tuple[tuple[str, str, Outcome], ...]
    """(task, cell, outcome) of every probe."""
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
    """By the automatic score: `a`, `b`, `both_good`, `both_bad`, `tie` (equally many solved, but not all) or `void`."""
    vote: str
    """One of `VOTES`."""
    agrees: bool | None
    """Whether the vote agrees with the score; None for a skipped vote or a void battle."""

    @property
    def units(self) -> tuple[str, ...]:
        """The tasks that count: those that both seats could be asked."""
        return tuple(task for task in self.seats[0].solved if all(seat.solved.get(task) is not None for seat in self.seats))


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
    """1 + number of contestants surely better; None while it cannot be ranked."""
    rating: float | None
    low: float | None
    high: float | None
    """Ends of the 95 % interval of the rating; None where the data leave it open. Without a rating one of them may be a bound:
    `low` of an undefeated contestant, `high` of a winless one."""
    why_not_ranked: str | None
    elo: float
    battles: int
    pairs: int
    families: int
    """Sample size behind the rates: distinct pairs, and the families they come from."""
    solved: dict[str, float | None]
    """task -> share of its pairs solved."""
    refusal_rate: float | None
    over_safety: float | None
    under_safety: float | None
    rank_range: tuple[int, int] | None = None
    """Best and worst rank that all comparisons allow at once, with 95 %; None while it cannot be ranked."""

    def as_json(self) -> dict[str, Any]:
        """The row for programs: one object of the list that the command line and the HTTP endpoint give."""
        return {
            "model": self.contestant.reference,
            "revision": self.contestant.revision,
            "rank": self.rank,
            "rank_range": list(self.rank_range) if self.rank_range else None,
            "rating": self.rating,
            "low": self.low,
            "high": self.high,
            "why_not_ranked": self.why_not_ranked,
            "elo": self.elo,
            "battles": self.battles,
            "pairs": self.pairs,
            "families": self.families,
            "solved": self.solved,
            "refusal_rate": self.refusal_rate,
            "over_safety": self.over_safety,
            "under_safety": self.under_safety,
        }


@dataclass(frozen=True)
class AsOf:
    """The battles that a count holds."""

    battle: int
    """So many had been settled when it began, and all of them are in it."""
    counted_at: datetime


@dataclass(frozen=True)
class Leaderboard:
    """The rows of a board, and what is told beside them."""

    rows: Sequence[BoardRow]
    """Best first."""
    agreement: tuple[int, int]
    """Votes that agree with the automatic score, and votes that could."""
    older: Mapping[str, int]
    """Why battles count as an older version of the method has judged them -> how many they are."""
    bounds: AsOf | None = None
    """What intervals and ranks hold; None where none were counted yet."""
