"""The checks of a submission in a process of their own, with limits: headers of what strangers name may take all memory.

`python -m arena.submissions.check_apart` is that process. It reads what to check from one file of its folder, and writes the
report into another.
"""

import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants

from arena.errors import ArenaError
from arena.models import is_endpoint
from arena.models.machine import Gpu, Machine
from arena.settings import Settings
from arena.submissions.check_report import Check, CheckReport, Facts
from arena.submissions.checks import check_submission
from arena.submissions.child_environment import code_environment, hub_environment
from arena.submissions.limited_process import End, run_limited
from arena.submissions.process_tree import Limits
from arena.submissions.submission_limits import SubmissionLimits, limits_of

MEMORY = 3 * 2**30
"""Bytes for Python with transformers, and for what checks read; headers of 100 MB take the most."""
START_SECONDS = 120.0
"""For the start of the process, which is served after others; it takes 4 s of an idle machine."""
PROCESSOR_SECONDS = 90.0
"""For all of it; Python with transformers takes 5 s."""
DISK = 10**9
"""For small files of configuration."""
MAX_REPORT = 10**7
"""Bytes of a report; far more than any has."""
PREFIX = "arena-check-"
"""Of the names of folders of checks."""
STALE_SECONDS = 3600.0
"""Old enough that whoever made a folder of a check was killed over it; a check takes minutes at most."""
ASKED, ANSWERED = "asked.json", "report.json"


def check_apart(
    reference: str,
    settings: Settings,
    *,
    listed: Mapping[str, frozenset[str]] | None = None,
    memory_bytes: int = MEMORY,
    stop: threading.Event | None = None,
) -> CheckReport:
    """Check a submission as `check_submission` does, so that whatever it holds, this process goes on as before.

    The child has the token of the arena for the Hub, and no other secret.

    Args:
        reference: as those of `check_submission`.
        settings: of the arena.
        listed: name of a listed model -> SHA-256 of each of its files of weights.
        memory_bytes: most that the child may hold.
        stop: once set, the child is ended, and the report says that nothing was found.
    """
    limits = limits_of(settings)
    if is_endpoint(reference):  # nothing is read of one
        return check_submission(reference, limits, HfApi())
    _clear_stale()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        asked = {"reference": reference, "limits": asdict(limits), "endpoint": constants.ENDPOINT}
        asked["listed"] = {model: sorted(hashes) for model, hashes in (listed or {}).items()}
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
        end = run_limited(
            [sys.executable, "-m", "arena.submissions.check_apart"],
            folder,
            Limits(memory_bytes, limits.seconds + START_SECONDS, PROCESSOR_SECONDS, DISK),
            code_environment() | hub_environment(),
            stop=stop,
            network=True,
        )
        return _report(reference, folder / ANSWERED, end)


def main() -> int:
    """Make the checks that the folder asks for, and leave their report there."""
    asked = json.loads(Path(ASKED).read_text(encoding="utf-8"))
    limits = _limits(asked["limits"])
    listed = {model: frozenset(hashes) for model, hashes in asked["listed"].items()}
    try:
        report = check_submission(asked["reference"], limits, HfApi(endpoint=asked["endpoint"]), listed=listed)
    except ArenaError as error:
        report = _failed(asked["reference"], str(error), "")
    Path(ANSWERED).write_text(json.dumps(asdict(report)), encoding="utf-8")
    return 0


def _clear_stale() -> None:
    """Delete what checks left behind whose process was stopped."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another process was first
            if time.time() - folder.lstat().st_mtime > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _limits(told: Mapping[str, Any]) -> SubmissionLimits:
    gpus = tuple(Gpu(gpu["memory_bytes"], tuple(gpu["capability"])) for gpu in told["machine"]["gpus"])
    machine = Machine(told["machine"]["memory_bytes"], gpus)
    return SubmissionLimits(**{**told, "machine": machine, "endpoints": tuple(told["endpoints"])})


def _report(reference: str, file: Path, end: End) -> CheckReport:
    """What the child has left; where that is no report, one that says so."""
    if end.excess:
        return _failed(
            reference,
            f"they took too much {end.excess}",
            "try again later; if that lasts, submit smaller files of configuration",
        )
    try:
        if end.code or file.stat().st_size > MAX_REPORT:
            raise ValueError(end.output)
        told = json.loads(file.read_text(encoding="utf-8"))
        facts = {**told["facts"], "base_models": tuple(told["facts"]["base_models"])}
        return CheckReport(reference, tuple(Check(**check) for check in told["checks"]), Facts(**facts))
    except (OSError, ValueError, TypeError, KeyError):
        return _failed(reference, "they ended without a word", "try again, and tell the operator if that lasts")


def _failed(reference: str, seen: str, remedy: str) -> CheckReport:
    return CheckReport(reference, (Check("checks", passed=False, seen=seen, remedy=remedy),), Facts())


if __name__ == "__main__":
    raise SystemExit(main())
