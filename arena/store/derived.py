"""Derived tables: what battles come to. They move in the transaction that settles a battle, and can be made anew at any time.

Answers repeat, so meeting again on a pair shows nothing new: of each contestant on each pair, and of each two, the last battle
counts. What the one before added is taken back. So a battle costs the same however many are kept.
"""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import duckdb

from arena.store.keys import key_of
from arena.store.rows import append
from arena.store.scored_battles import BATTLES, Counts, Measure, PairFacts, ScoredBattle

MOST_SINGLE = 8
"""Rows that are looked up one by one. A comparison with one key takes a tenth of the time of a join with some."""
TABLES = ("standings", "rates", "fresh_rates", "unit_log", "latest_battles", "meetings")
"""Those that `count` moves."""
COLUMNS = {
    "latest_battles": ("seq", "counts"),
    "meetings": ("seq", "pair_id", "lower", "higher", "comes_again", "lower_units", "higher_units"),
}
"""Of tables with keys, beside these."""
T = TypeVar("T")


@dataclass(frozen=True)
class Latest(Generic[T]):
    """What the last battle of somebody on a pair came to."""

    seq: int
    value: T


def count(connection: duckdb.DuckDBPyConnection, battles: Sequence[ScoredBattle]) -> None:
    """Add battles that were settled and never counted before."""
    changes: Counter[tuple[str, PairFacts, Measure, bool]] = Counter()
    for battle in battles:
        for contestant in battle.seats:
            changes[contestant, battle.pair, BATTLES, True] += 1
            changes[contestant, battle.pair, BATTLES, False] += 1
    _move_standings(connection, Counter(contestant for battle in battles for contestant in battle.seats))
    _move_latest(connection, battles, changes)


def judge_anew(connection: duckdb.DuckDBPyConnection, battles: Sequence[ScoredBattle]) -> None:
    """Let battles that were counted count as they are judged now."""
    _move_latest(connection, battles, Counter())


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all that `count` has added."""
    for table in TABLES:
        connection.execute(f"DELETE FROM arena.{table}")


def _move_latest(
    connection: duckdb.DuckDBPyConnection,
    battles: Sequence[ScoredBattle],
    changes: Counter[tuple[str, PairFacts, Measure, bool]],
) -> None:
    _move_counts(connection, battles, changes)
    _move_units(connection, battles)
    _move_rates(connection, changes)


def _move_counts(
    connection: duckdb.DuckDBPyConnection,
    battles: Sequence[ScoredBattle],
    changes: Counter[tuple[str, PairFacts, Measure, bool]],
) -> None:
    """Let each contestant's last battle on each pair stand for it, and note what that changes."""
    keys = {(name, battle.pair.id): key_of(name, battle.pair.id) for battle in battles for name in battle.seats}
    before = {key: Latest(seq, _parsed(text)) for key, seq, text in _rows_of(connection, "latest_battles", keys.values())}
    after = dict(before)
    for battle in battles:
        for contestant, counts in zip(battle.seats, battle.counts, strict=True):
            key = keys[contestant, battle.pair.id]
            last = after.get(key)
            if last is not None and last.seq > battle.seq:
                continue
            for sign, moved in ((-1, last.value if last else {}), (1, counts)):
                for measure, (hits, total) in moved.items():
                    changes[contestant, battle.pair, measure, True] += sign * hits
                    changes[contestant, battle.pair, measure, False] += sign * total
            after[key] = Latest(battle.seq, counts)
    _replace(connection, "latest_battles", before, {key: (last.seq, _text(last.value)) for key, last in after.items()})


