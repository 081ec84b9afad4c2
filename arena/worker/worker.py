"""The worker: takes what was submitted, one after the other, until each is listed or has failed with a reason."""

import fcntl
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from arena.errors import ArenaError, StoreBusy
from arena.models import is_endpoint
from arena.settings import Settings, make_home
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import OPEN, UNDER_WAY, SubmissionEvent, SubmissionStanding
from arena.submissions.check_report import Facts
from arena.worker.backends import Backend, Progress, is_downloaded
from arena.worker.submission_run import LATER_KEY, MOST_TRIES, PULSE, SubmissionRun

LOCK = "worker.lock"
"""File of a home that its worker holds; it names the worker."""
LOOK = 2.0
"""Seconds between two looks for something to do."""
STALE = timedelta(seconds=4 * PULSE)
"""After which the worker of another machine that said nothing is taken to be gone."""
PAUSE, LATER_PAUSE = 10.0, 60.0
"""Seconds before another try, for each that there was: after a worker that ended, and after what may be otherwise later."""

log = logging.getLogger(__name__)


@contextmanager
def only_worker(home: Path) -> Iterator[str]:
    """Be the one worker of a home, within the block, and learn its name, which stays the same.

    Raises:
        StoreBusy: there is one.
    """
    make_home(home)
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreBusy(f"{home}: has a worker already; one is enough, or give this one another --home") from None
        name = os.read(descriptor, 100).decode(errors="replace").strip()
        if not name:
            name = uuid.uuid4().hex[:12]
            os.write(descriptor, name.encode())
        yield name
    finally:
        os.close(descriptor)


class Worker:
    """Works off the queue of one arena.

    Args:
        store: of the arena.
        backend: where models run.
        settings: of the arena.
        name: as `only_worker` gives it.
        stop: once set, what is under way goes back to the queue, and `run` ends.
        on_line: told each step in one line.
    """

    def __init__(
        self,
        store: Store,
        backend: Backend,
        settings: Settings,
        name: str,
        stop: threading.Event,
        on_line: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._backend = backend
        self._settings = settings
        self._name = name
        self._stop = stop
        self._on_line = on_line
        self._not_provided: set[str] = set()
        """Listed ones that cannot be had here."""

    def run(self, *, once: bool = False) -> None:
        """Take submissions until told to stop; with `once` until none waits."""
        revision = None
        self._take_back()
        while not self._stop.is_set():
            if (standing := self._next()) is not None:
                self._work_on(standing)
                self._tidy()
            elif once and not self._store.submissions.waiting():
                self._tidy()
                return
            else:
                if (present := self._store.submissions.revision()) != revision:
                    revision = present
                    self._tidy()
                    self._provide()
                self._take_back()
                self._stop.wait(LOOK)

    def _next(self) -> SubmissionStanding | None:
        """The oldest of those that were tried least, and whose pause is over."""
        ready = [one for one in self._store.submissions.waiting() if now() >= one.event.at + timedelta(seconds=_pause(one))]
        return min(ready, key=lambda one: (_tried(one), one.submission.submitted_at), default=None)

    def _work_on(self, standing: SubmissionStanding) -> None:
        submission = standing.submission
        tries = self._tries(submission.id)
        name = submission.reference.partition("?")[0]
        if tries >= MOST_TRIES:
            words = f"the worker ended {tries} times while it was at it, so that it is left alone; submit a smaller model"
            self._say(standing, "FAILED", words)
            return
        self._on_line(f"{submission.id} {name}: begins, try {tries + 1}")
        suites = self._settings.submission_suites
        run = SubmissionRun(self._store, self._backend, submission, tries + 1, self._name, self._stop, suites)
        run.go()
        stands = self._store.submissions.get(submission.id)
        if stands is not None:
            self._on_line(f"{submission.id} {name}: {stands.state}, {stands.event.words}")

    def _tries(self, submission_id: str) -> int:
        """How often a worker began with it since it was last decided on, without being stopped in order."""
        tries, last = 0, ""
        for event in self._store.submissions.events(submission_id):
            if event.state == "CHECKING" != last:
                tries += 1
            elif event.state == "PENDING" and event.detail.get("orderly"):
                tries -= 1
            elif event.state in ("FAILED", "WITHDRAWN"):
                tries = 0
            last = event.state
        return max(0, tries)

    def _take_back(self) -> None:
        """Put what nobody is at any more back into the queue: what a worker of this home left, or one that fell silent."""
        for one in self._store.submissions.standings(UNDER_WAY):
            whose = one.event.detail.get("worker")
            if whose not in (None, self._name) and now() - one.event.at < STALE:
                continue
            tries = self._tries(one.submission.id)
            if tries >= MOST_TRIES:
                words = f"the worker ended {tries} times while it was at it ({one.event.words}); submit a smaller model"
                self._say(one, "FAILED", words)
            else:
                self._say(one, "PENDING", "waits for another try: the worker ended while it was at it")

    def _say(self, standing: SubmissionStanding, state: str, words: str) -> None:
        detail = {"attempt": self._tries(standing.submission.id), "worker": self._name}
        event = SubmissionEvent(standing.submission.id, state, words, detail=detail)  # pyright: ignore[reportArgumentType]
        if self._store.submissions.advance(event, [standing.state]):
            self._on_line(f"{standing.submission.id}: {state}, {words}")

    def _tidy(self) -> None:
        """Delete files of models that nobody needs."""
        kept = self._store.submissions.standings((*OPEN, "LISTED"))
        self._backend.keep_only({one.submission.id for one in kept})

    def _provide(self) -> None:
        """Fetch, and load once, what is listed and whose files are not here: another machine may have evaluated it."""
        for one in self._store.submissions.standings(["LISTED"]):
            submission = one.submission
            if self._stop.is_set() or is_endpoint(submission.reference):
                continue
            if submission.id not in self._not_provided and not is_downloaded(self._settings, submission.id):
                self._fetch(one)

    def _fetch(self, standing: SubmissionStanding) -> None:
        submission = standing.submission
        known = Facts(**{**submission.facts.get("check", {}), "base_models": ()})
        progress = Progress(lambda _: None, lambda _: None, self._stop)
        try:
            self._backend.prepare(submission, known, progress)
        except ArenaError as error:
            self._not_provided.add(submission.id)
            log.warning("submission %s: is listed, and cannot be provided here: %s", submission.id, error)


def _pause(standing: SubmissionStanding) -> float:
    """Seconds that it waits after its last step."""
    return _tried(standing) * (LATER_PAUSE if standing.event.detail.get(LATER_KEY) else PAUSE)


def _tried(standing: SubmissionStanding) -> int:
    """Tries that did not end in order, as its last step tells."""
    detail = standing.event.detail
    return 0 if detail.get("orderly") else int(detail.get("attempt", 0))
