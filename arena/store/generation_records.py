"""Generated pairs as the store keeps them: what was asked and came out, what reviewers said, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from arena.store.records import now

FRESH = "fresh"
"""The source of pairs that were drawn on demand, for one battle."""
GENERATED = "generated"
"""The source of pairs that were made for this arena, by an editor or by drawing."""

Verdict = Literal["accept", "reject", "undone", "flag", "unflagged"]
"""`undone` takes back what the same reviewer said before of the same pair. `flag` is what a rejection of a pair in play is kept
as, and `unflagged` takes that back."""
Reason = Literal["not_minimal", "caption_false", "artefact", "unsafe", "duplicate", "harmful"]
"""Why a reviewer rejects. `harmful` stands for illegal, private or hateful."""
State = Literal["pending", "in-play", "rejected", "retired", "failed", "hidden", "erased"]
STATES: tuple[State, ...] = get_args(State)
IN_PLAY: Mapping[Verdict, Verdict] = {"reject": "flag", "flag": "flag", "undone": "unflagged", "unflagged": "unflagged"}
"""What is said of a pair in play -> what it is kept as; anything else is not."""
REVIEWERS = 2
"""Distinct reviewers that a verdict needs, unless the settings of an arena say otherwise."""
HIDING_FLAGS = 2
"""So many reviewers who flag a pair in play as harmful hide it until the operator decides."""


@dataclass(frozen=True)
class GenerationRecord:
    """One attempt to make a pair, successful or not."""

    id: str
    """Hash of what was asked: the same request is not carried out twice."""
    proposer: str
    """Who asked for it, and may therefore not review it."""
    family: str
    domain: str
    category: str
    source: str
    """Digest of the image that was edited."""
    asked: Mapping[str, Any] = field(hash=False)
    """All that is needed to make it again, as JSON."""
    pair_id: str | None = None
    """None where no pair came out."""
    gate: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What the gate said of it, as JSON; empty where it did not come so far."""
    passed: bool = False
    """Whether the gate let it pass."""
    exact: bool = False
    """Both sides were drawn: captions hold by construction, and no review is needed."""
    models: tuple[str, ...] = ()
    """Repositories that made it or judged it in the gate: none of them is ranked on it."""
    error: str | None = None
    """One line saying why there is no pair; such an attempt may be repeated."""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class ReviewRecord:
    """What one reviewer said of one generated pair."""

    generation_id: str
    reviewer: str
    verdict: Verdict
    reason: Reason | None = None
    """Of a rejection or a flag."""
    reviewed_at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Standing:
    """Where a generation stands: its record, and how many reviewers say what at present."""

    record: GenerationRecord
    accepts: int
    rejects: int
    flags: int
    """Reviewers who flag it, for any reason."""
    retired: str | None
    """Why the pair is no longer drawn; None where it was not retired."""
    down: Literal["hidden", "erased"] | None = None
    """Whether it was taken down."""

    def state(self, required: int) -> State:
        """What follows from the facts.

        Both ways it takes `required` reviewers and a majority; a drawn pair needs no accepts, but may be rejected.

        Args:
            required: distinct reviewers that a verdict needs.
        """
        if self.down is not None:
            return self.down
        if self.record.error is not None:
            return "failed"
        if self.retired is not None:
            return "retired"
        if not self.record.passed or (self.rejects >= required and self.rejects > self.accepts):
            return "rejected"
        if self.record.exact or (self.accepts >= required and self.accepts > self.rejects):
            return "in-play"
        return "pending"

    def kept_as(self, verdict: Verdict, required: int) -> Verdict | None:
        """What a verdict is kept as, so that none takes a pair out of play; None where it changes nothing.

        While the pair is pending, that is what was said. Once it is in play, a rejection is a flag. Elsewhere nothing is kept.

        Args:
            verdict: what a reviewer says.
            required: distinct reviewers that a verdict needs.
        """
        state = self.state(required)
        if state == "pending":
            return verdict if verdict in ("accept", "reject", "undone") else None
        if state == "in-play":
            return IN_PLAY.get(verdict)
        return None


@dataclass(frozen=True)
class PairInPlay:
    """A generated pair that battles may draw, without its images."""

    pair_id: str
    family: str
    domain: str
    category: str
    models: tuple[str, ...]
    """Repositories that made or judged it; they take no part in its battles."""
    made_at: datetime
