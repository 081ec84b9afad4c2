"""Homes of arenas that have played as many battles as one likes: facts written by SQL in seconds, and derived by the arena."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from arena import method
from arena.battles.playing import probes_of
from arena.battles.scoring import ELO_RULE
from arena.contestants import Contestant
from arena.pairs import MinimalPair
from arena.probes import Reply
from arena.store import ReplyRecord, Store
from arena.store.database import open_database

BEGIN = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
"""When the first battle was opened."""
SECONDS = 20
"""From one battle to the next."""
FRESH_SHARE = 4
"""Of so many battles, one is on a pair that was drawn for it."""
CHUNK = 50_000
"""Battles written in one statement."""
WORDS = "The first caption."


def contestants_of(number: int) -> list[Contestant]:
    """So many of them."""
    return [Contestant(f"organisation/model-{place}", f"{place:040x}", "benchmark") for place in range(number)]


def grow(home: Path, battles: int, contestants: Sequence[Contestant], pairs: Sequence[MinimalPair]) -> None:
    """Make a home in which so many battles were played, all of them judged; nothing is derived from them yet.

    Half of the battles were played by visitors. A quarter was about pairs drawn for them, with 28 replies each; the others
    about pairs that come again, to which everybody has replied once. One battle in a hundred is void.

    Args:
        home: a folder that is not there yet.
        battles: how many.
        contestants: who plays.
        pairs: those that come again; one at least has a request.
    """
    with Store.open(home, ELO_RULE) as store:
        store.add_pairs(pairs)
        store.add_contestants(contestants)
        for contestant in contestants:
            store.add_replies(first_replies(contestant, pairs))
    connection = open_database(home / "arena.duckdb")
    try:
        _name(connection, contestants, pairs)
        for start in range(1, battles + 1, CHUNK):
            end = min(start + CHUNK - 1, battles)
            connection.execute("BEGIN")
            connection.execute(_DRAW, {"start": start, "end": end, "begin": BEGIN, "seconds": SECONDS, "fresh": FRESH_SHARE})
            for statement in _FACTS:
                connection.execute(statement)
            connection.execute("COMMIT")
        connection.execute("UPDATE arena.derivation SET version = 0")
    finally:
        connection.close()
    with Store.open(home) as store:  # so that the note beside the database knows of these facts
        assert store.settled() == battles


def first_replies(contestant: Contestant, pairs: Sequence[MinimalPair]) -> list[ReplyRecord]:
    """What a contestant replied once to all that is asked about pairs that come again."""
    moment = datetime.fromtimestamp(BEGIN - SECONDS, UTC)
    probes = [probe for pair in pairs for asked in probes_of(pair).values() for probe in asked]
    return [ReplyRecord(contestant.id, probe.key, probe.task, Reply(WORDS, (-0.2, -1.7)), moment) for probe in probes]


def _name(connection: duckdb.DuckDBPyConnection, contestants: Sequence[Contestant], pairs: Sequence[MinimalPair]) -> None:
    """Let statements find who plays, on which pairs, and what is asked about these."""
    cells = [
        (place, probe.task, probe.cell, probe.key, probe.expected)
        for place, pair in enumerate(pairs)
        for asked in probes_of(pair).values()
        for probe in asked
    ]
    shape = next(pair for pair in pairs if pair.request)
    fresh = [(probe.task, probe.cell, probe.expected) for asked in probes_of(shape).values() for probe in asked]
    tables = {
        "contestant(place, id)": list(enumerate(one.id for one in contestants)),
        "pair(place, id)": list(enumerate(pair.id for pair in pairs)),
        "family(place, name, domain)": [(n, *one) for n, one in enumerate(sorted({(p.family, p.domain) for p in pairs}))],
        "cell(pair, task, cell, probe_key, expected)": cells,
        "fresh_cell(task, cell, expected)": fresh,
    }
    for table, rows in tables.items():
        columns = [list(column) for column in zip(*rows, strict=True)]
        slots = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT {slots}", columns)


_DRAW = """
    CREATE OR REPLACE TEMP TABLE drawn AS
    WITH numbers AS (
        SELECT i, hash(i, 'pair') AS draw, hash(i, 'seats') AS seats, $begin + i * $seconds AS second,
               (SELECT count(*) FROM contestant) AS everybody, (SELECT count(*) FROM pair) AS pairs,
               (SELECT count(*) FROM family) AS families
        FROM range($start::BIGINT, $end::BIGINT + 1) AS numbers(i)
    ), places AS (
        SELECT *, seats % everybody AS a, (a + 1 + seats // everybody % (everybody - 1)) % everybody AS b,
               draw % $fresh = 0 AS is_fresh, draw // $fresh % pairs AS pair, draw // $fresh % families AS family
        FROM numbers
    )
    SELECT i AS seq, printf('%08x', second) || left(md5(i::VARCHAR), 24) AS id, make_timestamp(second * 1000000) AS moment,
           is_fresh, pair, if(is_fresh, left(md5('fresh' || i), 16), shown.id) AS pair_id, family.name AS family, family.domain,
           a, b, one.id AS seat_a, other.id AS seat_b, if(i % 2 = 0, 'visitor', 'autoplay') AS played_by,
           if(i % 100 = 0, 'void', ['a', 'b', 'tie', 'both_good', 'both_bad'][(hash(i, 'result') % 5)::BIGINT + 1]) AS result
    FROM places JOIN pair AS shown ON shown.place = places.pair JOIN family ON family.place = places.family
    JOIN contestant AS one ON one.place = a JOIN contestant AS other ON other.place = b
    ORDER BY seq
"""
"""Who meets whom when, on what, and what came of it; the same for the same numbers, whoever asks."""

_FACTS = (
    """
    INSERT INTO arena.pairs
    SELECT pair_id, family, domain, 'kitchen', 'fresh',
           md5(pair_id || 0), 'a pot', 'safe', md5(pair_id || 1), 'a pan', 'unsafe',
           'Tell me more.', NULL, '{"method": "drawn", "seed": 1, "details": {}}', moment, moment, md5_number_lower(pair_id)
    FROM drawn WHERE is_fresh ORDER BY seq
    """,
    f"""
    INSERT INTO arena.battles
    SELECT id, seq, pair_id, seat_a, seat_b, 0.1, played_by, result, '{method.VERSION}', moment FROM drawn ORDER BY seq
    """,  # noqa: S608 - a constant
    """
    INSERT INTO arena.judgements
    WITH seated AS (
        SELECT *, unnest(['a', 'b']) AS seat, unnest([a, b]) AS contestant FROM drawn
    ), asked AS (
        SELECT seated.*, cell.* EXCLUDE (pair) FROM seated JOIN cell ON cell.pair = seated.pair WHERE NOT is_fresh
        UNION ALL
        SELECT seated.*, task, cell, sha256(pair_id || task || cell), expected FROM seated CROSS JOIN fresh_cell WHERE is_fresh
    )
    SELECT id, seat, task, cell, probe_key,
           if(luck % 1000 < 850 + contestant % 100, 'correct',
              ['wrong', 'refused', 'unparseable'][(luck // 1000 % 3)::BIGINT + 1]),
           expected, NULL, NULL
    FROM (SELECT *, hash(contestant, pair_id, probe_key) AS luck FROM asked) ORDER BY seq, seat, task, cell
    """,
    f"""
    INSERT INTO arena.replies
    SELECT if(seat = 'a', seat_a, seat_b), probe_key, task, '{WORDS}', [-0.2, -1.7], NULL, false, moment,
           NULL, NULL, NULL, NULL, true
    FROM arena.judgements JOIN drawn ON drawn.id = judgements.battle_id
    WHERE is_fresh AND battle_id >= (SELECT min(id) FROM drawn)
    """,  # noqa: S608 - a constant
    "INSERT INTO arena.settlements SELECT id, seq FROM drawn ORDER BY seq",
    """
    INSERT INTO arena.votes
    SELECT id, md5(id), ['a', 'b', 'both_good', 'both_bad', 'skip'][(hash(id, 'vote') % 5)::BIGINT + 1], moment
    FROM drawn WHERE played_by = 'visitor' ORDER BY seq
    """,
)
"""What the arena would have written of the battles drawn."""
