"""Writing the database file anew: what was overwritten stays in freed pages of the old one, and in its write-ahead log."""

import os
from pathlib import Path

import duckdb

from arena.errors import StoreError
from arena.store.database import CATALOG, attach
from arena.store.log_fold import fold
from arena.store.picture_files import flush_folder

COPY = "copy"
"""Name of the new database until it takes the place of the old one, and the end of its file's name."""


def compact(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put a copy of what the database holds in place of its file, and end its log. A kill leaves the one or the other, whole.

    Args:
        connection: has the database attached; nobody may use it meanwhile.
        path: its file.

    Raises:
        StoreError: the old log could not be ended; all stays as it was.
        duckdb.Error: the disk gives up; all stays as it was.
    """
    copy = Path(f"{path}.{COPY}")
    for leftover in (copy, Path(f"{copy}.wal")):  # of a process that was killed
        leftover.unlink(missing_ok=True)
    attach(connection, copy, COPY)
    try:
        connection.execute(f"COPY FROM DATABASE {CATALOG} TO {COPY}")
    finally:
        connection.execute(f"DETACH {COPY}")  # with a checkpoint: its log is gone
    descriptor = os.open(copy, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fold(connection, path)
    connection.execute(f"DETACH {CATALOG}")
    try:
        if Path(f"{path}.wal").exists():  # it would be read into the new file, to which it does not belong
            raise StoreError(f"the log of {path} could not be ended; stop the arena, and start it again")
        copy.replace(path)
        flush_folder(path.parent)
    finally:
        attach(connection, path, CATALOG)
