"""What programs get, as types: clients see their schemas, over HTTP and over MCP alike."""

from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12


class SideText(TypedDict):
    """One half of a pair, without its picture."""

    caption: str
    label: str


class SideJson(SideText):
    """One half of a pair; the picture is a lossless `data:` address."""

    image: str


class PairText(TypedDict):
    """A minimal pair; its pictures come beside it, in the order of the sides."""

    id: str
    domain: str
    category: str
    source: str
    request: str | None
    sides: list[SideText]


class PairJson(TypedDict):
    """A minimal pair with its pictures."""

    id: str
    domain: str
    category: str
    source: str
    request: str | None
    sides: list[SideJson]


class AnswerJson(TypedDict):
    """What one seat answered to one question."""

    task: str
    cell: str
    question: str
    answer: str


class AnswersJson(TypedDict):
    """The answers of both seats, to the same questions in the same order."""

    a: list[AnswerJson]
    b: list[AnswerJson]


class BattleJson(TypedDict):
    """A battle without anything that tells who played. `battle` is what a vote needs, and nobody else knows it."""

    battle: str
    pair: PairJson
    answers: AnswersJson


class BattleText(TypedDict):
    """The same; the pictures come beside it."""

    battle: str
    pair: PairText
    answers: AnswersJson


class OutcomeJson(TypedDict):
    """How one answer was scored."""

    task: str
    cell: str
    outcome: str


class SeatJson(TypedDict):
    """Who sat in one seat, and how it did."""

    model: str
    revision: str
    engine: str
    solved: dict[str, bool | None]
    outcomes: list[OutcomeJson]
    elo_before: float
    elo_after: float


class RevealJson(TypedDict):
    """Who played a battle, how it went by the arena's own score, and which tasks count.

    `result` is a, b, both_good, both_bad, tie or void.
    """

    battle: str
    result: str
    vote: str
    agrees: bool | None
    units: list[str]
    answers: AnswersJson
    a: SeatJson
    b: SeatJson


class BoardRowJson(TypedDict):
    """One model on the board; `battle` and `bounds_battle` say which battles are in it, as the endpoint tells."""

    model: str
    revision: str
    rank: int | None
    rank_range: list[int] | None
    rating: float | None
    low: float | None
    high: float | None
    why_not_ranked: str | None
    elo: float
    battles: int
    pairs: int
    families: int
    solved: dict[str, float | None]
    refusal_rate: float | None
    over_safety: float | None
    under_safety: float | None
    battle: int
    bounds_battle: int | None


class MeasuredJson(TypedDict):
    """A number and the ends of its 95 % interval; null where the data leave it open."""

    value: float | None
    low: float | None
    high: float | None


class RatingGapJson(MeasuredJson):
    """A gap of ratings, with what has to be told with it."""

    caution: str


class PoolScoreJson(TypedDict):
    """One model on the pairs of one pool."""

    solved: MeasuredJson
    units: int
    rating: MeasuredJson
    why_not_ranked: str | None


class MemorisationJson(TypedDict):
    """One model on frozen pairs beside fresh ones."""

    model: str
    revision: str
    families: int
    frozen: PoolScoreJson
    fresh: PoolScoreJson
    gap: MeasuredJson
    excess: MeasuredJson
    rating_gap: RatingGapJson


class EstimateJson(TypedDict):
    """One metric of a model on a suite: value, 95 % interval, what it rests on, and what guessing gives."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    pairs: int
    families: int
    chance: float | None


class SuiteReportJson(TypedDict):
    """A model on one suite."""

    suite: str
    edition: str
    judge: str
    metrics: list[EstimateJson]


class ModelReportJson(TypedDict):
    """A model on every suite on which it was evaluated."""

    id: str
    model: str
    revision: str
    engine: str
    settings: dict[str, Any]
    suites: list[SuiteReportJson]


class SubmissionJson(TypedDict):
    """Where a submitted model stands."""

    id: str
    model: str
    organisation: str
    state: Literal["PENDING", "CHECKING", "RUNNING", "LISTED", "FAILED", "WITHDRAWN"]
    reason: str
    place: int | None
    suite: str | None
    done: float | None
    seconds_left: float | None
    submitted_at: str
    changed_at: str
