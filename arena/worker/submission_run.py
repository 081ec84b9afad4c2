"""One submission on its way from PENDING to LISTED or FAILED, each step a fact that pages and terminals show."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from arena.errors import ArenaError, one_line
from arena.evaluation.evaluate import Evaluation
from arena.store import Store
from arena.store.submission_records import UNDER_WAY, Submission, SubmissionEvent, SubmissionState
from arena.submissions.check_report import CheckReport
from arena.submissions.contestant_of import CONTESTANT
from arena.worker.backends import Backend, Progress

MOST_TRIES = 3
"""Times that a worker may begin with a submission: one that ends the machine each time must not go on for ever."""
LONGEST_WORDS = 600
LOOK = 1.0
"""Seconds between two looks whether it was withdrawn."""
PULSE = 600.0
"""Seconds after which a step is said again, so that other machines see that somebody is at it."""
BETWEEN = 3.0
"""Least seconds between two steps that tell how far it is; they grow rarer the longer it takes."""
RARER = 50
LATER = ("try again", "cannot be reached")
"""In a line about what may be otherwise the next time: a Hub that fails, a disk that is full."""
LATER_KEY = "later"
"""Of a step that puts it back for that."""

log = logging.getLogger(__name__)


class _Withdrawn(Exception):
    """Somebody else has taken the submission elsewhere."""


@dataclass
class SubmissionRun:
    """One try at one submission; `go` is called once."""

    store: Store
    backend: Backend
    submission: Submission
    attempt: int
    """Counted from 1."""
    worker: str
    """Which one; told with each step."""
    stop: threading.Event
    """Set when the worker is to end."""
    default_suites: Sequence[str]
    _state: SubmissionState = "CHECKING"
    _detail: dict[str, Any] = field(default_factory=dict)
    _words: str = ""
    _end: threading.Event = field(default_factory=threading.Event)
    """Set when this try is to end, for whatever reason."""
    _withdrawn: bool = False
    _began: float = 0.0
    _said_at: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def go(self) -> SubmissionState | None:
        """Take it as far as it gets, and give where it stands then; None where somebody else took it."""
        self._began = time.monotonic()
        if not self._advance("CHECKING", "is checked again", ("PENDING",)):
            return None
        with self._watched():
            try:
                return self._all_steps()
            except _Withdrawn:
                return None
            except ArenaError as error:
                return self._failed(str(error), getattr(error, "log", ""))
            except Exception as error:
                log.exception("submission %s: the worker failed", self.submission.id)
                return self._failed(
                    f"the worker failed ({one_line(error)}); {LATER[0]} later, and tell the operator if that lasts", ""
                )

    def _all_steps(self) -> SubmissionState | None:
        report = self.backend.check(self.submission, self._end)
        if not report.passed:
            return self._failed(_failed_checks(report), "")
        progress = Progress(self._at, self._share, self._end)
        entry = self.backend.prepare(self.submission, report.facts, progress)
        suites = [str(name) for name in self.submission.facts.get("suites") or self.default_suites]
        who = {CONTESTANT: entry.contestant.id}
        self._step("RUNNING", "is evaluated", ("CHECKING",), {**who, "suite": suites[0], "done": 0.0})
        self.store.add_contestants([entry.contestant])
        self.backend.evaluate(self.submission, entry, suites, progress)
        self._step("LISTED", "takes part", ("RUNNING",), who)
        return "LISTED"

    def _at(self, place: str) -> None:
        self._step("CHECKING", place, ("CHECKING",), {"step": place})

    def _share(self, evaluation: Evaluation) -> None:
        """Tell how far it is, now and then."""
        count, now = evaluation.count, time.monotonic()
        done = count.done / count.total if count.total else 1.0
        left = None if count.seconds_left is None else round(count.seconds_left, 1)
        detail = {**self._detail, "suite": evaluation.suite, "done": round(done, 4), "seconds_left": left}
        is_new = evaluation.suite != self._detail.get("suite")
        if is_new or now - self._said_at > max(BETWEEN, (now - self._began) / RARER):
            self._step("RUNNING", "is evaluated", ("RUNNING",), detail)

    def _failed(self, words: str, excerpt: str) -> SubmissionState | None:
        """FAILED, or PENDING where it may end otherwise the next time, or where the worker is to end."""
        if self._withdrawn:
            return None
        last = {"log": excerpt} if excerpt else {}
        if self.stop.is_set():
            self._advance("PENDING", "waits, as the worker was stopped", UNDER_WAY, {"orderly": True})
            return "PENDING"
        words = " ".join(words.split())[:LONGEST_WORDS]
        if any(mark in words for mark in LATER) and self.attempt < MOST_TRIES:
            self._advance("PENDING", f"waits for another try: {words}", UNDER_WAY, {**last, LATER_KEY: True})
            return "PENDING"
        self._advance("FAILED", words, UNDER_WAY, last)
        return "FAILED"

    def _step(self, state: SubmissionState, words: str, states: Sequence[SubmissionState], detail: Mapping[str, Any]) -> None:
        """Take a step, unless the submission was taken elsewhere or is to stop."""
        if self._end.is_set() or not self._advance(state, words, states, detail):
            raise _Withdrawn if not self.stop.is_set() else ArenaError("stopped")

    def _advance(
        self, state: SubmissionState, words: str, states: Sequence[SubmissionState], detail: Mapping[str, Any] | None = None
    ) -> bool:
        told = {**(detail or {}), "attempt": self.attempt, "worker": self.worker}
        with self._lock:
            taken = self.store.submissions.advance(
                SubmissionEvent(self.submission.id, state, words, detail=told), tuple(states)
            )
            if taken:
                self._state, self._words, self._detail, self._said_at = state, words, dict(told), time.monotonic()
            return taken

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Notice when it is withdrawn or the worker is to end, and tell other machines that somebody is at it."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(LOOK):
                try:
                    self._look()
                except Exception:
                    log.exception("submission %s: the store could not be asked; it is asked again", self.submission.id)

        thread = threading.Thread(target=watch, name="submission watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self) -> None:
        if self.stop.is_set():
            self._end.set()
        standing = self.store.submissions.get(self.submission.id)
        if standing is None or standing.state not in (*UNDER_WAY, "LISTED", "FAILED"):
            self._withdrawn = standing is None or standing.state == "WITHDRAWN" or self._withdrawn
            self._end.set()
        elif time.monotonic() - self._said_at > PULSE and standing.state == self._state:
            self._advance(self._state, self._words, (self._state,), self._detail)


def _failed_checks(report: CheckReport) -> str:
    failed = [check for check in report.checks if not check.passed]
    first, more = failed[0], len(failed) - 1
    others = f" (and {more} more {'check' if more == 1 else 'checks'})" if more else ""
    remedy = f"; {first.remedy}" if first.remedy else ""
    return f"{first.name}: {first.seen}{remedy}{others}"
