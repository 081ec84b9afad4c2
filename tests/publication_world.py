"""Battles of every kind that a publication has to tell apart: young and old pairs, votes, pictures of visitors, rereadings."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from store_world import CONTESTANTS, NOON, make_battle, make_pair, outcomes

from arena.pairs import MinimalPair
from arena.probes import Reply
from arena.store import GENERATED, GenerationRecord, PairReading, ReplyRecord, Rereading, Rereadings, Store
from arena.store.generation_records import FRESH
from arena.store.publication import Part, Reach
from arena.store.published_tables import TABLES

VISITOR = "0123456789abcdef-of-a-browser"
PROPOSER = "browser:a-visitor-who-proposed"
WORDS = "what a visitor reported"
SECRETS = [text.encode() for text in (VISITOR, PROPOSER, WORDS)]
"""What must be in no file."""
DAY = timedelta(days=1)
FROZEN = [make_pair(number) for number in (1, 2, 3)]
DRAWN = [make_pair(number, source=FRESH) for number in (11, 12, 13)]
"""Pair n was drawn n days after `NOON`, for one battle."""
MADE = make_pair(21, source=GENERATED)
OF_A_VISITOR = make_pair(31, family="picture-of-a-visitor", source=GENERATED)
NEVER = make_pair(41, source=GENERATED)
"""Was made and reviewed by nobody."""
SEATS = [(CONTESTANTS[0].id, CONTESTANTS[1].id), (CONTESTANTS[1].id, CONTESTANTS[2].id), (CONTESTANTS[3].id, CONTESTANTS[0].id)]
JUDGED = outcomes({"caption_choice": (["correct", "correct"], ["correct", "wrong"])})
FAILED = outcomes({"caption_choice": (["correct", "error"], ["correct", "wrong"])})
ANEW = outcomes({"caption_choice": (["correct", "wrong"], ["correct", "correct"])})
EVERYTHING = Reach(10**6, NOON + 1000 * DAY, datetime(2999, 1, 1, tzinfo=UTC))


def battle(store: Store, name: str, pair: MinimalPair, seats: tuple[str, str] = SEATS[0], judged=JUDGED, **more: Any) -> None:
    """Play one, with what both replied; the probes of a pair are its own."""
    mine = tuple(_of_pair(pair, one) for one in judged)
    answered = [one for one in mine if one.outcome.value != "error"]
    replies = [
        ReplyRecord(seats["ab".index(one.seat)], one.probe_key, one.task, Reply(f"says {one.probe_key}", (-0.5, -1.0)), NOON)
        for one in answered
    ]
    store.add_battle(make_battle(name, mine, pair_id=pair.id, seats=seats, **more), replies)


def _of_pair(pair: MinimalPair, judged):
    return replace(judged, probe_key=f"{pair.id}/{judged.probe_key}")


def play(store: Store) -> None:
    """Everything there is."""
    store.add_pairs(FROZEN)
    for day, pair in enumerate(DRAWN, start=1):
        store.add_pairs([pair], NOON + day * DAY)
    for pair in (MADE, OF_A_VISITOR, NEVER):
        told = {"proposer": PROPOSER, "family": pair.family, "domain": "safety", "category": "kitchen", "asked": {}}
        picture = pair.sides[0].picture
        record = GenerationRecord(id=f"of-{pair.id}", source=picture.digest, pair_id=pair.id, passed=True, exact=True, **told)
        store.generations.add([record], [pair], [picture])
    store.add_contestants(CONTESTANTS)
    battle(store, "01", FROZEN[0])
    battle(store, "02-voted", FROZEN[0], SEATS[1], played_by="visitor")
    battle(store, "03-unjudged", FROZEN[1], played_by="visitor")
    battle(store, "04-void", FROZEN[1], SEATS[2], FAILED)
    battle(store, "05-again", FROZEN[0])
    battle(store, "06-drawn", DRAWN[0], SEATS[1])
    battle(store, "07-drawn", DRAWN[1], played_by="visitor")
    battle(store, "08-made", MADE, SEATS[1])
    battle(store, "09-of-a-visitor", OF_A_VISITOR)
    battle(store, "10-drawn", DRAWN[2], SEATS[2])
    battle(store, "11-abandoned", FROZEN[2], SEATS[2], played_by="visitor", played_at=NOON - 9 * DAY)
    battle(store, "12-newer", FROZEN[0], method_version="2")
    store.add_vote("07-drawn", VISITOR, "both_good", NOON)
    store.add_vote("02-voted", VISITOR, "a", NOON)
    store.settle_abandoned(NOON - DAY)
    store.takedowns.report(FROZEN[0].id, "other", WORDS)
    readings = [
        PairReading(name, FROZEN[0].id, [_of_pair(FROZEN[0], one) for one in ANEW if one.seat == seat])
        for name, seat in zip(SEATS[0], "ab", strict=True)
    ]
    store.add_rereadings(Rereadings("2", [Rereading("01", "b"), Rereading("05-again", None, "cut")], readings))


def published(store: Store, parts: Sequence[Part], folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Table -> all rows of these parts, as DuckDB reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts):
        for table in TABLES:
            file = folder / f"{table}-{number}.parquet"
            rows = store.publication.write(table, part, file)
            assert rows == duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall()[0][0]
    return {table: duckdb.sql(f"SELECT * FROM '{folder}/{table}-*.parquet'").fetchall() for table in TABLES}


def in_steps(*reaches: Reach) -> list[Part]:
    """Parts that go so far one after the other."""
    return [Part(before, until) for before, until in zip((Reach(), *reaches), reaches, strict=False)]


def rows_of(parquet: bytes) -> list[tuple[Any, ...]]:
    """Of a file."""
    return duckdb.read_parquet(io.BytesIO(parquet)).fetchall()
