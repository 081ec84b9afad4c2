"""Derived tables: what battles come to. They move in the transaction that settles a battle, and can be made anew at any time.

Answers repeat, so meeting again on a pair shows nothing new: of each contestant on each pair, and of each two, the last battle
counts. What the one before added is taken back. So a battle costs the same however many are kept, and one that shows nothing
new leaves these tables as they are.
"""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arena.store.keys import key_of
from arena.store.rows import append, columns_of
from arena.store.scored_battles import BATTLES, Counts, Measure, PairFacts, ScoredBattle
from arena.store.transaction import Connection

MOST_SINGLE = 8
"""Rows that are looked up one by one. A comparison with one key takes a tenth of the time of a join with some."""
TABLES = ("rates", "fresh_rates", "unit_log", "latest_battles", "meetings")
"""Those that `count` moves."""
Latest = Mapping[int, str]
"""Key of a contestant, or of two, and a pair -> their last battle on it."""


class Changes(Counter[tuple[str, PairFacts, Measure, bool]]):
    """How many more hits (True) and how many more in all (False) there are of a measure of a contestant on a pair."""

    def add(self, contestant: str, pair: PairFacts, counts: Counts, sign: int = 1) -> None:
        """Note that so many were added, or taken back with a sign of -1."""
        for measure, (hits, total) in counts.items():
            self[contestant, pair, measure, True] += sign * hits
            self[contestant, pair, measure, False] += sign * total


def count(connection: Connection, battles: Sequence[ScoredBattle]) -> None:
    """Add battles that were settled after all that were counted, in this order."""
    changes = Changes()
    for battle in battles:
        for contestant in battle.seats:
            changes.add(contestant, battle.pair, {BATTLES: (1, 1)})
    _move_counts(connection, battles, changes)
    _move_units(connection, battles)
    _move_rates(connection, changes)


def judge_anew(connection: Connection, battles: Sequence[ScoredBattle]) -> None:
    """Let battles that were counted count as they are judged now."""
    changes, latest = Changes(), _latest(connection, {battle.pair.id for battle in battles})
    _move_counts(connection, battles, changes, latest)
    _move_units(connection, battles, latest)
    _move_rates(connection, changes)


def clear(connection: Connection) -> None:
    """Forget all that `count` has added."""
    for table in TABLES:
        connection.execute(f"DELETE FROM arena.{table}")


def _move_counts(
    connection: Connection, battles: Sequence[ScoredBattle], changes: Changes, latest: Latest | None = None
) -> None:
    """Let each contestant's last battle on each pair stand for it, and note what that changes."""
    keys = {(name, battle.pair.id): key_of(name, battle.pair.id) for battle in battles for name in battle.seats}
    before = {key: _parsed(text) for key, text in _rows_of(connection, "latest_battles", keys.values())}
    after = dict(before)
    for battle in battles:
        for contestant, counts in zip(battle.seats, battle.counts, strict=True):
            key = keys[contestant, battle.pair.id]
            if latest is None or latest[key] == battle.id:
                changes.add(contestant, battle.pair, after.get(key, {}), -1)
                changes.add(contestant, battle.pair, counts)
                after[key] = counts
    changed = {key: (_text(counts),) for key, counts in after.items() if key not in before or before[key] != counts}
    _replace(connection, "latest_battles", before, changed)


def _move_units(connection: Connection, battles: Sequence[ScoredBattle], latest: Latest | None = None) -> None:
    """Let the last meeting of each two on each pair stand for it, and log what that changes."""
    couples = [tuple(sorted(battle.seats)) for battle in battles]
    keys = [key_of(*couple, battle.pair.id) for couple, battle in zip(couples, battles, strict=True)]
    before = {key: tuple(row) for key, *row in _rows_of(connection, "meetings", keys)}
    after = dict(before)
    moved: Counter[tuple[str, str, PairFacts]] = Counter()
    for key, (one, other), battle in zip(keys, couples, battles, strict=True):
        if latest is None or latest[key] == battle.id:
            units = battle.units if battle.seats[0] == one else battle.units[::-1]
            *_, one_before, other_before = after.get(key, (0, 0))
            moved[one, other, battle.pair] += units[0] - one_before
            moved[other, one, battle.pair] += units[1] - other_before
            after[key] = (battle.pair.id, one, other, battle.pair.comes_again, *units)
    changed = {key: row for key, row in after.items() if before.get(key) != row}
    _replace(connection, "meetings", before, changed)
    rows = [
        (winner, loser, pair.domain, pair.family, pair.pool, pair.day, units)
        for (winner, loser, pair), units in moved.items()
        if units
    ]
    if rows:
        ((place,),) = connection.execute("SELECT count(*) FROM arena.unit_log").fetchall()
        append(connection, "unit_log", [(place + index, *row) for index, row in enumerate(rows, start=1)])


