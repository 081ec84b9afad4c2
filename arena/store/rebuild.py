"""Making all derived tables anew from the facts, some battles at a time; whoever is killed meanwhile goes on from there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from arena.store import derived, ratings_log, replies, vote_counts
from arena.store.battle_chunks import chunks
from arena.store.scored_battles import scored_battles

VERSION = 1
"""Of what derived tables mean. Tables of another version are made anew when the store is opened."""
CHUNK = 20_000
"""Battles counted in one commit."""
Progress = Callable[[int, int], object]
"""Told how many battles of how many are counted."""


def is_due(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether derived tables are missing, half made, or those of another version."""
    version, position = _state(connection)
    return version != VERSION or position is not None


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget what was derived, in one transaction; `go_on` makes it anew, now or when the store is opened next."""
    with _transaction(connection):
        derived.clear(connection)
        connection.execute("UPDATE arena.derivation SET version = ?, position = ''", [VERSION])
        ratings_log.mark_stale(connection)


def go_on(connection: duckdb.DuckDBPyConnection, progress: Progress = lambda *_: None, chunk: int = CHUNK) -> None:
    """Count what is not counted yet. Nobody else may write meanwhile. Online ratings are left to be replayed.

    Args:
        connection: in no transaction; each chunk has its own.
        progress: told before the first and after each chunk.
        chunk: battles counted in one commit.
    """
    if _state(connection)[0] != VERSION:
        begin(connection)
    position = _state(connection)[1] or ""
    ((total, done),) = connection.execute(
        "SELECT count(*), count(*) FILTER (battle_id <= ?) FROM arena.settlements", [position]
    ).fetchall()
    progress(done, total)
    for ids in chunks(connection, chunk, after=position):
        with _transaction(connection):
            derived.count(connection, scored_battles(connection, ids))
            connection.execute("UPDATE arena.derivation SET position = ?", [ids[-1]])
        done += len(ids)
        progress(done, total)
    with _transaction(connection):
        _count_the_rest(connection)
        connection.execute("UPDATE arena.derivation SET position = NULL")


def _count_the_rest(connection: duckdb.DuckDBPyConnection) -> None:
    """What takes one statement each."""
    vote_counts.count_anew(connection)
    replies.list_keys_anew(connection)
    connection.execute("DELETE FROM arena.unjudged")
    connection.execute(
        """
        INSERT INTO arena.unjudged SELECT id, seq, played_at FROM arena.battles
        WHERE played_by = 'visitor' AND id NOT IN (SELECT battle_id FROM arena.settlements) ORDER BY seq
        """
    )


def _state(connection: duckdb.DuckDBPyConnection) -> tuple[int, str | None]:
    """Version of the tables, and the last battle that a rebuild under way has counted."""
    (state,) = connection.execute("SELECT version, position FROM arena.derivation").fetchall()
    return state


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
