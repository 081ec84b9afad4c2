"""Opening the database file, and what goes wrong with it in one line."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from arena.errors import StoreBusy, StoreError
from arena.store.log_fold import NO_CHECKPOINTS, copies_of, mend

CATALOG = "arena"
"""The name under which every statement finds the database, wherever it lives."""
SETTINGS = {
    **NO_CHECKPOINTS,  # `log_fold` makes them
    "autoinstall_known_extensions": "false",  # the arena asks no other host for anything
    "autoload_known_extensions": "false",
    "memory_limit": "1GB",  # the models need the rest
    "threads": "1",  # for each query; handing small ones to a second thread costs a third more time than it saves
}
ROWS_IN_GROUP = 40_960
"""Rows of which the database knows the least and the greatest value. A row is found in a third of the time that it takes among
DuckDB's 122,880, and the file is a tenth larger."""
_DAMAGE = re.compile(r"not a valid DuckDB database|corrupt|checksum|could not read enough bytes", re.IGNORECASE)
_LOCKED = re.compile(r"Could not set lock on file")
_LOCK_HOLDER = re.compile(r"\(PID (\d+)\)")
"""DuckDB finds none where the lock has ended a moment ago, and writes that otherwise."""


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection with the file at `path` attached as `arena`; the file is made where it is missing.

    Raises:
        StoreBusy: another process, or another store in this one, has it open.
        StoreError: the file is damaged, or cannot be read or written.
    """
    unmended = copies_of(path).exists()  # looked at first: another process may mend it meanwhile
    try:
        connection = _connected(path)
    except StoreBusy:
        raise
    except StoreError:
        if not unmended:
            raise
    else:
        if not copies_of(path).exists():
            return connection
        close_untouched(connection)
    mend(path)  # whoever folded the log was killed
    return open_database(path)  # where another process opened it meanwhile, that is busy, or has mended it


def _connected(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={**SETTINGS, "temp_directory": str(path.parent / "spill")})
    try:
        attach(connection, path, CATALOG)
    except duckdb.Error as error:
        connection.close()
        raise store_error(error, path) from error
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Make the database in the file at `path` known to the connection by this name."""
    connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {name} (ROW_GROUP_SIZE {ROWS_IN_GROUP})")


def close_untouched(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a database without folding its log into it. Safe to call twice."""
    with suppress(duckdb.Error):
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    connection.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is done inside the block, or nothing."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # a failed commit has rolled back already
            connection.execute("ROLLBACK")
        raise


def store_error(error: duckdb.Error, path: Path) -> StoreError:
    """What DuckDB said, as one line with a way out."""
    message = str(error)
    if _LOCKED.search(message):
        holder = _LOCK_HOLDER.search(message)
        return _busy(path, f"process {holder.group(1)}" if holder else "a process that ends")
    if "already attached" in message:
        return _busy(path, f"process {os.getpid()}")
    reason = message.splitlines()[0]
    if _DAMAGE.search(message) or isinstance(error, duckdb.SerializationException | duckdb.InternalException):
        return StoreError(
            f"the database {path} is damaged ({reason}); put back a backup with `arena restore FILE --replace`, or set another "
            "ARENA_HOME to start anew"
        )
    if isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.OperationalError):
        return StoreError(f"the database {path} cannot be used ({reason}); check the disk and its rights, then start again")
    return StoreError(f"the database {path} refused a statement ({reason}); please report this as a bug")


@contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB and the disk complain about inside the block into StoreErrors that name the database at `path`."""
    try:
        yield
    except duckdb.Error as error:
        raise store_error(error, path) from error
    except OSError as error:
        raise StoreError(
            f"{error.filename or path} cannot be used ({error.strerror}); check the disk and its permissions"
        ) from error


def _busy(path: Path, holder: str) -> StoreBusy:
    return StoreBusy(f"the database {path} is in use by {holder}; stop it or set another ARENA_HOME")