def _move_rates(connection: Connection, changes: Changes) -> None:
    totals: Counter[tuple[Any, ...]] = Counter()
    fresh: Counter[tuple[Any, ...]] = Counter()
    for (contestant, pair, measure, is_hit), number in changes.items():
        totals[contestant, pair.domain, pair.family, pair.pool, *measure, is_hit] += number
        if pair.day is not None and measure.kind == "solved":
            fresh[pair.day, contestant, pair.domain, pair.family, measure.name, is_hit] += number
    append(connection, "fresh_rates", _hits_and_totals(fresh))
    if rows := _hits_and_totals(totals):
        connection.execute(_MERGE_RATES, columns_of(rows))


def _hits_and_totals(changes: Counter[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of what changed, each with its hits and its total."""
    names = dict.fromkeys(key[:-1] for key, number in changes.items() if number)
    return [(*name, changes[*name, True], changes[*name, False]) for name in names]


_MERGE_RATES = """
    MERGE INTO arena.rates
    USING (
        SELECT unnest($1) AS contestant_id, unnest($2) AS domain, unnest($3) AS family, unnest($4) AS pool,
               unnest($5) AS kind, unnest($6) AS name, unnest($7) AS hits, unnest($8) AS total
    ) AS moved
    USING (contestant_id, domain, family, pool, kind, name)
    WHEN MATCHED THEN UPDATE SET hits = rates.hits + moved.hits, total = rates.total + moved.total
    WHEN NOT MATCHED THEN INSERT
"""


def _latest(connection: Connection, pair_ids: Iterable[str]) -> Latest:
    """The last battles on these pairs, from the facts."""
    rows = connection.execute(
        """
        SELECT pair_id, seat_a, seat_b, battles.id FROM arena.battles
        JOIN arena.settlements ON settlements.battle_id = battles.id
        WHERE result <> 'void' AND pair_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY settlements.seq
        """,
        [list(pair_ids)],
    ).fetchall()
    latest: dict[int, str] = {}
    for pair_id, seat_a, seat_b, battle_id in rows:
        for names in ((seat_a,), (seat_b,), sorted((seat_a, seat_b))):
            latest[key_of(*names, pair_id)] = battle_id
    return latest


def _rows_of(connection: Connection, table: str, keys: Iterable[int]) -> list[tuple[Any, ...]]:
    """The rows that these keys have."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST_SINGLE:
        return connection.execute(
            f"SELECT * FROM arena.{table} WHERE key IN (SELECT unnest($1::UBIGINT[]))", [wanted]
        ).fetchall()
    one = f"SELECT * FROM arena.{table} WHERE key = $1"
    return [row for key in wanted for row in connection.execute(one, [key]).fetchall()]


def _replace(connection: Connection, table: str, before: Iterable[int], rows: Mapping[int, tuple[Any, ...]]) -> None:
    """Let keys have these rows, in place of those that they had before."""
    if gone := [key for key in before if key in rows]:
        connection.execute(f"DELETE FROM arena.{table} WHERE key IN (SELECT unnest($1::UBIGINT[]))", [gone])
    append(connection, table, [(key, *row) for key, row in rows.items()])


def _text(counts: Counts) -> str:
    return json.dumps([[*measure, *count] for measure, count in sorted(counts.items())])


def _parsed(text: str) -> Counts:
    return {Measure(kind, name): (hits, total) for kind, name, hits, total in json.loads(text)}
