"""How many records were acknowledged, noted beside the database: tells when some of them are gone.

A database whose write-ahead log was cut or lost opens as if nothing had been. The note is written after each commit and before
anybody is answered: it may lag behind the database by what a kill left unanswered, and never leads. What it counts must never
become fewer, so a table that is named in `COUNTED` is only appended to.
"""

import json
import logging
import os
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from arena.errors import StoreError

_flush = getattr(os, "fdatasync", os.fsync)  # macOS has the slower one alone
log = logging.getLogger(__name__)

COUNTED = (
    *("battles", "votes", "replies", "readings", "generations", "reviews", "retirements", "labels", "takedowns", "reports"),
    *("submissions", "submission_events"),
)
"""Tables whose rows are counted."""
NOTE = "acknowledged"
SLOT = 512
"""Bytes of one note. Two take turns, so that one is whole whatever happens while the other is written."""

Counts = Mapping[str, int]
"""Table -> rows."""


def count(connection: duckdb.DuckDBPyConnection, tables: Sequence[str] = COUNTED, catalog: str = "arena") -> Counts:
    """How many rows the tables of the database have."""
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {catalog}.{table}" for table in tables)  # noqa: S608 - ours
    return dict(connection.execute(counts).fetchall()) if tables else {}


def count_before_migration(connection: duckdb.DuckDBPyConnection) -> Counts:
    """The same of a database with an older schema, or none: what it lacks has no rows."""
    with suppress(duckdb.CatalogException):
        return count(connection)  # nothing is lacking, as at most starts
    known = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'arena'").fetchall()
    return count(connection, [table for table in COUNTED if (table,) in known])


class Acknowledgements:
    """The note in one home. Only who has the database open may write it."""

    def __init__(self, home: Path) -> None:
        self._path = home / NOTE
        self._descriptor: int | None = None
        self._turn = 0
        self._told_of_failure = False

    def check(self, found: Counts, accepted_loss: int = 0) -> None:
        """Compare the note with what the database holds.

        Args:
            found: what `count` found in the database, before it was migrated.
            accepted_loss: how many records may be missing; nothing else but exactly so many.

        Raises:
            StoreError: it holds less than was acknowledged.
        """
        noted = self._read()
        missing = {table: least - found.get(table, 0) for table, least in noted.items() if least > found.get(table, 0)}
        total = sum(missing.values())
        if total in (0, accepted_loss):
            return
        listed = ", ".join(f"{number:,} of {noted[table]:,} {table}" for table, number in missing.items())
        raise StoreError(
            f"the database in {self._path.parent} has lost what was acknowledged: {listed} are missing. Put back a backup with "
            f"`arena restore FILE --replace`, or go on without them by starting once with ARENA_ACCEPT_LOSS={total}"
        )

    def write(self, counts: Counts) -> None:
        """Note durably that so many rows are committed. A disk that fails here is told in the log: the rows are safe."""
        self._turn += 1
        line = json.dumps({"turn": self._turn, **counts}).encode()
        slot = b"%08x %s" % (zlib.crc32(line), line)
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            os.pwrite(self._descriptor, slot.ljust(SLOT - 1) + b"\n", SLOT * (self._turn % 2))
            _flush(self._descriptor)
        except OSError as error:
            if not self._told_of_failure:
                log.warning("%s cannot be written (%s); a loss might go unnoticed", self._path, error.strerror)
            self._told_of_failure = True

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _read(self) -> Counts:
        """What was noted last; nothing where there is no note yet."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        notes = [note for slot in (content[:SLOT], content[SLOT:]) if (note := _parsed(slot)) is not None]
        if not notes:
            log.warning("%s is damaged; a loss before this start would go unnoticed", self._path)
            return {}
        last = dict(max(notes, key=lambda note: note["turn"]))
        self._turn = last.pop("turn")
        return last


def _parsed(slot: bytes) -> dict[str, int] | None:
    checksum, _, line = slot.strip().partition(b" ")
    return json.loads(line) if checksum == b"%08x" % zlib.crc32(line) else None
