"""Models of others in a running arena: they enter once they were loaded within limits, and leave when they are withdrawn.

Those that the settings name and that were never loaded here, and those that were submitted and listed since the start, come in
the background: no start waits for them, and no thread that answers visitors renders a template of theirs.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from arena.battles import Arena
from arena.errors import ArenaError, one_line
from arena.models import EndpointPool, Entry, ModelPool, RequestBudget, battle_pacing, endpoint_entry, is_endpoint
from arena.settings import Settings
from arena.store.submission_records import SubmissionStanding
from arena.strategies import entry_under, split, strategy_named
from arena.worker.backends import model_cache
from arena.worker.first_load import ForeignModel, entry_after_trial, known_entry

LOOK = 2.0
"""Seconds between two looks at what was submitted."""
PATIENCE = 60.0
"""Seconds after which a listed model that could not enter is tried again: its files may have come."""

log = logging.getLogger(__name__)


def foreign_entry(reference: str, settings: Settings, *, known: bool, stop: threading.Event | None = None) -> Entry | None:
    """How a model of others is loaded that the settings name, with its strategy.

    Args:
        reference: that is of others.
        settings: of the arena.
        known: whether None is given where it was never loaded within limits, in place of doing so.
        stop: once set, that is ended.

    Raises:
        ArenaError: it cannot enter.
    """
    name, strategy = split(reference)
    model = ForeignModel.named(name, settings)
    entry = known_entry(model, settings) if known else entry_after_trial(model, settings, stop)
    return entry_under(entry, strategy_named(strategy, settings.home)) if entry and strategy else entry


class Newcomers:
    """Has models enter and leave one arena.

    Args:
        arena: that they enter.
        pool: that loads those of this machine.
        endpoints: that asks those that run elsewhere.
        settings: of the arena.
        budget: of endpoints.
        references: models of others that the settings name and that were never loaded here.
        on_problem: told in one line who cannot enter, and why.
    """

    def __init__(
        self,
        arena: Arena,
        pool: ModelPool,
        endpoints: EndpointPool,
        settings: Settings,
        budget: RequestBudget,
        references: Sequence[str],
        on_problem: Callable[[str], None],
    ) -> None:
        self._arena = arena
        self._pool = pool
        self._endpoints = endpoints
        self._settings = settings
        self._budget = budget
        self._references = tuple(references)
        self._on_problem = on_problem
        self._own = frozenset(arena.lineup)
        """Who takes part whatever is submitted."""
        self._entered: dict[str, str] = {}
        """Submission -> contestant."""
        self._later: dict[str, float] = {}
        """Submission that could not enter -> when it is tried again."""
        self._revision: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="newcomers", daemon=True)

    def enter_known(self) -> None:
        """Let those listed enter at once that were loaded here before."""
        for standing in self._arena.store.submissions.standings(["LISTED"]):
            self._try(standing, known=True)

    def enter_all(self) -> None:
        """Let all enter, however long it takes to load those that never were."""
        self._enter_named()
        self._follow()

    def start(self) -> None:
        """Let all enter in the background, and follow what is listed and withdrawn."""
        self._thread.start()

    def stop(self) -> None:
        """Follow no more; a process that loads a model ends. Safe to call twice."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        named = threading.Thread(target=self._enter_named, name="newcomers of the settings", daemon=True)
        named.start()
        while not self._stop.is_set():
            try:
                self._follow()
            except Exception:
                log.exception("newcomers: what was submitted could not be read; it is read again")
            self._stop.wait(LOOK)
        named.join()

    def _enter_named(self) -> None:
        for reference in self._references:
            if self._stop.is_set():
                return
            try:
                entry = foreign_entry(reference, self._settings, known=False, stop=self._stop)
                assert entry is not None, "it was loaded"
                self._enter(entry)
            except Exception as error:
                if not self._stop.is_set():
                    log.exception("a model cannot take part")
                    self._on_problem(str(error) if isinstance(error, ArenaError) else one_line(error))

    def _follow(self) -> None:
        """Let enter what is listed, and leave what is not any more."""
        submissions = self._arena.store.submissions
        due = any(time.monotonic() >= moment for moment in self._later.values())
        if (revision := submissions.revision()) == self._revision and not due:
            return
        listed = {one.submission.id: one for one in submissions.standings(["LISTED"])}
        for name in self._entered.keys() - listed.keys():
            self._leave(name)
        for standing in listed.values():
            if not self._stop.is_set():
                self._try(standing, known=False)
        self._later = {name: moment for name, moment in self._later.items() if name in listed}
        self._revision = revision

    def _try(self, standing: SubmissionStanding, *, known: bool) -> None:
        """Let a listed one enter, if it can, and has not yet."""
        name = standing.submission.id
        if name in self._entered or time.monotonic() < self._later.get(name, 0):
            return
        try:
            entry = self._entry(standing, known=known)
            if entry is not None:
                self._enter(entry, submitted=True)
                self._entered[name] = entry.contestant.id
                self._later.pop(name, None)
        except Exception as error:
            if name not in self._later and not self._stop.is_set():
                log.exception("submission %s: is listed, and cannot enter", name)
                line = str(error) if isinstance(error, ArenaError) else one_line(error)
                self._on_problem(f"submission {name}: {line}")
            self._later[name] = time.monotonic() + PATIENCE

    def _entry(self, standing: SubmissionStanding, *, known: bool) -> Entry | None:
        reference, settings = standing.submission.reference, self._settings
        if is_endpoint(reference):
            return endpoint_entry(reference, battle_pacing(settings.endpoint_seconds), self._budget)
        model = ForeignModel.downloaded(reference, settings, model_cache(settings, standing.submission.id))
        return known_entry(model, settings) if known else entry_after_trial(model, settings, self._stop)

    def _enter(self, entry: Entry, *, submitted: bool = False) -> None:
        contestant = entry.contestant
        if contestant.is_endpoint:
            self._endpoints.register(contestant, entry.load)
        else:
            self._pool.register(contestant, entry.memory_bytes, entry.load)
        store = self._arena.store
        store.once_open(partial(store.add_contestants, [contestant]))
        if not contestant.is_endpoint:
            self._pool.warm([contestant.id])
        self._arena.lineup.enter(contestant, submitted=submitted)
        log.info("%s: takes part", contestant.reference)

    def _leave(self, submission_id: str) -> None:
        contestant_id = self._entered.pop(submission_id)
        if contestant_id in self._own or contestant_id in self._entered.values():
            return
        self._arena.lineup.withdraw(contestant_id)
        self._pool.let_go(contestant_id)
        log.info("submission %s: takes part no more", submission_id)
