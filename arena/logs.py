"""The log of an arena: one line an event in ARENA_HOME/logs, of all processes of the home; tracebacks there and nowhere else.

With ARENA_LOG=json each line is an object, for what collects logs, and a server writes them to standard error, too.

No line at INFO names a contestant that answers: until a battle is judged, nothing that tells who plays leaves the server. One
that fails is named, with the reason: its battle is void, and only whoever runs the arena reads here.
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from arena.environment import Variables
from arena.errors import SettingsError
from arena.shared_files import alone_in

FORMS = ("text", "json")
"""What ARENA_LOG may be."""
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LARGEST_FILE = 5_000_000
"""Bytes of a log, after which another is begun."""
OLDER_FILES = 3
SERVER = "uvicorn"
"""Whose log tells of the server."""
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
    handler.setFormatter(JsonLines() if _form() == "json" else logging.Formatter(FORMAT))
    logger = _arena()
    for old in [each for each in logger.handlers if isinstance(each, _SharedFile)]:
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    return path


@contextmanager
def log_on_terminal(form: str) -> Iterator[None]:
    """Tell on standard error, too, which models fail: one line each; with `json` all of the log, and that of other packages.

    Args:
        form: one of `FORMS`.
    """
    with _everything_on_terminal() if form == "json" else _failures_on_terminal():
        yield


def is_json_on_terminal() -> bool:
    """Whether standard error takes nothing but lines of JSON."""
    return any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger(SERVER).handlers)


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The time in UTC, how bad it is, who says it, what, and a traceback where there is one."""
        moment = datetime.fromtimestamp(record.created, UTC)
        told = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told)


def _form() -> str:
    """The same in all processes of a home, which write one file."""
    return Variables(os.environ).choice("ARENA_LOG", FORMS)


def _arena() -> logging.Logger:
    logger = logging.getLogger("arena")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


@contextmanager
def _everything_on_terminal() -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    server = logging.getLogger(SERVER)
    propagates, server.propagate = server.propagate, False
    loggers = (_arena(), server, logging.getLogger())
    for logger in loggers:
        logger.addHandler(handler)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        for logger in loggers:
            logger.removeHandler(handler)
        server.propagate = propagates


@contextmanager
def _failures_on_terminal() -> Iterator[None]:
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

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing of a log whose home was deleted or moved: its store says so, and each line would be a traceback."""
        if Path(self.baseFilename).parent.exists():
            super().handleError(record)

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
