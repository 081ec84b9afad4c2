"""How often visitors chose what where the automatic score said what: moved by each vote."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from arena.store.rows import columns_of, select_within
from arena.store.transaction import Connection


def count(connection: Connection, votes: Sequence[tuple[str, str]]) -> None:
    """Add votes that were never counted before.

    Args:
        connection: in a transaction.
        votes: battle id and choice of each.
    """
    results = _results(connection, [battle_id for battle_id, _ in votes])
    counts = Counter((choice, results[battle_id]) for battle_id, choice in votes)
    if counts:
        connection.execute(
            """
            MERGE INTO arena.vote_counts
            USING (SELECT unnest($1) AS choice, unnest($2) AS result, unnest($3) AS votes) AS moved USING (choice, result)
            WHEN MATCHED THEN UPDATE SET votes = vote_counts.votes + moved.votes WHEN NOT MATCHED THEN INSERT
            """,
            columns_of([(*said, number) for said, number in counts.items()]),
        )


def _results(connection: Connection, battle_ids: Sequence[str]) -> dict[str, str]:
    """Battle id -> what the last version of the method says came of it."""
    results = dict(select_within(connection, "SELECT id, result FROM arena.battles WHERE id {}", battle_ids))
    anew = """
        SELECT battle_id, arg_max(result, read_at) FROM arena.rereadings
        WHERE result IS NOT NULL AND battle_id {} GROUP BY battle_id
    """
    return results | dict(select_within(connection, anew, battle_ids))


def count_anew(connection: Connection) -> None:
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


def votes_by_result(connection: Connection) -> dict[tuple[Any, Any], int]:
    """(choice, result) -> how often visitors chose this where the automatic score said that."""
    rows = connection.execute("SELECT choice, result, votes FROM arena.vote_counts ORDER BY choice, result").fetchall()
    return {(choice, result): votes for choice, result, votes in rows}
