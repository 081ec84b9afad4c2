"""Models of others are loaded and asked in a process with limits before any other process does: if need be, that one ends.

What was found is kept, so that this is paid for once for each model, machine and version of the libraries.
"""

import json
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from arena.models import Entry, RepositoryReport, best_device, local_reference
from arena.models.hub_access import HubAccess
from arena.models.loading import fetch
from arena.roster import local_entry, report_of
from arena.settings import Settings
from arena.submissions.child_environment import child_environment
from arena.submissions.limited_process import End, run_limited
from arena.submissions.process_tree import Limits
from arena.worker.child_process import LoadFailure, ending, log_excerpt, model_memory, scratch_folder
from arena.worker.guard_reports import GuardReport, GuardReports

LARGEST_ANSWER = 10**6
PROCESSOR_SECONDS, WALL_SECONDS = 45.0, 900.0
"""For a small model: to import libraries, to load it and to ask it takes ten. On the wall it takes far more where visitors, who
come first, want the processor."""
READ_SPEED = 5e6
"""Bytes of weights for which there is another second."""
DISK = 10**8
ASKED, ANSWERED = "order.json", "found.json"
"""What the process is to load, and what it found."""
PLACE = "arena is at: "
"""Begins a line in which it says where it is."""
FILE = re.compile(r"\w\.(json|jinja|safetensors|model|txt|md)\b")


@dataclass(frozen=True)
class ForeignModel:
    """A model of others whose files are here."""

    reference: str
    """A folder, or a repository of the Hub with its commit; with options."""
    report: RepositoryReport
    cache: Path | None = None
    """Where the files of the Hub are; None for the folder of huggingface_hub."""

    @classmethod
    def downloaded(cls, reference: str, settings: Settings, cache: Path) -> "ForeignModel":
        """One whose files lie in a cache; nobody is asked for any.

        Raises:
            RepositoryError: they do not, or it cannot enter.
        """
        return cls(reference, report_of(reference, settings, HubAccess(cache=cache, offline=True)), cache)

    @classmethod
    def named(cls, reference: str, settings: Settings) -> "ForeignModel":
        """One that an operator names. Its files may still have to be fetched.

        Raises:
            RepositoryError: it cannot enter.
        """
        report, local = report_of(reference, settings), local_reference(reference)
        name = local.repository if report.local else f"{report.repository}@{report.revision}"
        return cls(local.of(name), report)


def known_entry(model: ForeignModel, settings: Settings) -> Entry | None:
    """How a model is loaded that was loaded within limits before; None where it was not.

    Raises:
        RepositoryError, SettingsError: there is no room for it now.
    """
    found = GuardReports(settings).get(model.report, local_reference(model.reference), best_device())
    return None if found is None else local_entry(model.report, found.contestant, settings)


def entry_after_trial(
    model: ForeignModel,
    settings: Settings,
    stop: threading.Event | None = None,
    on_place: Callable[[str], None] = lambda _: None,
) -> Entry:
    """How a model is loaded, once a process with limits has loaded and asked it.

    Args:
        model: of others.
        settings: of the arena.
        stop: once set, the process is ended.
        on_place: told what it is at.

    Raises:
        LoadFailure: it could not be loaded or asked; one line that names the file.
        RepositoryError, SettingsError: it cannot be fetched, or there is no room for it.
    """
    if (entry := known_entry(model, settings)) is not None:
        return entry
    fetch(model.report)
    found = _try(model, settings, stop, on_place)
    GuardReports(settings).keep(model.report, local_reference(model.reference), best_device(), found)
    return local_entry(model.report, found.contestant, settings)


def trial_limits(model: ForeignModel, settings: Settings) -> Limits:
    """What the process may take that loads a model first: it grows with the weights."""
    more = model.report.memory_bytes / READ_SPEED
    return Limits(model_memory(settings), WALL_SECONDS + more, PROCESSOR_SECONDS + more, DISK)


def _try(model: ForeignModel, settings: Settings, stop: threading.Event | None, on_place: Callable[[str], None]) -> GuardReport:
    place = ["config.json: reading it"]

    def read(line: str) -> None:
        if line.startswith(PLACE):
            place[0] = line.removeprefix(PLACE)
            on_place(place[0])

    asked = {
        "reference": model.reference,
        "cache": str(model.cache.resolve()) if model.cache else None,
        "image_size": settings.image_size,
        "model_gigabytes": settings.model_gigabytes,
        "device": best_device(),
    }
    if model.report.local:
        local = local_reference(model.reference)
        asked["reference"] = local.of(str(Path(local.repository).expanduser().resolve()))
    with scratch_folder(settings) as folder:
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
        command = [sys.executable, "-m", "arena.worker.model_trial"]
        end = run_limited(command, folder, trial_limits(model, settings), child_environment(), read, stop)
        return _answer(model, folder / ANSWERED, end, place[0], settings)


def _answer(model: ForeignModel, file: Path, end: End, place: str, settings: Settings) -> GuardReport:
    log = log_excerpt(end.output, settings)
    name = model.report.repository
    try:
        if end.excess or end.code or file.stat().st_size > LARGEST_ANSWER:
            raise ValueError(end.output)
        told = json.loads(file.read_text(encoding="utf-8"))
        if "error" in told:
            line = str(told["error"])[:500].replace("\n", " ").removeprefix(f"{name}: ")
            raise LoadFailure(f"{name}: {line}" if FILE.search(line) else f"{name}: {place}: {line}", log)
        return GuardReport.read(told, model.report)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LoadFailure(
            f"{name}: {place}: its process {ending(end)}; try it with from_pretrained and generate", log
        ) from error
