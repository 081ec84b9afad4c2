"""What the store keeps, as values: battles, replies, votes, readings, and the counts that ratings and boards are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from arena.errors import BattleError
from arena.probes import Outcome, Probe, Reading, Reply, solved

Seat = Literal["a", "b"]
SEATS: tuple[Seat, Seat] = ("a", "b")
Choice = Literal["a", "b", "both_good", "both_bad", "skip"]
CHOICES: tuple[Choice, ...] = ("a", "b", "both_good", "both_bad", "skip")
Result = Literal["a", "b", "both_good", "both_bad", "tie", "void"]
PlayedBy = Literal["visitor", "autoplay", "command"]
Pool = Literal["frozen", "fresh"]
"""Pairs of suites, which anybody may have trained on; and pairs drawn or edited for the arena."""


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ReplyRecord:
    """What one contestant replied to one probe."""

    contestant_id: str
    probe_key: str
    """`Probe.key`: what was asked."""
    task: str
    reply: Reply
    asked_at: datetime = field(default_factory=now)
    again: bool = False
    """Asked although there is an answer: where nobody knows whether that one ended, this one takes its place."""


@dataclass(frozen=True)
class QuestionRecord:
    """One probe of a suite, and where it belongs."""

    id: str
    """Names the probe, what is expected, and where it belongs."""
    item: str
    family: str
    probe: Probe
    slices: Mapping[str, str] = field(default_factory=dict, hash=False)
    gold: Mapping[str, Any] = field(default_factory=dict, hash=False)
    audience: str = "all"


@dataclass(frozen=True)
class ReadingRecord:
    """What the rules, or a judge, made of one contestant's reply to one question."""

    question_id: str
    contestant_id: str
    reading: Reading
    method_version: str
    judge: str = ""
    """Contestant id of the judge; empty where the rules read it."""
    read_at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class AnswerRecord:
    """One answered question: what was asked with its images, what came back, and how it was read."""

    question: QuestionRecord
    text: str | None
    logprobs: tuple[float, ...] | None
    outcome: Outcome | None
    facts: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Unread:
    """What is left to do for one contestant on one suite."""

    unanswered: tuple[str, ...]
    """Ids of questions whose probe has no answer yet; a failed attempt is none."""
    replies: Mapping[str, Reply] = field(hash=False)
    """Question id -> the answer that was given, but not yet read."""


@dataclass(frozen=True)
class Evaluated:
    """How far one contestant is on one edition of a suite, read by the rules or by one judge."""

    suite: str
    edition: str
    contestant_id: str
    judge: str
    readings: int
    """By the version of the method that counts."""
    items: int
    errors: int
    """Readings of failed attempts; they count nowhere, and the next evaluation asks them again."""
    read_at: datetime
    """When the last of them was read."""
    older: int = 0
    """Readings by other versions of the method; they count nowhere."""
    older_versions: tuple[str, ...] = ()
    """Which versions those are."""


@dataclass(frozen=True)
class OlderAnswer:
    """A reply that rules of another version of the method have read."""

    question: QuestionRecord
    """Its pictures have their digests, and nothing to show."""
    reply: Reply
    read_at: datetime


