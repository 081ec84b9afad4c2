"""Commits of a home that wait to be saved elsewhere, and how far that is: in the database, in the transactions of the commits.

Commits have numbers, and ids that nobody else gives: a number with its id says which history a home is in. An erasure empties
all commits that wait: they may say what it erased. What the home holds is saved as a whole then.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from arena.store.database import transaction
from arena.store.fact_rows import FACTS, decode, erases
from arena.store.records import now
from arena.store.rows import aware, utc
from arena.store.transaction import Connection, Overwriting, Step

MOST_COMMITS = 5_000
MOST_CHARACTERS = 32_000_000
"""In one file."""
PICTURES = {"pairs": (5, 8), "generations": (5,), "questions": (9,)}
"""Table -> columns that name pictures, one or a list."""


class Place(NamedTuple):
    """One commit in a history."""

    number: int
    id: str


@dataclass(frozen=True)
class OutboxState:
    """How far a home is, and how far it is saved."""

    arena: str
    """Id of the arena that it is a home of."""
    last: Place
    """The last commit."""
    saved: Place
    """The last one that is saved."""
    saved_at: datetime | None
    due: Place | None
    """Up to this commit they are not kept one by one, so the whole home is to be saved; None where it is not."""

    @property
    def is_saved(self) -> bool:
        """Whether nothing waits."""
        return self.last == self.saved and self.due is None


class Waiting(NamedTuple):
    """What is not saved yet."""

    facts: int
    since: datetime | None


@dataclass(frozen=True)
class CommitFile:
    """What one file of commits holds."""

    after: Place
    last: Place
    pictures: frozenset[str]
    """Digests of pictures that its facts name."""


def state(connection: Connection) -> OutboxState | None:
    """How far the home is; None where it was never saved."""
    row = connection.execute(
        "SELECT arena, number, id, saved_number, saved_id, saved_at, due_number, due_id FROM arena.outbox_state"
    ).fetchone()
    if row is None:
        return None
    arena, number, identifier, saved_number, saved_id, saved_at, due_number, due_id = row
    due = None if due_number is None else Place(due_number, due_id)
    saved = Place(saved_number, saved_id)
    return OutboxState(arena, Place(number, identifier), saved, saved_at and aware(saved_at), due)


def begin(connection: Connection, arena: str, last: Place | None = None) -> None:
    """Let the home be saved from now on.

    Args:
        connection: in a transaction.
        arena: its id.
        last: the commit of this arena up to which the home was filled, and which is saved; None for a home that founds it.
    """
    at = last or Place(0, new_id())
    saved = (*at, utc(now())) if last else (-1, "", None)
    due = (None, None, None) if last else (*at, utc(now()))
    connection.execute("DELETE FROM arena.outbox")
    connection.execute("DELETE FROM arena.outbox_state")
    connection.execute("INSERT INTO arena.outbox_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [arena, *at, *saved, *due])


def new_id() -> str:
    """An id of a commit or an arena."""
    return secrets.token_hex(16)


def note(connection: Connection, steps: Sequence[Step], facts: str) -> None:
    """Note in the transaction of a commit what it did to the facts, if the home is one that is saved.

    Args:
        connection: in the transaction.
        steps: what it did.
        facts: the same, encoded; not empty.
    """
    place = connection.execute("UPDATE arena.outbox_state SET number = number + 1, id = ? RETURNING number, id", [new_id()])
    if (row := place.fetchone()) is None:
        return
    moment = utc(now())
    is_kept = not erases(steps)
    kept = (_count(steps), moment, facts) if is_kept else (0, moment, "")
    connection.execute("INSERT INTO arena.outbox VALUES (?, ?, ?, ?, ?)", [*row, *kept])
    if not is_kept:
        _empty_waiting(connection, moment)


def make_due(connection: Connection) -> None:
    """Have the whole home saved, whatever of it is saved already. A commit of its own, as the history has a gap there."""
    moment = utc(now())
    place = connection.execute("UPDATE arena.outbox_state SET number = number + 1, id = ? RETURNING number, id", [new_id()])
    for row in place.fetchall():
        connection.execute("INSERT INTO arena.outbox VALUES (?, ?, 0, ?, '')", [*row, moment])
    _empty_waiting(connection, moment)


def leave(connection: Connection) -> None:
    """Facts will be written that nobody notes: have all saved, once the home is saved again."""
    if state(connection) is not None:
        make_due(connection)


def waiting(connection: Connection) -> Waiting:
    """What is not saved yet. Where the whole home waits, that counts as one fact with those that came later."""
    (row,) = connection.execute(
        """
        SELECT coalesce((SELECT sum(facts) FROM arena.outbox), 0) + (SELECT count(due_since) FROM arena.outbox_state),
               least((SELECT min(committed_at) FROM arena.outbox), (SELECT min(due_since) FROM arena.outbox_state))
        """
    ).fetchall()
    return Waiting(int(row[0]), row[1] and aware(row[1]))


def knows(connection: Connection, place: Place) -> bool:
    """Whether a commit is one of this home's, as far as it remembers them."""
    found = state(connection)
    if found is None:
        return False
    if place in (found.last, found.saved, found.due):
        return True
    row = connection.execute("SELECT id FROM arena.outbox WHERE number = ?", [place.number]).fetchone()
    return row is not None and row[0] == place.id


