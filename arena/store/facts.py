"""Writing facts: each function is one piece of work for the writer, and says the same thing twice without harm."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import duckdb

from arena.contestants import Contestant
from arena.errors import StoreError
from arena.pairs import MinimalPair
from arena.store import ratings_log
from arena.store.records import Acknowledged, BattleRecord, EloRule, OutcomeRecord, ReplyRecord, Vote, now
from arena.store.rows import Row, append, utc


def add_pairs(connection: duckdb.DuckDBPyConnection, pairs: Iterable[MinimalPair]) -> int:
    """Append the pairs that are not there yet, and say how many that were. Their images must be on disk already."""
    rows = _absent(connection, "pairs", {pair.id: pair for pair in pairs})
    return append(connection, "pairs", [_pair_row(pair) for pair in rows])


def add_contestants(connection: duckdb.DuckDBPyConnection, contestants: Iterable[Contestant]) -> int:
    """Append the contestants that are not there yet, and say how many that were."""
    rows = _absent(connection, "contestants", {contestant.id: contestant for contestant in contestants})
    return append(connection, "contestants", [_contestant_row(contestant) for contestant in rows])


def add_replies(connection: duckdb.DuckDBPyConnection, replies: Iterable[ReplyRecord]) -> int:
    """Append replies to what has no answer yet, and say how many that were. An error is kept, but it is no answer."""
    fresh: dict[tuple[str, str], ReplyRecord] = {}
    for record in replies:
        key = (record.contestant_id, record.probe_key)
        if key not in fresh or fresh[key].reply.error is not None:
            fresh[key] = record
    known = connection.execute(
        """
        SELECT contestant_id, probe_key FROM arena.replies
        WHERE contestant_id IN (SELECT unnest($1::VARCHAR[])) AND probe_key IN (SELECT unnest($2::VARCHAR[])) AND error IS NULL
        """,
        [list({contestant for contestant, _ in fresh}), [key for _, key in fresh]],
    ).fetchall()
    answered = set(known)
    return append(connection, "replies", [_reply_row(record) for key, record in fresh.items() if key not in answered])


def add_battle(
    connection: duckdb.DuckDBPyConnection, battle: BattleRecord, replies: Sequence[ReplyRecord], rule: EloRule | None
) -> Acknowledged:
    """Append a battle with its outcomes, replies and what it does to the online ratings; all of it or nothing.

    Raises:
        StoreError: the pair or a contestant was never stored.
    """
    last, known, pairs, contestants = _one(
        connection,
        """
        SELECT (SELECT coalesce(max(seq), 0) FROM arena.battles),
               (SELECT max(seq) FROM arena.battles WHERE id = $battle),
               (SELECT count(*) FROM arena.pairs WHERE id = $pair),
               (SELECT count(*) FROM arena.contestants WHERE id IN ($seat_a, $seat_b))
        """,
        {"battle": battle.id, "pair": battle.pair_id, "seat_a": battle.seats[0], "seat_b": battle.seats[1]},
    )
    if known is not None:
        return Acknowledged(battle.id, known, first=False)
    if not pairs:
        raise StoreError(f"battle {battle.id}: pair_id: {battle.pair_id!r} is not in the store; add the pair first")
    if contestants != len(set(battle.seats)):
        names = " or ".join(battle.seats)
        raise StoreError(f"battle {battle.id}: seats: {names} is not in the store; add the contestant first")
    seq = last + 1
    append(connection, "battles", [_battle_row(battle, seq)])
    append(connection, "outcomes", [_outcome_row(battle.id, judged) for judged in battle.outcomes])
    add_replies(connection, replies)
    if rule is not None:
        ratings_log.rate_battle(connection, battle, seq, rule)
    return Acknowledged(battle.id, seq, first=True)


def add_vote(connection: duckdb.DuckDBPyConnection, vote: Vote) -> bool:
    """Append the vote if its battle has none, and say whether it was appended.

    Raises:
        StoreError: the battle was never stored.
    """
    battles, votes = _one(
        connection,
        "SELECT (SELECT count(*) FROM arena.battles WHERE id = $id), (SELECT count(*) FROM arena.votes WHERE battle_id = $id)",
        {"id": vote.battle_id},
    )
    if not battles:
        raise StoreError(f"vote: battle_id: {vote.battle_id!r} is not in the store; vote on a battle that was played")
    if votes:
        return False
    append(connection, "votes", [(vote.battle_id, vote.visitor, vote.choice, utc(vote.voted_at))])
    return True


def _absent(connection: duckdb.DuckDBPyConnection, table: str, values: Mapping[str, Any]) -> list[Any]:
    """The values whose id the table does not have."""
    found = connection.execute(
        f"SELECT id FROM arena.{table} WHERE id IN (SELECT unnest($1::VARCHAR[]))",  # noqa: S608 table names are ours
        [list(values)],
    ).fetchall()
    known = {identifier for (identifier,) in found}
    return [value for identifier, value in values.items() if identifier not in known]


def _one(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return row


def _pair_row(pair: MinimalPair) -> Row:
    sides = [value for side in pair.sides for value in (side.picture.digest, side.caption, side.label)]
    region = None if pair.region is None else list(pair.region)
    provenance = json.dumps(asdict(pair.provenance))
    return (pair.id, pair.family, pair.domain, pair.category, pair.source, *sides, pair.request, region, provenance, utc(now()))


def _contestant_row(contestant: Contestant) -> Row:
    settings = json.dumps(dict(contestant.settings))
    return (contestant.id, contestant.repository, contestant.revision, contestant.engine, settings, utc(now()))


def _reply_row(record: ReplyRecord) -> Row:
    reply = record.reply
    logprobs = None if reply.logprobs is None else list(reply.logprobs)
    judged = (reply.text, logprobs, reply.error, reply.not_applicable)
    return (record.contestant_id, record.probe_key, record.task, *judged, utc(record.asked_at))


def _battle_row(battle: BattleRecord, seq: int) -> Row:
    drawn = (battle.pair_id, *battle.seats, battle.draw_probability, battle.played_by)
    return (battle.id, seq, *drawn, battle.result, battle.method_version, utc(battle.played_at))


def _outcome_row(battle_id: str, judged: OutcomeRecord) -> Row:
    return (battle_id, judged.seat, judged.task, judged.cell, judged.probe_key, judged.outcome.value, judged.expected)
