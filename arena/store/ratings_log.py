"""Online ratings: moved by each battle as it is settled, and replayed from the facts when the rule has changed."""

from collections.abc import Sequence

import duckdb

from arena.store.battle_chunks import chunks
from arena.store.progress import Progress, silent
from arena.store.records import EloChange, EloRule
from arena.store.rows import Row, append
from arena.store.scored_battles import ScoredBattle, scored_battles

REPLAY_CHUNK = 20_000
"""Battles rated at a time while replaying."""
STALE = ""
"""Stands as the version of a rule where the log misses battles."""
Units = tuple[str, int, str, str, int, int]
"""Battle id, place in the order of settlement, seats a and b, and the units that each solved alone."""


def rate(connection: duckdb.DuckDBPyConnection, battles: Sequence[ScoredBattle], rule: EloRule | None) -> None:
    """Append what newly settled battles do to the ratings. Without a rule, they will have to be replayed."""
    if not battles:
        return
    if rule is None:
        mark_stale(connection)
        return
    names = list({name for battle in battles for name in battle.seats})
    ratings = elo(connection, names)
    append(connection, "elo", _steps(ratings, [(one.id, one.seq, *one.seats, *one.units) for one in battles], rule))
    _keep_ratings(connection, ratings)


def is_stale(connection: duckdb.DuckDBPyConnection, rule: EloRule) -> bool:
    """Whether the log was written by another rule, or misses battles."""
    ((version,),) = connection.execute("SELECT elo_version FROM arena.derivation").fetchall()
    return version != rule.method_version


def mark_stale(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that the log misses battles."""
    connection.execute("UPDATE arena.derivation SET elo_version = ? WHERE elo_version <> ?", [STALE, STALE])


def replay(connection: duckdb.DuckDBPyConnection, rule: EloRule, progress: Progress = silent) -> int:
    """Throw the log away and write it anew from the facts, in the order of settlement. Returns the battles rated.

    Args:
        connection: in a transaction of the writer.
        rule: how ratings move.
        progress: told how many battles were read so far.
    """
    connection.execute("DELETE FROM arena.elo")
    connection.execute("UPDATE arena.standings SET elo = NULL")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE units (id VARCHAR, seq BIGINT, a VARCHAR, b VARCHAR, only_a INT, only_b INT)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE moves AS SELECT * FROM arena.elo LIMIT 0")
    ((total,),) = connection.execute("SELECT count(*) FROM arena.settlements").fetchall()
    read = 0
    for ids in chunks(connection, REPLAY_CHUNK):
        battles = scored_battles(connection, ids)
        append(connection, "units", [(one.id, one.seq, *one.seats, *one.units) for one in battles], catalog="temp")
        read += len(ids)
        progress("battles read for the ratings", read, total)
    ratings: dict[str, float] = {}
    rated, last = 0, 0
    while battles := connection.execute(_NEXT_UNITS, [last, REPLAY_CHUNK]).fetchall():
        append(connection, "moves", _steps(ratings, battles, rule), catalog="temp")
        rated, last = rated + len(battles), battles[-1][1]
    connection.execute("INSERT INTO arena.elo SELECT * FROM moves ORDER BY battle_id, seat")  # found by their ids
    connection.execute("DROP TABLE units; DROP TABLE moves")
    _keep_ratings(connection, ratings)
    connection.execute("UPDATE arena.derivation SET elo_version = ?", [rule.method_version])
    return rated


_NEXT_UNITS = "SELECT * FROM units WHERE seq > ? ORDER BY seq LIMIT ?"


def elo(connection: duckdb.DuckDBPyConnection, names: Sequence[str] | None = None) -> dict[str, float]:
    """Contestant id -> rating after its last settled battle; of these, or of all."""
    rows = connection.execute(
        """
        SELECT contestant_id, elo FROM arena.standings
        WHERE elo IS NOT NULL AND ($1 IS NULL OR contestant_id IN (SELECT unnest($1::VARCHAR[])))
        """,
        [names],
    ).fetchall()
    return dict(rows)


def changes_of(connection: duckdb.DuckDBPyConnection, battle_id: str) -> tuple[EloChange, ...]:
    """What the battle did to seats a and b; empty for a void or unrated battle."""
    rows = connection.execute(
        "SELECT battle_id, seq, seat, contestant_id, before, after FROM arena.elo WHERE battle_id = ? ORDER BY seat",
        [battle_id],
    ).fetchall()
    return tuple(EloChange(*row) for row in rows)


def _keep_ratings(connection: duckdb.DuckDBPyConnection, ratings: dict[str, float]) -> None:
    connection.execute(
        """
        UPDATE arena.standings SET elo = moved.elo FROM (SELECT unnest(?) AS contestant_id, unnest(?) AS elo) AS moved
        WHERE standings.contestant_id = moved.contestant_id
        """,
        [list(ratings.keys()), list(ratings.values())],
    )


def _steps(ratings: dict[str, float], battles: Sequence[Units], rule: EloRule) -> list[Row]:
    """Move `ratings` by battles, and give the two rows of each that say so."""
    rows: list[Row] = []
    for battle_id, seq, seat_a, seat_b, only_a, only_b in battles:
        before = (ratings.get(seat_a, rule.start), ratings.get(seat_b, rule.start))
        after = rule.update(*before, only_a, only_b)
        ratings[seat_a], ratings[seat_b] = after
        seats = zip("ab", (seat_a, seat_b), before, after, strict=True)
        rows += [(battle_id, seq, *seat, rule.method_version) for seat in seats]
    return rows