def mark_saved(connection: Connection, place: Place) -> None:
    """All up to this commit is saved."""
    moment = utc(now())
    connection.execute("DELETE FROM arena.outbox WHERE number <= ?", [place.number])
    connection.execute("UPDATE arena.outbox_state SET saved_number = ?, saved_id = ?, saved_at = ?", [*place, moment])
    connection.execute(
        "UPDATE arena.outbox_state SET due_number = NULL, due_id = NULL, due_since = NULL WHERE due_number <= ?", [place.number]
    )


def follow_to(connection: Connection, place: Place) -> None:
    """The home has what another one committed up to this place."""
    connection.execute("UPDATE arena.outbox_state SET number = ?, id = ?", [*place])
    mark_saved(connection, place)


def write_commits(connection: duckdb.DuckDBPyConnection, file: Path) -> CommitFile | None:
    """Write commits that wait into a file, the oldest first, as many as one may have; None where none waits one by one."""
    with transaction(connection):  # an erasure may come meanwhile
        return _written(connection, file)


def _written(connection: duckdb.DuckDBPyConnection, file: Path) -> CommitFile | None:
    found = state(connection)
    if found is None or found.due is not None:
        return None
    row = connection.execute(
        f"""
        SELECT max(number), arg_max(id, number) FROM (
            SELECT number, id, sum(length(steps)) OVER (ORDER BY number) - length(steps) AS before
            FROM arena.outbox ORDER BY number LIMIT {MOST_COMMITS}
        ) WHERE before < {MOST_CHARACTERS}
        """  # noqa: S608 - numbers of ours
    ).fetchone()
    if row is None or row[0] is None:
        return None
    chosen = f"FROM arena.outbox WHERE number <= {int(row[0])} ORDER BY number"
    connection.execute(f"COPY (SELECT number, id, facts, committed_at, steps {chosen}) TO {_quoted(file)} {_PARQUET}")
    texts = connection.execute(f"SELECT steps {chosen}")
    pictures: set[str] = set()
    while text := texts.fetchone():
        pictures |= pictures_in(decode(text[0]))
    return CommitFile(found.saved, Place(*row), frozenset(pictures))


def pictures_in(steps: Sequence[Step]) -> set[str]:
    """Digests of pictures that appended facts name."""
    return {
        digest
        for step in steps
        if not isinstance(step, Overwriting)
        for table, columns in PICTURES.items()
        for row in step.get(table, ())
        for column in columns
        for digest in _listed(row[column])
    }


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value] if value else []


def _empty_waiting(connection: Connection, moment: datetime) -> None:
    connection.execute("UPDATE arena.outbox SET facts = 0, steps = ''")  # ids stay: one may be saved, and not marked yet
    connection.execute(
        "UPDATE arena.outbox_state SET due_number = number, due_id = id, due_since = coalesce(due_since, ?)", [moment]
    )


def _count(steps: Sequence[Step]) -> int:
    return sum(
        1 if isinstance(step, Overwriting) else sum(len(step[table]) for table in step if table in FACTS) for step in steps
    )


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


_PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
