"""The shared log: one commit after the other of all machines of an arena, in PostgreSQL.

Whoever writes holds the head of the log meanwhile, so an arena has one writer at a time, as on one machine: what is decided in
a transaction needs no second thought. PostgreSQL lets go of the head when the holder's connection ends.

Source: state machine replication, F. B. Schneider, ACM Computing Surveys 22(4), 1990.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from arena.errors import StoreError, one_line

SCHEMA = """
    CREATE TABLE IF NOT EXISTS arena_head (
        arena TEXT NOT NULL, place BIGINT NOT NULL, schema_step INTEGER NOT NULL, method INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS arena_log (
        place BIGINT PRIMARY KEY, id TEXT NOT NULL UNIQUE, steps TEXT NOT NULL,
        written_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
    );
"""
LONGEST_HOLD = "10s"
"""After which PostgreSQL takes the head from a machine that hangs; what that one does later is refused."""
LONGEST_WAIT = "30s"
"""For the head."""
LOST = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.IdleInTransactionSessionTimeout)
"""What is raised where PostgreSQL is away, or has ended the connection."""


@dataclass(frozen=True, order=True)
class Version:
    """Of the code that writes the log; machines of two versions do not write to one."""

    schema_step: int
    """How many migrations the schema has."""
    method: int
    """Of `arena.method`."""


@dataclass(frozen=True)
class Commit:
    """What one transaction of one machine has done to the facts."""

    place: int
    steps: str
    """As `fact_rows.encode` writes them."""


class Head:
    """The end of the log, held by this machine."""

    def __init__(self, connection: psycopg.Connection[Any], place: int, missed: list[Commit]) -> None:
        self._connection = connection
        self.place = place
        """Of the last commit."""
        self.missed = missed
        """What others have committed since this machine looked last."""
        self.commit_id = ""
        """Of what this machine appends; empty where it appends nothing."""

    def append(self, steps: str) -> None:
        """Append a commit; it stands once the head is let go."""
        self.commit_id = secrets.token_hex(16)
        self.place += 1
        self._connection.execute("UPDATE arena_head SET place = %s", (self.place,))
        row = (self.place, self.commit_id, steps)
        self._connection.execute("INSERT INTO arena_log (place, id, steps) VALUES (%s, %s, %s)", row)


class SharedLog:
    """One connection, for one thread. Raises one of `LOST` where PostgreSQL is away, and connects anew when called again."""

    def __init__(self, postgres: str, version: Version) -> None:
        """Connect.

        Raises:
            StoreError: PostgreSQL cannot be reached, or the address is none.
        """
        self._postgres = postgres
        self._version = version
        try:
            self._connection = self._connect()
        except psycopg.Error as error:
            raise StoreError(
                f"ARENA_DATABASE: PostgreSQL cannot be used ({one_line(error)}); start it, or correct the address"
            ) from error

    def close(self) -> None:
        """Disconnect. Safe to call twice."""
        self._connection.close()

    @contextmanager
    def founding(self) -> Iterator[str | None]:
        """Let one machine at a time look for the arena, and found it. Gives its id; None where there is none yet."""
        with self._open().transaction():
            self._connection.execute("SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            # CREATE TABLE IF NOT EXISTS alone loses a race with itself
            self._connection.execute("SELECT pg_advisory_xact_lock(hashtext('arena founding'))")
            self._connection.execute(SCHEMA)
            found = self._connection.execute("SELECT arena FROM arena_head").fetchone()
            yield found and found[0]

    def found(self) -> str:
        """Begin the log of a new arena, inside `founding`. Gives its id."""
        arena = secrets.token_hex(16)
        row = (arena, self._version.schema_step, self._version.method)
        self._connection.execute("INSERT INTO arena_head VALUES (%s, 0, %s, %s)", row)
        return arena

    def update(self) -> bool:
        """Let the arena be written by this version from now on; whether an older one wrote it before. Inside `founding`.

        Raises:
            StoreError: a newer one writes it.
        """
        (step, method) = self._row("SELECT schema_step, method FROM arena_head")
        if (written_by := Version(step, method)) > self._version:
            raise _other_version(written_by, self._version)
        if written_by < self._version:
            row = (self._version.schema_step, self._version.method)
            self._connection.execute("UPDATE arena_head SET schema_step = %s, method = %s", row)
        return written_by < self._version

    @contextmanager
    def head(self, after: int) -> Iterator[Head]:
        """Hold the head for a block of statements. What it appends stands once the block has ended well.

        Where the connection ends at that very moment, `has` tells whether it stands.

        Args:
            after: place of the last commit that this machine knows.

        Raises:
            StoreError: as `news`; or another version writes the arena, or PostgreSQL has lost what was acknowledged.
        """
        with self._open().transaction():
            # Two statements: the second has to see what was committed while the first waited. And no pipeline: inside one,
            # PostgreSQL 15 never ends a session that hangs in its transaction.
            (place, step, method) = self._row("SELECT place, schema_step, method FROM arena_head FOR UPDATE")
            if (written_by := Version(step, method)) != self._version:
                raise _other_version(written_by, self._version)
            if place < after:
                raise StoreError(
                    f"ARENA_DATABASE: its log ends at {place}, but this machine has {after}: PostgreSQL has lost what was "
                    "acknowledged; put its last state back (docs/cluster.md)"
                )
            head = Head(self._connection, place, [])
            head.missed = self._commits(after, place)
            yield head

    def place(self) -> int:
        """Of the last commit."""
        (place,) = self._row("SELECT place FROM arena_head")
        return place

    def news(self, after: int, limit: int) -> list[Commit]:
        """The next commits after this place, without waiting for anybody.

        Raises:
            StoreError: the log begins later.
        """
        return self._commits(after, after + limit)

    def has(self, commit_id: str) -> bool:
        """Whether a commit stands."""
        return self._open().execute("SELECT 1 FROM arena_log WHERE id = %s", (commit_id,)).fetchone() is not None

    def cut(self, place: int, older_than: str) -> None:
        """Take commits up to a place out of the log that were written so long ago; `0 s` for all of them."""
        query = "DELETE FROM arena_log WHERE place <= %s AND written_at <= clock_timestamp() - %s::interval"
        self._open().execute(query, (place, older_than))

    def forget_deleted(self) -> None:
        """Let nothing of what was cut stay in the files of the table."""
        self._open().execute("VACUUM FULL arena_log")

    @contextmanager
    def alone(self, task: LiteralString) -> Iterator[bool]:
        """Whether this is the one machine that does this task for the time of the block."""
        (is_alone,) = self._row("SELECT pg_try_advisory_lock(hashtext(%s))", task)
        try:
            yield is_alone
        finally:
            if is_alone and not self._connection.closed:
                self._row("SELECT pg_advisory_unlock(hashtext(%s))", task)

    def _commits(self, after: int, until: int) -> list[Commit]:
        if until <= after:
            return []
        query = "SELECT place, steps FROM arena_log WHERE place > %s AND place <= %s ORDER BY place"
        commits = [Commit(*row) for row in self._open().execute(query, (after, until)).fetchall()]
        first = commits[0].place if commits else self._row("SELECT coalesce(min(place), 0) FROM arena_log")[0]
        if first > after + 1:
            raise StoreError(
                f"ARENA_DATABASE: this home has its log up to {after}, and it now begins at {first}; move the home away and "
                "start again, so that it is filled from ARENA_DATA_PATH"
            )
        return commits

    def _row(self, query: LiteralString, *values: object) -> tuple[Any, ...]:
        row = self._open().execute(query, values).fetchone()
        if row is None:
            raise StoreError("ARENA_DATABASE: holds no arena any more; put its last state back (docs/cluster.md)")
        return row

    def _open(self) -> psycopg.Connection[Any]:
        if self._connection.closed or self._connection.broken:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._postgres, autocommit=True, connect_timeout=5)
        connection.execute(f"SET idle_in_transaction_session_timeout = '{LONGEST_HOLD}'")
        connection.execute(f"SET lock_timeout = '{LONGEST_WAIT}'")
        return connection


def _other_version(theirs: Version, ours: Version) -> StoreError:
    return StoreError(
        f"ARENA_DATABASE: is written by another version of the arena (schema {theirs.schema_step}, method {theirs.method}; "
        f"this has {ours.schema_step} and {ours.method}); run the same on all machines"
    )
