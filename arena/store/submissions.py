"""What organisations submit: facts, and the steps that each takes until it is listed or not."""

from collections.abc import Callable, Sequence

from arena.errors import InputError
from arena.store import submission_facts
from arena.store.evaluations import Reads, Writes
from arena.store.records import now
from arena.store.submission_records import (
    LINE,
    OPEN,
    WAITING,
    Quota,
    Submission,
    SubmissionEvent,
    SubmissionStanding,
    SubmissionState,
)


class Submissions:
    """Submissions in one store; any thread may call anything."""

    def __init__(self, write: Writes, read: Reads, end_log: Callable[[], None]) -> None:
        self._write = write
        self._read = read
        self._end_log = end_log

    def add(self, submission: Submission, quota: Quota) -> str:
        """Keep a submission, which is PENDING then, and give its id. Of a contestant that is there, the id of its own.

        Raises:
            InputError: the repository or the organisation is blocked, or has used up its quota, or the account has.
        """
        return self._write(submission_facts.add, (submission, quota))

    def advance(self, event: SubmissionEvent, states: Sequence[SubmissionState]) -> bool:
        """Take a step if the submission stands in one of these states. False where it does not: somebody else was first.

        Args:
            event: the step; one that stays in its state tells how far it is.
            states: where the submission must stand.
        """
        return self._write(submission_facts.advance, (event, tuple(states)))

    def get(self, submission_id: str) -> SubmissionStanding | None:
        """Where this one stands; None where it is unknown."""
        return next(iter(self._read(submission_facts.standings, [submission_id], None)), None)

    def standings(self, states: Sequence[SubmissionState] | None = None) -> list[SubmissionStanding]:
        """Those in these states, or all, the oldest first."""
        return self._read(submission_facts.standings, None, None if states is None else list(states))

    def counts(self) -> dict[SubmissionState, int]:
        """State -> how many stand in it; none of states in which nobody stands."""
        return self._read(submission_facts.counts)

    def place(self, submission_id: str) -> int | None:
        """How many go on or wait before this one, without those that are paused; None where it goes on no more."""
        paused = self.paused()
        ids = [one.submission.id for one in self.standings(OPEN)]
        line = [one for one in ids if one == submission_id or one not in paused]
        return line.index(submission_id) if submission_id in line else None

    def waiting(self) -> list[SubmissionStanding]:
        """Those that wait and may be taken, the oldest first: none that is paused, and none at all while the line is."""
        paused = self.paused()
        return [] if LINE in paused else [one for one in self.standings(WAITING) if one.submission.id not in paused]

    def pause(self, name: str, *, paused: bool, reason: str, by: str) -> None:
        """Let a submission that waits, or with `LINE` all of them, wait until they are let go on; or let them go on.

        What is under way goes on.

        Args:
            name: id of a submission, or `LINE`.
            paused: whether it is to wait.
            reason: for everybody.
            by: an account, or `operator`.

        Raises:
            InputError: the submission does not wait, or the reason is empty.
        """
        if not reason.strip():
            raise InputError("pause: say why in a few words")
        self._write(submission_facts.pause, (name, paused, reason.strip(), by, now()))

    def paused(self) -> dict[str, str]:
        """Ids of submissions that are paused, and `LINE` where all are -> why."""
        return self._read(submission_facts.pauses)

    def events(self, submission_id: str) -> list[SubmissionEvent]:
        """All its steps, the oldest first."""
        return self._read(submission_facts.events, submission_id)

    def forget(self, submission_id: str) -> bool:
        """Erase who submitted it, and how to reach them; the submission stays. False where nobody was known."""
        known = self._write(submission_facts.forget, submission_id)
        if known:
            self._end_log()
        return known

    def block(self, name: str, *, blocked: bool, reason: str, by: str) -> None:
        """Let a repository, or all of an organisation, be submitted no more, or again.

        Raises:
            InputError: the name or the reason is empty.
        """
        if not name.strip() or not reason.strip():
            raise InputError("block: name a repository or an organisation, and say why in a few words")
        self._write(submission_facts.block, (name.strip(), blocked, reason.strip(), by, now()))

    def blocks(self) -> dict[str, str]:
        """Repositories and organisations that may not be submitted -> why."""
        return self._read(submission_facts.blocks)

    def withdrawn(self) -> frozenset[str]:
        """Ids of contestants that came by submissions and take part no more: they stand in no rank, and stay findable."""
        return self._read(submission_facts.withdrawn)

    def revision(self) -> int:
        """Something that changes with every step, and with every pause."""
        return self._read(submission_facts.revision)
