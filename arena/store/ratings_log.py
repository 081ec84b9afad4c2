"""Online ratings: appended battle by battle, and replayed from the facts when the rule has changed."""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from arena.store.counts import COUNTED, UNITS, filters
from arena.store.records import BattleRecord, EloChange, EloRule, discordant_units
from arena.store.rows import Row, append

REPLAY_CHUNK = 20_000
"""Rows appended at a time while replaying."""


def rate_battles(connection: duckdb.DuckDBPyConnection, battles: Sequence[tuple[BattleRecord, int]], rule: EloRule) -> None:
    """Append what new battles, given with their places in the order, do to the ratings; a void battle does nothing."""
    found = connection.execute(
        """
        SELECT contestant_id, arg_max(after, seq) FROM arena.elo
        WHERE contestant_id IN (SELECT unnest($1::VARCHAR[])) GROUP BY contestant_id
        """,
        [list({name for battle, _ in battles for name in battle.seats})],
    ).fetchall()
    ratings: dict[str, float] = dict(found)
    rows: list[Row] = []
    for battle, seq in battles:
        if battle.result != "void":
            rows += _step(ratings, (battle.id, seq, *battle.seats, *discordant_units(battle.outcomes)), rule)
    append(connection, "elo", rows)


def is_stale(connection: duckdb.DuckDBPyConnection, rule: EloRule) -> bool:
    """Whether the log was written by another rule, or misses battles."""
    row = connection.execute(
        """
        SELECT (SELECT count(*) FROM arena.elo WHERE method_version <> $version) > 0
            OR (SELECT count(*) FROM arena.elo) <> 2 * (SELECT count(*) FROM arena.battles WHERE result <> 'void')
        """,
        {"version": rule.method_version},
    ).fetchone()
    return row is not None and bool(row[0])


def replay(connection: duckdb.DuckDBPyConnection, rule: EloRule) -> int:
    """Throw the log away and write it anew from the facts, in the order of commits. Returns the battles rated."""
    battles = connection.execute(
        f"""
        WITH counted AS ({COUNTED}), units AS ({UNITS})
        SELECT id, seq, seat_a, seat_b,
               count(*) FILTER (units.a AND NOT units.b), count(*) FILTER (units.b AND NOT units.a)
        FROM counted LEFT JOIN units ON units.battle_id = counted.id
        GROUP BY id, seq, seat_a, seat_b ORDER BY seq
        """,
        filters(None, None),
    ).fetchall()
    connection.execute("DELETE FROM arena.elo")
    ratings: dict[str, float] = {}
    for start in range(0, len(battles), REPLAY_CHUNK):
        chunk = battles[start : start + REPLAY_CHUNK]
        append(connection, "elo", [row for battle in chunk for row in _step(ratings, battle, rule)])
    return len(battles)


def elo(connection: duckdb.DuckDBPyConnection, start: float, settled_before: datetime | None) -> dict[str, float]:
    """contestant id -> its first rating and all that its counted battles moved it since.

    Summing what each battle moved, instead of reading the last rating, keeps what a hidden battle did from showing through
    the ones after it.
    """
    found = connection.execute(
        f"""
        WITH counted AS ({COUNTED})
        SELECT contestant_id, sum(after - before ORDER BY seq)
        FROM arena.elo WHERE battle_id IN (SELECT id FROM counted) GROUP BY contestant_id
        """,
        filters(None, settled_before),
    ).fetchall()
    return {contestant: start + moved for contestant, moved in found}


def changes_of(connection: duckdb.DuckDBPyConnection, battle_id: str) -> tuple[EloChange, ...]:
    """What the battle did to seats a and b; empty for a void or unrated battle."""
    found = connection.execute(
        "SELECT battle_id, seq, seat, contestant_id, before, after FROM arena.elo WHERE battle_id = ? ORDER BY seat",
        [battle_id],
    ).fetchall()
    return tuple(EloChange(*row) for row in found)


def _step(ratings: dict[str, float], battle: tuple[Any, ...], rule: EloRule) -> list[Row]:
    """Move `ratings` by one battle, and give the two rows that say so."""
    battle_id, seq, seat_a, seat_b, only_a, only_b = battle
    before = (ratings.get(seat_a, rule.start), ratings.get(seat_b, rule.start))
    after = rule.update(*before, only_a, only_b)
    ratings[seat_a], ratings[seat_b] = after
    seats = zip("ab", (seat_a, seat_b), before, after, strict=True)
    return [(battle_id, seq, *seat, rule.method_version) for seat in seats]
