"""What limited processes of the worker share: their folders, what they may hold, what is told of their end."""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from arena.errors import RepositoryError
from arena.models import memory_budget
from arena.settings import Settings
from arena.submissions.limited_process import End

SCRATCH = "scratch"
"""Folder of a home in which limited processes work."""
LIBRARIES = 3 * 2**29
"""Bytes that a process holds beside its model: torch takes two thirds of that."""
EXCERPT = 2000
"""Characters of a log that are told."""
SECRET = re.compile(r"\b(?:hf|sk|gh[opsu]|xox[abp])[_-][\w-]{8,}|(?i:bearer|token|password|api[_-]?key)[=: ]+\S{6,}")
FORCED_END = 128
"""A shell adds the number of the signal to it."""


class LoadFailure(RepositoryError):
    """A model could not be fetched, loaded or asked within limits."""

    def __init__(self, line: str, log: str = "") -> None:
        super().__init__(line)
        self.log = log
        """The last that its process printed."""


@contextmanager
def scratch_folder(settings: Settings) -> Iterator[Path]:
    """An empty folder in the home, which is gone after the block; and those go that killed processes have left."""
    parent = settings.home / SCRATCH
    parent.mkdir(mode=0o700, exist_ok=True)
    for left in parent.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def model_memory(settings: Settings) -> int:
    """Bytes that a process with one model may hold: what the pool of models may, and the libraries."""
    return memory_budget(settings.memory_gigabytes) + LIBRARIES


def ending(end: End) -> str:
    """How a process ended that should not have, as the rest of a sentence."""
    if end.excess:
        return f"took too much {end.excess}"
    code = end.code or 0
    number = -code if code < 0 else code - FORCED_END
    if number == signal.SIGKILL:
        return "was killed, as it is where memory runs out"
    if number > 0:
        try:
            return f"crashed ({signal.Signals(number).name})"
        except ValueError:
            pass
    return f"ended with exit code {code}"


def log_excerpt(text: str, settings: Settings) -> str:
    """The last of a log, without what tells of this machine or opens a door."""
    for path, name in ((settings.home.resolve(), "HOME"), (settings.home, "HOME"), (Path(__file__).parents[2], "ARENA")):
        if len(str(path)) > 1:
            text = text.replace(str(path), name)
    text = text.replace(str(Path.home()), "~") if len(str(Path.home())) > 1 else text
    text = SECRET.sub("[secret]", text)
    for name, value in os.environ.items():
        if len(value) >= 8 and re.search("TOKEN|KEY|SECRET|PASSWORD|DATABASE", name):
            text = text.replace(value, "[secret]")
    return text[-EXCERPT:].strip()
