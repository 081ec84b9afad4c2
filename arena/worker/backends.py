"""Where submissions are checked, loaded and evaluated: here, or by what speaks the same interface."""

import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from arena.battles.requests import small_question
from arena.errors import ArenaError, EvaluationError
from arena.evaluation.entrants import AUDIENCES, Entrant
from arena.evaluation.evaluate import Evaluation, Options, evaluate
from arena.evaluation.respondents import is_for_workers
from arena.evaluation.results import suite_named
from arena.models import Entry, best_device, is_endpoint
from arena.models.runtime import cores
from arena.models.weights import amount
from arena.roster import entry_of
from arena.settings import Settings
from arena.store import Store
from arena.store.submission_records import Submission
from arena.submissions.check_apart import check_apart
from arena.submissions.check_report import CheckReport, Facts
from arena.submissions.listed_weights import weights_to_compare
from arena.submissions.process_tree import Limits
from arena.suites.starter import starter_pairs
from arena.worker.child_process import LoadFailure, log_excerpt, model_memory, scratch_folder
from arena.worker.first_load import ForeignModel, entry_after_trial
from arena.worker.limited_worker import LimitedWorkers
from arena.worker.model_download import ANSWERED, CACHE, SLACK, download_model

FILES = "submissions"
"""Folder of a home with the files of each submitted model, in a folder that is named by the submission."""
DISK = 10**9
"""Bytes that the evaluation of a model may write beside what is stored."""
HOUR = 3600
REST = 2 * 10**9
"""Bytes that stay free on the disk of the home."""


@dataclass(frozen=True)
class Progress:
    """How a backend tells where it is, and learns that nobody wants it to go on."""

    on_place: Callable[[str], None]
    """Told what it is at, in a few words."""
    on_share: Callable[[Evaluation], None]
    """Told how far the evaluation on a suite is."""
    stop: threading.Event
    """Once set, it ends soon, and leaves no process behind."""


class Backend(Protocol):
    """Where submissions are checked, loaded and evaluated. One is under way at a time."""

    def check(self, submission: Submission, stop: threading.Event) -> CheckReport:
        """All checks again: hours may have passed. Once `stop` is set, they end soon, and what they find means nothing."""
        ...

    def prepare(self, submission: Submission, facts: Facts, progress: Progress) -> Entry:
        """Fetch the model, load it and ask it, within limits.

        Args:
            submission: which one.
            facts: what its checks found.
            progress: where it is.

        Raises:
            ArenaError: it cannot be had, loaded or asked; one line that names the file.
        """
        ...

    def evaluate(self, submission: Submission, entry: Entry, suites: Sequence[str], progress: Progress) -> None:
        """Ask it what it has not answered of these suites, within limits, each batch committed before the next.

        Raises:
            ArenaError: it did not get to the end; one line.
        """
        ...

    def keep_only(self, ids: Collection[str]) -> None:
        """Delete the files of all other submissions."""
        ...


def model_cache(settings: Settings, submission_id: str) -> Path:
    """Where the files of a submitted model lie, as huggingface_hub keeps them."""
    return settings.home / FILES / submission_id / CACHE


def is_downloaded(settings: Settings, submission_id: str) -> bool:
    """Whether all files of a submitted model are here."""
    return (settings.home / FILES / submission_id / ANSWERED).exists()


class LocalBackend:
    """Processes with limits on this machine.

    Args:
        store: of the arena.
        settings: of the arena, with the whole path of its home.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def check(self, submission: Submission, stop: threading.Event) -> CheckReport:
        """All checks again, in a process of their own. See `Backend`."""
        compared = weights_to_compare(self._settings, self._store, submission.reference)
        return check_apart(submission.reference, self._settings, listed=compared, stop=stop)

    def prepare(self, submission: Submission, facts: Facts, progress: Progress) -> Entry:
        """Fetch, load and ask it; see `Backend`."""
        if is_endpoint(submission.reference):
            return self._endpoint(submission.reference, progress)
        progress.on_place("fetching its files")
        size = facts.download_bytes or 0
        self._check_disk(submission, size)
        folder = model_cache(self._settings, submission.id).parent
        cache = download_model(
            submission.reference, folder, self._settings, size=size, hashes=facts.weights, stop=progress.stop
        )
        model = ForeignModel.downloaded(submission.reference, self._settings, cache)
        return entry_after_trial(model, self._settings, progress.stop, progress.on_place)

    def evaluate(self, submission: Submission, entry: Entry, suites: Sequence[str], progress: Progress) -> None:
        """Ask it in a process with limits; an endpoint is asked by this one. See `Backend`."""
        loaded = [(suite, suite.load(None)) for suite in map(suite_named, suites)]
        entrant = Entrant(entry.contestant, AUDIENCES[entry.kind], entry.memory_bytes, entry.load)
        options = Options(arguments={"submission": submission.id, "suite": list(suites)})
        seconds = self._settings.submission_hours * HOUR
        limits = Limits(model_memory(self._settings), seconds, seconds * cores(), DISK)
        if not entry.contestant.is_endpoint and not is_for_workers(entrant):
            raise EvaluationError(f"{entry.contestant.repository}: cannot be loaded in a process of its own; ask the operator")

        def watch(one: Evaluation) -> None:
            if progress.stop.is_set():
                raise EvaluationError(f"{one.suite}: was stopped")
            progress.on_share(one)

        with scratch_folder(self._settings) as folder:
            workers = LimitedWorkers(folder, limits, progress.stop)
            here = None if entry.contestant.is_endpoint else workers
            try:
                done = evaluate(self._store, [entrant], loaded, options, workers=here, watch=watch)
                if failed := next((one for one in done if one.failure), None):
                    raise EvaluationError(f"{failed.suite}: {failed.failure}")
            except EvaluationError as error:
                name = entry.contestant.repository
                raise LoadFailure(
                    f"{name}: {_for_submitter(str(error))}", log_excerpt(workers.last_words, self._settings)
                ) from error

    def keep_only(self, ids: Collection[str]) -> None:
        """Delete the files of all other submissions."""
        with suppress(FileNotFoundError):
            for folder in (self._settings.home / FILES).iterdir():
                if folder.name not in ids:
                    shutil.rmtree(folder, ignore_errors=True)

    def _endpoint(self, reference: str, progress: Progress) -> Entry:
        progress.on_place("asking the endpoint a test question")
        entry = entry_of(reference, self._settings, best_device())
        (reply,) = entry.load().answer([small_question(starter_pairs())])
        if reply.error:
            raise LoadFailure(f"{entry.contestant.repository}: did not answer a test question ({reply.error}); mend its server")
        return entry

    def _check_disk(self, submission: Submission, size: int) -> None:
        free = shutil.disk_usage(self._settings.home).free
        if size + SLACK + REST > free:
            name = submission.reference.partition("?")[0]
            raise LoadFailure(f"{name}: its {amount(size)} of files find no room on the disk of the arena; try again later")


def _for_submitter(line: str) -> str:
    """What an evaluation says to whoever typed its command, for whoever did not."""
    for command in ("; the same command", "; mend that"):
        line = line.partition(command)[0]
    return f"{line}; mend the model, and submit it again"


def problem_of(names: Sequence[str]) -> str | None:
    """Why a suite cannot be asked here, in one line; None where all can be."""
    for name in names:
        try:
            suite_named(name).load(None)
        except ArenaError as error:
            return f"ARENA_SUBMISSION_SUITES: {error}"
    return None
