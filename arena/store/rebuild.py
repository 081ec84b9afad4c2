"""Making all derived tables anew from the facts, some battles at a time; whoever is killed meanwhile goes on from there."""

import duckdb

from arena.store import derived, replies, standings, vote_counts
from arena.store.battle_chunks import chunks
from arena.store.database import transaction
from arena.store.progress import Progress, silent
from arena.store.records import EloRule
from arena.store.settlements import add_up, number_settled

VERSION = 1
"""Of what derived tables mean. Tables of another version are made anew when the store is opened."""
COUNTED = "battles counted"
"""The work that is told of, whoever begins it."""
CHUNK = 20_000
"""Battles counted in one commit."""
CONTENTS = {
    "standings": "FROM arena.standings",
    "rates": "FROM arena.rates WHERE total <> 0",
    "fresh_rates": """
        SELECT day, contestant_id, domain, family, task, sum(hits) AS hits, sum(total) AS total FROM arena.fresh_rates
        GROUP BY ALL HAVING sum(total) <> 0
    """,
    "unit_log": """
        SELECT winner, loser, domain, family, pool, day, sum(units) AS units FROM arena.unit_log
        GROUP BY ALL HAVING sum(units) <> 0
    """,
    "latest_battles": "FROM arena.latest_battles",
    "meetings": "FROM arena.meetings",
    "vote_counts": "FROM arena.vote_counts WHERE votes <> 0",
    "methods": "FROM arena.methods",
    "unjudged": "FROM arena.unjudged",
    "reply_keys": "FROM arena.reply_keys",
    "elo": "FROM arena.elo",
}
"""Derived table -> what it comes to, in whatever steps it was made."""


def fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Derived table -> rows that it comes to, and a number that tells whether others are the same."""
    query = "SELECT count(*), coalesce(bit_xor(hash(content)), 0) FROM ({}) AS content"
    return {table: connection.execute(query.format(rows)).fetchall()[0] for table, rows in CONTENTS.items()}


def is_due(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether derived tables are missing, half made, or those of another version."""
    version, position = _state(connection)
    return version != VERSION or position is not None


def begin(connection: duckdb.DuckDBPyConnection, rule: EloRule | None) -> None:
    """Forget what was derived, in one transaction; `go_on` makes it anew, now or when the store is opened next."""
    with transaction(connection):
        derived.clear(connection)
        standings.clear(connection, rule)
        connection.execute("UPDATE arena.derivation SET version = ?, position = 0", [VERSION])


def go_on(connection: duckdb.DuckDBPyConnection, rule: EloRule | None, progress: Progress = silent, chunk: int = CHUNK) -> None:
    """Count what is not counted yet. Nobody else may write meanwhile.

    Args:
        connection: in no transaction; each chunk has its own.
        rule: how online ratings move; where another one moved them before, they are left to be replayed.
        progress: told before the first and after each chunk.
        chunk: battles counted in one commit.
    """
    if _state(connection)[0] != VERSION:
        begin(connection, rule)
    if rule is not None and standings.is_stale(connection, rule):
        rule = None
    total, position = number_settled(connection), _state(connection)[1] or 0
    progress(COUNTED, position, total)
    for ids, last in chunks(connection, chunk, after=position):
        with transaction(connection):
            add_up(connection, ids, rule)
            connection.execute("UPDATE arena.derivation SET position = ?", [last])
        progress(COUNTED, last, total)
    with transaction(connection):
        _count_the_rest(connection)
        connection.execute("UPDATE arena.derivation SET position = NULL")


def _count_the_rest(connection: duckdb.DuckDBPyConnection) -> None:
    """What takes one statement each."""
    vote_counts.count_anew(connection)
    replies.list_keys_anew(connection)
    connection.execute("DELETE FROM arena.methods")
    connection.execute("INSERT INTO arena.methods SELECT DISTINCT method_version FROM arena.battles")
    connection.execute("DELETE FROM arena.unjudged")
    connection.execute(
        """
        INSERT INTO arena.unjudged SELECT id, seq, played_at FROM arena.battles
        WHERE id NOT IN (SELECT battle_id FROM arena.settlements) ORDER BY seq
        """
    )


def _state(connection: duckdb.DuckDBPyConnection) -> tuple[int, int | None]:
    """Version of the tables, and how many settled battles a rebuild under way has counted."""
    (state,) = connection.execute("SELECT version, position FROM arena.derivation").fetchall()
    return state