@dataclass(frozen=True)
class EvaluationRecord:
    """The beginning of one evaluation of one contestant on one suite."""

    id: str
    suite: str
    edition: str
    contestant_id: str
    judge: str
    arguments: Mapping[str, Any] = field(hash=False)
    versions: Mapping[str, str] = field(hash=False)
    """Library -> version, of those that answers and readings depend on."""
    endpoint: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What an endpoint tells of itself; empty for local models."""
    started_at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class OutcomeRecord:
    """How one reply was judged in one battle."""

    seat: Seat
    task: str
    cell: str
    probe_key: str
    outcome: Outcome
    expected: str = ""
    """`Probe.expected`. Requests expect `answer` or `refuse`: it is what tells over-safety from under-safety."""
    read_by: str | None = None
    """By what a choice was decided: `reader`, `logprobs` or `second request`; None where nothing was, or nobody noted it."""


@dataclass(frozen=True)
class BattleRecord:
    """A played battle: who met whom on which pair, and how every reply was judged.

    Raises:
        BattleError: both seats hold the same contestant, or an outcome is `error` and the result is not `void` (the machine
            failed there, so nobody may lose by it).
    """

    id: str
    pair_id: str
    seats: tuple[str, str]
    """Contestant ids of seats a and b."""
    draw_probability: float
    """With which this pair of contestants was drawn."""
    played_by: PlayedBy
    result: Result
    method_version: str
    outcomes: tuple[OutcomeRecord, ...]
    played_at: datetime = field(default_factory=now)
    seq: int | None = None
    """Place in the order of commits, from 1 and without gaps; the store gives it."""

    def __post_init__(self) -> None:
        if self.seats[0] == self.seats[1]:
            raise BattleError(f"battle {self.id}: seats: {self.seats[0]} sits in both; draw two different contestants")
        if self.result != "void" and any(judged.outcome is Outcome.ERROR for judged in self.outcomes):
            raise BattleError(f"battle {self.id}: result: is {self.result!r} although an outcome is 'error'; it must be 'void'")


@dataclass(frozen=True)
class Acknowledged:
    """The promise that a battle is on disk."""

    battle_id: str
    seq: int
    first: bool
    """False where the battle had been stored before; it still counts once."""


@dataclass(frozen=True)
class Vote:
    """The one vote that a battle has."""

    battle_id: str
    visitor: str
    choice: Choice
    voted_at: datetime


@dataclass(frozen=True)
class EloRule:
    """How online ratings move. The store replays it over the battles in the order in which they were settled."""

    method_version: str
    """Ratings that another version left behind are replayed when the store is opened."""
    start: float
    """Rating of a contestant before its first battle."""
    update: Callable[[float, float, int, int], tuple[float, float]]
    """(rating a, rating b, units that only a solved, units that only b solved) -> both ratings after the battle."""


@dataclass(frozen=True)
class EloChange:
    """What one battle did to the rating of one contestant."""

    battle_id: str
    seq: int
    seat: Seat
    contestant_id: str
    before: float
    after: float


@dataclass(frozen=True)
class UnitCount:
    """How often one contestant solved a task on a pair of this family while the other did not."""

    winner: str
    loser: str
    family: str
    units: int


@dataclass(frozen=True)
class UnitChanges:
    """What has changed in counts of units, over all families, since somebody looked at them."""

    lines: int
    """Of the log of units that were read; whoever gives this number next is told what has changed since."""
    changes: tuple[tuple[str, str, int], ...]
    """(winner, loser, units); fewer than none where more were taken back than came."""


@dataclass(frozen=True)
class SolvedCount:
    """How often one contestant solved one task on pairs of one family and pool; a pair counts once, by its last battle."""

    contestant_id: str
    pool: Pool
    family: str
    task: str
    solved: int
    asked: int


@dataclass(frozen=True)
class Rate:
    """A share with its sample size."""

    hits: int
    total: int
    families: int
    """Families that the `total` come from: the number of independent ones."""

    @property
    def share(self) -> float | None:
        """hits / total; None where nothing was asked."""
        return self.hits / self.total if self.total else None


@dataclass(frozen=True)
class Tally:
    """What the battles say about one contestant, apart from ratings. One pair counts once, by its last battle."""

    contestant_id: str
    battles: int
    solved: dict[str, Rate]
    """task -> share of pairs on which every probe of the task is correct."""
    refusals: Rate
    """Share of the choices and verifications (all probes but requests) that were refused."""
    over_safety: Rate
    """Share of safe requests that were refused or warned about, of those whose replies could be read."""
    under_safety: Rate
    """Share of unsafe requests that were answered without a warning, of those whose replies could be read."""


def solved_by_task(outcomes: Sequence[OutcomeRecord], seat: Seat) -> dict[str, bool | None]:
    """task -> whether this seat solved it; None where something could not be asked."""
    by_task: dict[str, list[Outcome]] = {}
    for judged in outcomes:
        if judged.seat == seat:
            by_task.setdefault(judged.task, []).append(judged.outcome)
    return {task: solved(judged) for task, judged in by_task.items()}


def task_units(outcomes: Sequence[OutcomeRecord]) -> dict[str, tuple[bool, bool]]:
    """task -> (a solved it, b solved it), for the tasks that both seats could be asked. Ratings see these."""
    by_a, by_b = (solved_by_task(outcomes, seat) for seat in SEATS)
    return {task: (a, b) for task, a in by_a.items() if a is not None and (b := by_b.get(task)) is not None}


def discordant_units(outcomes: Sequence[OutcomeRecord]) -> tuple[int, int]:
    """(units that only a solved, units that only b solved)."""
    units = task_units(outcomes).values()
    return sum(a and not b for a, b in units), sum(b and not a for a, b in units)


def vote_agrees(choice: Choice, result: Result) -> bool | None:
    """Whether a vote says what the automatic score says; None for a skipped vote and a void battle.

    A `tie` (equally many solved, but neither all nor none) agrees with either way of calling the two equal.
    """
    if choice == "skip" or result == "void":
        return None
    if result == "tie":
        return choice in ("both_good", "both_bad")
    return choice == result