def _move_units(connection: duckdb.DuckDBPyConnection, battles: Sequence[ScoredBattle]) -> None:
    """Let the last meeting of each two on each pair stand for it, and log what that changes."""
    couples = {battle.id: (min(battle.seats), max(battle.seats)) for battle in battles}
    keys = {battle.id: key_of(*couples[battle.id], battle.pair.id) for battle in battles}
    before = {key: Latest(row[0], row[-2:]) for key, *row in _rows_of(connection, "meetings", keys.values())}
    after: dict[int, tuple[Any, ...]] = {}
    moved: Counter[tuple[str, str, PairFacts]] = Counter()
    latest = dict(before)
    for battle in battles:
        one, other = couples[battle.id]
        units = list(battle.units if battle.seats[0] == one else battle.units[::-1])
        last = latest.get(keys[battle.id], Latest(0, [0, 0]))
        if last.seq > battle.seq:
            continue
        moved[one, other, battle.pair] += units[0] - last.value[0]
        moved[other, one, battle.pair] += units[1] - last.value[1]
        latest[keys[battle.id]] = Latest(battle.seq, units)
        after[keys[battle.id]] = (battle.seq, battle.pair.id, one, other, battle.pair.comes_again, *units)
    _replace(connection, "meetings", before, after)
    ((place,),) = connection.execute("SELECT count(*) FROM arena.unit_log").fetchall()
    rows = [
        (winner, loser, pair.domain, pair.family, pair.pool, pair.day, units)
        for (winner, loser, pair), units in moved.items()
        if units
    ]
    append(connection, "unit_log", [(place + index, *row) for index, row in enumerate(rows, start=1)])


def _move_standings(connection: duckdb.DuckDBPyConnection, battles: Counter[str]) -> None:
    if battles:
        connection.execute(
            """
            MERGE INTO arena.standings USING (SELECT unnest($1) AS contestant_id, unnest($2) AS battles) AS moved
            USING (contestant_id)
            WHEN MATCHED THEN UPDATE SET battles = standings.battles + moved.battles
            WHEN NOT MATCHED THEN INSERT VALUES (moved.contestant_id, moved.battles, NULL)
            """,
            [list(battles.keys()), list(battles.values())],
        )


def _move_rates(connection: duckdb.DuckDBPyConnection, changes: Counter[tuple[str, PairFacts, Measure, bool]]) -> None:
    totals: Counter[tuple[str, ...]] = Counter()
    fresh: Counter[tuple[Any, ...]] = Counter()
    for (contestant, pair, measure, is_hit), number in changes.items():
        totals[contestant, pair.domain, pair.family, pair.pool, *measure, is_hit] += number
        if pair.day is not None and measure.kind == "solved":
            fresh[pair.day, contestant, pair.domain, pair.family, measure.name, is_hit] += number
    append(connection, "fresh_rates", _hits_and_totals(fresh))
    rows = _hits_and_totals(totals)
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(_MERGE_RATES, columns)


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


def _rows_of(connection: duckdb.DuckDBPyConnection, table: str, keys: Iterable[int]) -> list[tuple[Any, ...]]:
    """The rows that these keys have."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST_SINGLE:
        return connection.execute(
            f"SELECT * FROM arena.{table} WHERE key IN (SELECT unnest($1::UBIGINT[]))", [wanted]
        ).fetchall()
    one = f"SELECT * FROM arena.{table} WHERE key = $1"
    return [row for key in wanted for row in connection.execute(one, [key]).fetchall()]


def _replace(
    connection: duckdb.DuckDBPyConnection, table: str, before: Iterable[int], after: dict[int, tuple[Any, ...]]
) -> None:
    """Let keys have these rows, in place of those that they had before."""
    known = set(before)
    changed = [key for key in after if key in known]
    if len(changed) > MOST_SINGLE:
        connection.execute(f"DELETE FROM arena.{table} WHERE key IN (SELECT unnest($1::UBIGINT[]))", [changed])
        known = set()
    else:
        columns = ", ".join(f"{column} = ?" for column in COLUMNS[table])
        for key in changed:
            connection.execute(f"UPDATE arena.{table} SET {columns} WHERE key = ?", [*after[key], key])
    append(connection, table, [(key, *row) for key, row in after.items() if key not in known])


def _text(counts: Counts) -> str:
    return json.dumps([[*measure, *count] for measure, count in counts.items()])


def _parsed(text: str) -> Counts:
    return {Measure(kind, name): (hits, total) for kind, name, hits, total in json.loads(text)}
