"""What was taken down, and what visitors report, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TakedownState = Literal["hidden", "restored", "erased"]
ReportReason = Literal["illegal", "private", "hateful", "sexual", "rights", "other"]
REPORT_REASONS: Mapping[ReportReason, str] = {
    "illegal": "It shows something illegal",
    "private": "It shows me or somebody I know, who did not agree",
    "hateful": "It is hateful or demeans people",
    "sexual": "It is sexual",
    "rights": "The picture is mine, or I hold rights to it",
    "other": "Something else",
}
"""Why visitors report a picture."""
LONGEST_REPORT = 300
"""Characters that a visitor may add to a report."""


@dataclass(frozen=True)
class Takedown:
    """What was decided last of one subject."""

    subject: str
    """Id of a pair; of a generation that no pair came out of; or digest of a picture that no pair shows."""
    state: TakedownState
    reason: str
    decided_by: str
    decided_at: datetime

    @property
    def is_down(self) -> bool:
        """Whether it is shown to nobody."""
        return self.state != "restored"


@dataclass(frozen=True)
class Report:
    """What one visitor reports of one subject."""

    subject: str
    reason: ReportReason
    words: str
    """The visitor's own; may be empty."""
    reported_at: datetime
    picture: str = ""
    """Digest of the picture that it is about; empty where that is not known."""


@dataclass(frozen=True)
class Reported:
    """A report, and what was decided of its subject."""

    report: Report
    takedown: Takedown | None
    """None where nothing was decided yet."""

    @property
    def is_open(self) -> bool:
        """Whether nothing was decided since it was reported."""
        return self.takedown is None or self.takedown.decided_at < self.report.reported_at


@dataclass(frozen=True)
class Erasure:
    """What an erasure left of its subjects."""

    subjects: tuple[str, ...]
    pictures: int
    """Files that are gone."""
    shared: Mapping[str, tuple[str, ...]]
    """Digest of a picture that stays -> what else shows it."""
