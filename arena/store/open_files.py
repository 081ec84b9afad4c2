"""Whether the files that a process writes are still those in the home: a deleted file takes writes without a word."""

import os
import weakref
from contextlib import suppress
from pathlib import Path

from arena.errors import StoreError

DESCRIPTORS = Path("/proc/self/fd")
"""Where Linux tells which files a process has open; elsewhere the log's file goes unwatched."""


class OpenFiles:
    """The database and its write-ahead log, as one process has them open."""

    def __init__(self, database: Path) -> None:
        self._database = database.resolve()
        self._log = Path(f"{self._database}.wal")
        self._opened = self._database.stat()
        self._open_log: tuple[int, os.stat_result] | None = None
        self._held: weakref.finalize[..., OpenFiles] | None = None
        """Closes a descriptor of our own: while a file is open, no other one can get its number."""

    def check(self) -> None:
        """Return if both still are where they were opened.

        Raises:
            StoreError: one of them was deleted, moved or replaced.
        """
        for path, opened in ((self._database, self._opened), (self._log, self._log_in_use())):
            if opened is not None and not _lies_at(path, opened):
                raise StoreError(
                    f"{path} was deleted, moved or replaced while the arena ran, so nothing more is kept; put it back, or stop "
                    "the arena and restore a backup"
                )

    def _log_in_use(self) -> os.stat_result | None:
        """The log that is written at present; None where there is none: a checkpoint ends it, and the next write begins one."""
        if self._open_log is not None:
            descriptor, known = self._open_log
            if _is_open(descriptor, known):
                return known
        if self._held is not None:
            self._held()
        self._open_log = descriptor_of(self._log)
        if self._open_log is not None:
            with suppress(OSError):  # closed meanwhile
                self._held = weakref.finalize(self, os.close, os.open(DESCRIPTORS / str(self._open_log[0]), os.O_RDONLY))
        return None if self._open_log is None else self._open_log[1]


def _lies_at(path: Path, opened: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), opened)
    except OSError:
        return False


def _is_open(descriptor: int, known: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), known)
    except OSError:
        return False


def descriptor_of(path: Path) -> tuple[int, os.stat_result] | None:
    """The number under which this process has a file open, and what it is; None where it has not, or no system tells."""
    if not DESCRIPTORS.exists():
        return None
    for entry in DESCRIPTORS.iterdir():
        try:
            if entry.readlink() == path:
                return int(entry.name), os.fstat(int(entry.name))
        except OSError:  # closed meanwhile
            continue
    return None
