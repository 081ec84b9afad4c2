"""What goes into the gate, and what comes out: a pair, and every score of it with its bounds and in words."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from arena.pairs import Box, MinimalPair

NOT_ASKED = "not asked, as the pair had failed before"
"""Words of a score that was not asked."""


@dataclass(frozen=True)
class Candidate:
    """A pair that wants to enter the arena: one side is a source that was known before, the other an edit of it."""

    pair: MinimalPair
    region: Box
    """What the edit could change; `arena.generators.edits.WHOLE` where that was everything."""
    known_hashes: Collection[str] = ()
    """`perceptual_hash` of the images of all known pairs, but those of the pair that the source came from."""
    edited: Literal[0, 1] = 1
    """Which side was edited."""
    unchanged: tuple[str, ...] = ()
    """Statements to which both images must get the same answer; where there are none, the gate finds some itself."""


@dataclass(frozen=True)
class GateScore:
    """One score of a pair."""

    name: str
    """A name in `arena.generators.gate.scores.SCORES`."""
    value: float | None
    """None where it was not asked; `words` say why."""
    low: float | None
    """Least value that passes; None where no value is too low."""
    high: float | None
    """Largest value that passes; None where no value is too high."""
    passed: bool
    """True also where there was nothing to ask; False where it was not asked because another score had failed."""
    words: str
    """The score in plain words, for pages."""


@dataclass(frozen=True)
class GateReport:
    """What the gate says of one pair."""

    scores: tuple[GateScore, ...]
    """From the cheapest to the dearest."""
    version: str
    """Of the scores and thresholds."""
    passed: bool
    """Whether every score passed."""
    models: tuple[str, ...]
    """Repositories of the models that scored: none of them is ranked on the pair."""

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "passed": self.passed,
            "version": self.version,
            "models": list(self.models),
            "scores": [vars(score) for score in self.scores],
        }

    def failed(self) -> tuple[GateScore, ...]:
        """The scores that did not pass, without those that were not asked."""
        return tuple(score for score in self.scores if not score.passed and score.words != NOT_ASKED)
