"""What facts move that were appended: all derived tables that `rebuild.py` makes anew, but those that works need at once.

One look a group of the writer, however many works it holds. Nothing here depends on how often it is called.
"""

from arena.store import derived, standings, vote_counts
from arena.store.records import EloRule
from arena.store.scored_battles import scored_battles
from arena.store.settlements import add_up
from arena.store.transaction import Connection, Rows


def derive(connection: Connection, rows: Rows, rule: EloRule | None) -> None:
    """Let facts move counts, online ratings and boards.

    Args:
        connection: in the transaction that has appended them.
        rows: what was appended since all was derived.
        rule: how online ratings move.
    """
    if settled := [battle_id for battle_id, *_ in rows.get("settlements", ())]:
        add_up(connection, settled, rule)
    if changed := [battle_id for battle_id, _, result, *_ in rows.get("rereadings", ()) if result is not None]:
        _judge_anew(connection, changed)
        vote_counts.count_anew(connection)
    elif votes := [(battle_id, choice) for battle_id, _, choice, *_ in rows.get("votes", ())]:
        vote_counts.count(connection, votes)


def _judge_anew(connection: Connection, battle_ids: list[str]) -> None:
    """Online ratings of these battles go: the next replay writes them again."""
    connection.execute("DELETE FROM arena.elo WHERE battle_id IN (SELECT unnest(?::VARCHAR[]))", [battle_ids])
    standings.mark_stale(connection)
    derived.judge_anew(connection, scored_battles(connection, battle_ids))
