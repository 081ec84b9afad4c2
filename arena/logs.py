"""The log of an arena: one line an event in ARENA_HOME/logs, of all processes of the home; tracebacks there and nowhere else.

No line at INFO names a contestant that answers: until a battle is judged, nothing that tells who plays leaves the server. One
that fails is named, with the reason: its battle is void, and only whoever runs the arena reads here.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from arena.errors import SettingsError
from arena.shared_files import alone_in

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LARGEST_FILE = 5_000_000
"""Bytes of a log, after which another is begun."""
OLDER_FILES = 3
FAILURES = ("arena.battles", "arena.models.pool", "arena.models.endpoint_pool")
"""Loggers whose warnings tell which model failed, and why."""


def start_log(home: Path, largest_file: int = LARGEST_FILE) -> Path:
    """Send the arena's log to a rotating file under `home`, and say where it is.

    Args:
        home: ARENA_HOME.
        largest_file: bytes of a file, after which another is begun.

    Raises:
        SettingsError: no file can be written there.
    """
    path = home / "logs" / "arena.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _SharedFile(path, maxBytes=largest_file, backupCount=OLDER_FILES, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"ARENA_HOME: {path} cannot be written ({error.strerror}); choose another folder") from error
    handler.setFormatter(logging.Formatter(FORMAT))
    logger = logging.getLogger("arena")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    for old in logger.handlers[:]:
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    return path


@contextmanager
def failures_on_terminal() -> Iterator[None]:
    """Tell on standard error, too, which models fail: one line each."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLine())
    loggers = [logging.getLogger(name) for name in FAILURES]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


class _SharedFile(RotatingFileHandler):
    """Several processes write it: whoever finds it full renames it, and the others follow."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file that has the path now."""
        self._follow()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """Begin another file, unless another process has done so."""
        with alone_in(Path(self.baseFilename).parent):
            if not self._follow():
                super().doRollover()

    def _follow(self) -> bool:
        """Whether another process had renamed the file; what follows goes to the new one."""
        if self.stream is None:
            return False
        try:
            if os.path.samestat(Path(self.baseFilename).stat(), os.fstat(self.stream.fileno())):
                return False
        except FileNotFoundError:
            pass
        try:
            stream = self._open()
        except OSError:  # the home is gone
            return False
        self.stream.close()
        self.stream = stream
        return True


class _OneLine(logging.Formatter):
    """The message as other commands tell it; its traceback stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"arena: {record.getMessage()}"
