"""What organisations submit to the arena, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from arena.store.battle_ids import new_battle_id
from arena.store.records import now

SubmissionState = Literal["PENDING", "CHECKING", "RUNNING", "LISTED", "FAILED", "WITHDRAWN"]
WAITING: tuple[SubmissionState, ...] = ("PENDING",)
UNDER_WAY: tuple[SubmissionState, ...] = ("CHECKING", "RUNNING")
OPEN = WAITING + UNDER_WAY
"""States from which it still goes on by itself."""
ENDED: tuple[SubmissionState, ...] = ("LISTED", "FAILED", "WITHDRAWN")
NEXT: Mapping[SubmissionState, tuple[SubmissionState, ...]] = {
    "PENDING": ("CHECKING", "FAILED", "WITHDRAWN"),
    "CHECKING": ("RUNNING", "PENDING", "FAILED", "WITHDRAWN"),
    "RUNNING": ("LISTED", "PENDING", "FAILED", "WITHDRAWN"),
    "LISTED": ("WITHDRAWN",),
    "FAILED": ("PENDING", "WITHDRAWN"),
    "WITHDRAWN": ("PENDING",),
}
"""State -> those that may follow. What a worker that was killed leaves behind goes back to PENDING."""


def new_submission_id(moment: datetime | None = None) -> str:
    """An id that nobody can guess, and that begins with its time, as that of a battle does.

    Args:
        moment: when it is submitted; now, if not given.
    """
    return new_battle_id(moment)


LINE = "line"
"""Stands for all submissions where one is paused: the worker takes none."""


@dataclass(frozen=True)
class Submitter:
    """Who submits."""

    subject: str
    """Number of the account at the Hub, which a change of its name leaves as it is. Shown to nobody."""
    name: str
    """Of the account, which is public."""
    contact: str = ""
    """How the operator reaches them. Shown to nobody else."""


@dataclass(frozen=True)
class Submission:
    """One model, or endpoint, that an organisation enters."""

    id: str
    """Begins with its time; part of its permanent address."""
    reference: str
    """Model with its commit and its settings, as `ARENA_MODELS` would name it."""
    contestant_id: str
    """Names repository, commit and settings, by which it enters once. Who it is on the board is known later, and told in the
    detail of LISTED as `contestant`; see `arena.submissions.contestant_of`. Of an endpoint both are the same."""
    organisation: str
    """On whose behalf; the account itself where it submits for nobody else, and empty once that was forgotten."""
    submitter: Submitter | None
    """None once it was forgotten."""
    licence: str
    base_model: str = ""
    """What it is a fine-tune of, as the submitter says."""
    weights: tuple[str, ...] = ()
    """SHA-256 of each of its files of weights: a clone has the same."""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What its checks found, and what was estimated and confirmed; must be JSON."""
    submitted_at: datetime = field(default_factory=now)

    @property
    def on_behalf_of(self) -> str:
        """The organisation, in words for everybody."""
        return self.organisation or "an account that was erased"


@dataclass(frozen=True)
class Quota:
    """How many submissions may come since a moment."""

    since: datetime
    of_account: int
    of_organisation: int


@dataclass(frozen=True)
class SubmissionEvent:
    """A step of a submission; the last one is where it stands."""

    submission_id: str
    state: SubmissionState
    words: str = ""
    """Why, in one line for everybody."""
    by: str = "worker"
    """An account, `operator` or `worker`."""
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """For its page: suite, share done, an excerpt of the log; must be JSON."""
    at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class SubmissionStanding:
    """A submission, and the last step of it."""

    submission: Submission
    event: SubmissionEvent

    @property
    def state(self) -> SubmissionState:
        """Where it stands."""
        return self.event.state
