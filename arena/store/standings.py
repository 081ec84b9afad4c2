"""Where contestants stand: how many battles they have that count, and their online ratings.

Ratings are moved by each battle as it is settled, and replayed from the facts when the rule has changed.
"""

from collections import Counter
from collections.abc import Sequence

from arena.store.battle_chunks import chunks
from arena.store.progress import Progress, silent
from arena.store.records import EloChange, EloRule
from arena.store.rows import Row, append
from arena.store.scored_battles import ScoredBattle, scored_battles
from arena.store.transaction import Connection

CHUNK = 20_000
"""Battles rated at a time while replaying."""
STALE = ""
"""Stands as the version of a rule where the log of ratings misses battles."""
RATED = "battles rated"


def move(connection: Connection, battles: Sequence[ScoredBattle], rule: EloRule | None) -> None:
    """Count newly settled battles, and append what they do to the ratings. Without a rule, these have to be replayed later."""
    if not battles:
        return
    numbers = Counter(name for battle in battles for name in battle.seats)
    ratings: dict[str, float] = {}
    if rule is None:
        mark_stale(connection)
    else:
        ratings = elo(connection, list(numbers))
        append(connection, "elo", _steps(ratings, battles, rule))
    connection.execute(
        """
        MERGE INTO arena.standings
        USING (SELECT unnest($1) AS contestant_id, unnest($2) AS battles, unnest($3::DOUBLE[]) AS elo) AS moved
        USING (contestant_id)
        WHEN MATCHED THEN UPDATE SET battles = standings.battles + moved.battles, elo = coalesce(moved.elo, standings.elo)
        WHEN NOT MATCHED THEN INSERT
        """,
        [list(numbers.keys()), list(numbers.values()), [ratings.get(name) for name in numbers]],
    )


def clear(connection: Connection, rule: EloRule | None) -> None:
    """Forget all that `move` has done; from now on ratings move by this rule."""
    connection.execute("DELETE FROM arena.standings")
    connection.execute("DELETE FROM arena.elo")
    connection.execute("UPDATE arena.derivation SET elo_version = ?", [rule.method_version if rule else STALE])


def is_stale(connection: Connection, rule: EloRule) -> bool:
    """Whether the log was written by another rule, or misses battles."""
    ((version,),) = connection.execute("SELECT elo_version FROM arena.derivation").fetchall()
    return version != rule.method_version


def mark_stale(connection: Connection) -> None:
    """Note that the log misses battles."""
    connection.execute("UPDATE arena.derivation SET elo_version = ? WHERE elo_version <> ?", [STALE, STALE])


def replay(connection: Connection, rule: EloRule, progress: Progress = silent) -> int:
    """Write standings and the log of ratings anew from the facts, in the order of settlement. Returns the battles rated.

    Args:
        connection: in a transaction of the writer.
        rule: how ratings move.
        progress: told how many battles were read so far.
    """
    clear(connection, rule)
    ((total,),) = connection.execute("SELECT count(*) FROM arena.settlements").fetchall()
    rated = 0
    for chunk in chunks(connection, CHUNK):
        battles = scored_battles(connection, chunk.ids)
        move(connection, battles, rule)
        rated += len(battles)
        progress(RATED, chunk.last, total)
    return rated


def elo(connection: Connection, names: Sequence[str] | None = None) -> dict[str, float]:
    """Contestant id -> rating after its last settled battle; of these, or of all."""
    if names is None:
        rows = connection.execute("SELECT contestant_id, elo FROM arena.standings WHERE elo IS NOT NULL").fetchall()
    else:
        rows = connection.execute(
            """
            SELECT contestant_id, elo FROM arena.standings
            WHERE elo IS NOT NULL AND contestant_id IN (SELECT unnest(?::VARCHAR[]))
            """,
            [names],
        ).fetchall()
    return dict(rows)


def battle_counts(connection: Connection) -> dict[str, int]:
    """Contestant id -> battles that count; without those that have none."""
    return dict(connection.execute("SELECT contestant_id, battles FROM arena.standings").fetchall())


def changes_of(connection: Connection, battle_id: str) -> tuple[EloChange, ...]:
    """What the battle did to seats a and b; empty for a void or unrated battle."""
    rows = connection.execute(
        "SELECT battle_id, seq, seat, contestant_id, before, after FROM arena.elo WHERE battle_id = ? ORDER BY seat",
        [battle_id],
    ).fetchall()
    return tuple(EloChange(*row) for row in rows)


def _steps(ratings: dict[str, float], battles: Sequence[ScoredBattle], rule: EloRule) -> list[Row]:
    """Move `ratings` by battles, and give the two rows of each that say so."""
    rows: list[Row] = []
    for battle in battles:
        a, b = battle.seats
        before = (ratings.get(a, rule.start), ratings.get(b, rule.start))
        ratings[a], ratings[b] = after = rule.update(*before, *battle.units)
        seats = zip("ab", battle.seats, before, after, strict=True)
        rows += [(battle.id, battle.seq, *seat, rule.method_version) for seat in seats]
    return rows
