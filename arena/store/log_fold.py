"""Folding the write-ahead log into the database, so that a kill on the way leaves what the next start can mend.

A checkpoint of DuckDB writes what is new into free blocks of the file, and at last a header that points to them; until then the
old header holds. Only blocks of metadata are written over where they lie, though the old header still needs what else is in
them. A kill in the middle of that leaves a block that is half old and half new, and a database that does not open (with DuckDB
1.5.5 one kill in 400, where each commit was folded). So these blocks are copied first, into a file beside the database.
"""

import fcntl
import hashlib
import os
import struct
from contextlib import suppress
from pathlib import Path

import duckdb

from arena.store.open_files import descriptor_of

LARGEST_LOG = 16 * 2**20
"""Bytes of a log that is not folded yet; DuckDB's own limit."""
NO_CHECKPOINTS = {"checkpoint_threshold": "1TB", "auto_checkpoint_skip_wal_threshold": str(2**63 - 1)}
"""Settings under which DuckDB folds no log by itself, but when it closes a database."""
COPIES = "blocks"
"""End of the name of the file with the copies: a digest of the rest, the headers, and each block behind its place and size."""
HEADERS = 3 * 4096
"""Bytes before the first block: the header of the file, and the last two of the database."""
PLACE = struct.Struct("<qq")
"""Where a block begins in the file, and how many bytes it has."""
DIGEST = 32
"""Bytes of the digest."""


def fold(connection: duckdb.DuckDBPyConnection, path: Path, largest: int = 0) -> None:
    """Fold the log into the database, if it holds more than so many bytes.

    Args:
        connection: in no transaction; has the database attached as `arena`.
        path: the file of the database.
        largest: bytes of a log that may stay.

    Raises:
        duckdb.Error, OSError: the disk gives up. The log stays, and so do the copies where they may be needed.
    """
    with suppress(FileNotFoundError):
        if log_size(path) <= largest:
            return
        _copy_blocks(connection, path)
        with suppress(duckdb.TransactionException):  # others read, or write, what it would clear up: later
            connection.execute("CHECKPOINT arena")
        copies_of(path).unlink()


def log_size(path: Path) -> int:
    """Bytes of the log of a database, 0 where it has none."""
    try:
        return Path(f"{path.resolve()}.wal").stat().st_size
    except FileNotFoundError:
        return 0


def copies_of(path: Path) -> Path:
    """The file beside a database with copies of its blocks; there only while its log is folded, or after a kill meanwhile."""
    return Path(f"{path.resolve()}.{COPIES}")


def mend(path: Path) -> None:
    """Put back what a checkpoint had written over when it was killed before its header.

    Does nothing to a database that another process has open.

    Args:
        path: the file of a database that this process does not have open.

    Raises:
        OSError: one of the files cannot be read or written.
    """
    copies = copies_of(path)
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as DuckDB locks it
        except OSError:
            return
        if not copies.exists():  # another process was first
            return
        content = copies.read_bytes()
        digest, content = content[:DIGEST], content[DIGEST:]
        if digest == _digest(content) and file.read(HEADERS) == content[:HEADERS]:
            _put_back(file.fileno(), content)
            os.fsync(file.fileno())
        copies.unlink()


def _copy_blocks(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    # The database's own descriptor: to close another one of the file would end the lock of this process on it.
    opened = descriptor_of(path.resolve())
    if opened is None:  # a system that does not tell
        return
    descriptor, _ = opened
    sizes = "SELECT block_size FROM pragma_database_size() WHERE database_name = 'arena'"
    ((size,),) = connection.execute(sizes).fetchall()
    parts = [os.pread(descriptor, HEADERS, 0)]
    in_use = "SELECT block_id FROM pragma_metadata_info('arena') WHERE free_blocks < total_blocks"
    for (number,) in connection.execute(in_use).fetchall():
        place = HEADERS + number * size
        parts += [PLACE.pack(place, size), os.pread(descriptor, size, place)]
    content = b"".join(parts)
    with os.fdopen(os.open(copies_of(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_digest(content))
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_back(descriptor: int, content: bytes) -> None:
    position = HEADERS
    while position < len(content):
        place, size = PLACE.unpack_from(content, position)
        position += PLACE.size
        os.pwrite(descriptor, content[position : position + size], place)
        position += size


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
