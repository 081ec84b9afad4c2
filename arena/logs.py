"""The log of a running arena: one line an event in ARENA_HOME/logs, tracebacks there and nowhere else.

No line at INFO names a contestant that answers: until a battle is judged, nothing that tells who plays leaves the server. One
that fails is named, with the reason: its battle is void, and only whoever runs the arena reads here.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from arena.errors import SettingsError

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

FAILURES = ("arena.battles", "arena.models.pool", "arena.models.endpoint_pool")
"""Loggers whose warnings tell which model failed, and why."""


def start_log(home: Path) -> Path:
    """Send the arena's log to a rotating file under `home`, and say where it is.

    Raises:
        SettingsError: no file can be written there.
    """
    path = home / "logs" / "arena.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
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


class _OneLine(logging.Formatter):
    """The message as other commands tell it; its traceback stands in the file."""

    def format(self, record: logging.LogRecord) -> str:
        return f"arena: {record.getMessage()}"
