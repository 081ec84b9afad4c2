"""Online ratings: moved by each battle as it is settled, and replayed from the facts when the rule has changed."""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

from collections.abc import Sequence
from typing import Any

import duckdb

from arena.store.counts import COUNTED, UNITS
from arena.store.records import EloChange, EloRule
from arena.store.rows import Row, append

REPLAY_CHUNK = 20_000
"""Rows appended at a time while replaying."""

SCORED = f"""
    WITH counted AS ({COUNTED} AND ($ids IS NULL OR settlements.battle_id IN (SELECT unnest($ids)))), units AS ({UNITS})
    SELECT id, seq, seat_a, seat_b,
           count(*) FILTER (units.a AND NOT units.b), count(*) FILTER (units.b AND NOT units.a)
    FROM counted LEFT JOIN units ON units.battle_id = counted.id
    GROUP BY id, seq, seat_a, seat_b ORDER BY seq
"""
"""Counted battles in the order of their settlement, with the units that only one seat solved."""


def rate_settled(connection: duckdb.DuckDBPyConnection, battle_ids: Sequence[str], rule: EloRule) -> None:
    """Append what newly settled battles do to the ratings; a void battle does nothing."""
    battles = connection.execute(SCORED, {"domain": None, "ids": list(battle_ids)}).fetchall()
    append(connection, "elo", _steps(elo(connection), battles, rule))


def is_stale(connection: duckdb.DuckDBPyConnection, rule: EloRule) -> bool:
    """Whether the log was written by another rule, or misses battles."""
    row = connection.execute(
        f"""
        WITH counted AS ({COUNTED})
        SELECT (SELECT count(*) FROM arena.elo WHERE method_version <> $method_version) > 0
            OR (SELECT count(*) FROM arena.elo) <> 2 * (SELECT count(*) FROM counted)
        """,
        {"domain": None, "method_version": rule.method_version},
    ).fetchone()
    return row is not None and bool(row[0])


def replay(connection: duckdb.DuckDBPyConnection, rule: EloRule) -> int:
    """Throw the log away and write it anew from the facts, in the order of settlement. Returns the battles rated."""
    battles = connection.execute(SCORED, {"domain": None, "ids": None}).fetchall()
    connection.execute("DELETE FROM arena.elo")
    ratings: dict[str, float] = {}
    for start in range(0, len(battles), REPLAY_CHUNK):
        append(connection, "elo", _steps(ratings, battles[start : start + REPLAY_CHUNK], rule))
    return len(battles)


def elo(connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """contestant id -> rating after its last settled battle."""
    found = connection.execute("SELECT contestant_id, arg_max(after, seq) FROM arena.elo GROUP BY contestant_id").fetchall()
    return dict(found)


def changes_of(connection: duckdb.DuckDBPyConnection, battle_id: str) -> tuple[EloChange, ...]:
    """What the battle did to seats a and b; empty for a void or unrated battle."""
    found = connection.execute(
        "SELECT battle_id, seq, seat, contestant_id, before, after FROM arena.elo WHERE battle_id = ? ORDER BY seat",
        [battle_id],
    ).fetchall()
    return tuple(EloChange(*row) for row in found)


def _steps(ratings: dict[str, float], battles: Sequence[tuple[Any, ...]], rule: EloRule) -> list[Row]:
    """Move `ratings` by battles, and give the two rows of each that say so."""
    rows: list[Row] = []
    for battle_id, seq, seat_a, seat_b, only_a, only_b in battles:
        before = (ratings.get(seat_a, rule.start), ratings.get(seat_b, rule.start))
        after = rule.update(*before, only_a, only_b)
        ratings[seat_a], ratings[seat_b] = after
        seats = zip("ab", (seat_a, seat_b), before, after, strict=True)
        rows += [(battle_id, seq, *seat, rule.method_version) for seat in seats]
    return rows
