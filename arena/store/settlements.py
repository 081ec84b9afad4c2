"""The order in which battles count: a battle takes its place in it once it is judged, or at once if nobody judges it."""

from collections.abc import Sequence

from arena.store import derived, standings
from arena.store.records import EloRule
from arena.store.rows import append, values_in
from arena.store.scored_battles import scored_battles
from arena.store.transaction import Connection


def settle(connection: Connection, battle_ids: Sequence[str]) -> None:
    """Give battles that have none their places."""
    settled = values_in(connection, "settlements", "battle_id", battle_ids)
    fresh = [battle_id for battle_id in battle_ids if battle_id not in settled]
    if not fresh:
        return
    last = number_settled(connection)
    append(connection, "settlements", [(battle_id, last + place) for place, battle_id in enumerate(fresh, start=1)])
    no_longer_wait(connection, fresh)


def no_longer_wait(connection: Connection, battle_ids: Sequence[str]) -> None:
    """Take battles from those that nobody has judged."""
    connection.execute("DELETE FROM arena.unjudged WHERE battle_id IN (SELECT unnest(?::VARCHAR[]))", [battle_ids])


def add_up(connection: Connection, battle_ids: Sequence[str], rule: EloRule | None) -> None:
    """Let battles that were settled after all that were counted move counts and online ratings."""
    battles = scored_battles(connection, battle_ids)
    derived.count(connection, battles)
    standings.move(connection, battles, rule)


def number_settled(connection: Connection) -> int:
    """How many battles were settled so far."""
    ((count,),) = connection.execute("SELECT count(*) FROM arena.settlements").fetchall()
    return count
