"""How often visitors chose what where the automatic score said what: moved by each vote."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from arena.store.records import Vote
from arena.store.rows import columns_of


def count(connection: duckdb.DuckDBPyConnection, votes: Sequence[Vote], results: Mapping[str, str]) -> None:
    """Add votes that were never counted before.

    Args:
        connection: in a transaction of the writer.
        votes: any.
        results: battle id -> what the automatic score says of it today.
    """
    counts = Counter((vote.choice, results[vote.battle_id]) for vote in votes)
    if counts:
        connection.execute(
            """
            MERGE INTO arena.vote_counts
            USING (SELECT unnest($1) AS choice, unnest($2) AS result, unnest($3) AS votes) AS moved USING (choice, result)
            WHEN MATCHED THEN UPDATE SET votes = vote_counts.votes + moved.votes WHEN NOT MATCHED THEN INSERT
            """,
            columns_of([(*said, number) for said, number in counts.items()]),
        )


def count_anew(connection: duckdb.DuckDBPyConnection) -> None:
    """Count all votes by what the automatic score says of their battles today."""
    connection.execute("DELETE FROM arena.vote_counts")
    connection.execute(
        """
        INSERT INTO arena.vote_counts
        SELECT choice, coalesce(latest.result, battles.result) AS result, count(*)
        FROM arena.votes JOIN arena.battles ON battles.id = votes.battle_id
        LEFT JOIN arena.latest_rereadings AS latest ON latest.battle_id = battles.id
        GROUP BY ALL
        """
    )


def votes_by_result(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, Any], int]:
    """(choice, result) -> how often visitors chose this where the automatic score said that."""
    rows = connection.execute("SELECT choice, result, votes FROM arena.vote_counts ORDER BY choice, result").fetchall()
    return {(choice, result): votes for choice, result, votes in rows}
