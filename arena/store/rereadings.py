"""Battles read anew by a later version of the method: the statements. What was judged before stays, and no longer counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from arena.store.records import OutcomeRecord, Result, now
from arena.store.rows import append, columns_of, judged_row, select_within, utc
from arena.store.transaction import Connection

NOT_YET = "not read anew yet"
"""Why a battle counts under an older version, where nobody has looked at it since."""


class OlderBattle(NamedTuple):
    """A battle that an older version of the method has judged."""

    id: str
    pair_id: str
    seats: tuple[str, str]


@dataclass(frozen=True)
class PairReading:
    """What the present method makes of one contestant's replies about one pair: the same in all its battles on it."""

    contestant_id: str
    pair_id: str
    outcomes: Sequence[OutcomeRecord]
    """Of every probe of the pair. Their seat means nothing: the contestant may sit in either."""


@dataclass(frozen=True)
class Rereading:
    """What came of reading one battle anew."""

    battle_id: str
    result: Result | None
    """None where the replies that are kept do not suffice: the battle counts as it was judged."""
    shortfall: str | None = None
    """Why they do not, in plain words."""


class Rereadings(NamedTuple):
    """Battles read anew by one version of the method, with the readings that they are made of."""

    method_version: str
    battles: Sequence[Rereading]
    readings: Sequence[PairReading]


def older_battles(connection: Connection, method_version: str, limit: int) -> list[OlderBattle]:
    """Battles judged by another version and not looked at by this one, at most so many, in the order of their ids.

    Void battles are left out: they count under no version.
    """
    found = connection.execute(
        """
        SELECT id, pair_id, seat_a, seat_b FROM arena.battles
        WHERE method_version <> $method AND result <> 'void'
          AND id NOT IN (SELECT battle_id FROM arena.rereadings WHERE method_version = $method)
        ORDER BY id LIMIT $limit
        """,
        {"method": method_version, "limit": limit},
    ).fetchall()
    return [OlderBattle(battle, pair, (seat_a, seat_b)) for battle, pair, seat_a, seat_b in found]


def add_rereadings(connection: Connection, given: Rereadings) -> int:
    """Append what was read anew, and say how many battles that changed. A battle is read once by a version."""
    ids = [one.battle_id for one in given.battles]
    read = "SELECT battle_id, method_version FROM arena.rereadings WHERE battle_id {}"
    known = {battle for battle, version in select_within(connection, read, ids) if version == given.method_version}
    fresh = [one for one in given.battles if one.battle_id not in known]
    moment = utc(now())
    append(
        connection,
        "rereadings",
        [(one.battle_id, given.method_version, one.result, one.shortfall, moment) for one in fresh],
    )
    changed = [one.battle_id for one in fresh if one.result is not None]
    rows = [
        (place, reading.contestant_id, reading.pair_id, *judged_row(one))
        for reading in given.readings
        for place, one in enumerate(reading.outcomes)
    ]
    if changed and rows:
        judged = connection.execute(_JUDGE_ANEW, [*columns_of(rows), changed, given.method_version]).fetchall()
        append(connection, "judgements", judged)
    return len(changed)


_JUDGE_ANEW = """
    WITH reading AS (
        SELECT unnest(?::INTEGER[]) AS place, unnest(?::VARCHAR[]) AS contestant_id, unnest(?::VARCHAR[]) AS pair_id,
               unnest(?::VARCHAR[]) AS task, unnest(?::VARCHAR[]) AS cell, unnest(?::VARCHAR[]) AS probe_key,
               unnest(?::VARCHAR[]) AS outcome, unnest(?::VARCHAR[]) AS expected, unnest(?::VARCHAR[]) AS read_by
    ), seated AS (
        SELECT id, seq, pair_id, unnest(['a', 'b']) AS seat, unnest([seat_a, seat_b]) AS contestant_id
        FROM arena.battles WHERE id IN (SELECT unnest(?::VARCHAR[]))
    )
    SELECT seated.id, seat, task, cell, probe_key, outcome, expected, read_by, ?
    FROM seated JOIN reading USING (pair_id, contestant_id)
    ORDER BY seq, seat, place
"""
"""One row for each probe and seat of each battle, in the order in which a battle's first judgement has them."""


def counted_by_older_methods(connection: Connection, method_version: str) -> Mapping[str, int]:
    """Why battles that count were not judged by this version of the method -> how many, most first."""
    if not connection.execute("SELECT version FROM arena.methods WHERE version <> ?", [method_version]).fetchall():
        return {}  # as in most arenas, without a look at their battles
    found = connection.execute(
        """
        WITH counted AS (
            SELECT id, method_version FROM arena.battles JOIN arena.settlements ON settlements.battle_id = battles.id
            WHERE result <> 'void' AND method_version <> $method
        ),
        looked AS (SELECT battle_id, result, shortfall FROM arena.rereadings WHERE method_version = $method)
        SELECT coalesce(shortfall, $not_yet) AS reason, count(*) AS battles
        FROM counted LEFT JOIN looked ON looked.battle_id = counted.id
        WHERE looked.result IS NULL
        GROUP BY reason ORDER BY battles DESC, reason
        """,
        {"method": method_version, "not_yet": NOT_YET},
    ).fetchall()
    return dict(found)
