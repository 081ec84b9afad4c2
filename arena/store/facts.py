"""Writing facts, inside a transaction of the writer. Saying the same thing twice does no harm."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

import duckdb

from arena.contestants import Contestant
from arena.errors import StoreError
from arena.pairs import MinimalPair
from arena.store import ratings_log
from arena.store.records import Acknowledged, BattleRecord, EloRule, ReplyRecord, Vote, now
from arena.store.rows import Row, append, aware, judged_row, utc

ABANDONED = "nobody"
"""Stands as the visitor of battles that were never judged."""


def add_pairs(connection: duckdb.DuckDBPyConnection, pairs: Iterable[MinimalPair]) -> int:
    """Append the pairs that are not there yet, and say how many that were. Their images must be on disk already."""
    given = {pair.id: pair for pair in pairs}
    known = _known(connection, "pairs", "id", given)
    return append(connection, "pairs", [_pair_row(pair) for name, pair in given.items() if name not in known])


def add_contestants(connection: duckdb.DuckDBPyConnection, contestants: Iterable[Contestant]) -> int:
    """Append the contestants that are not there yet, and say how many that were."""
    given = {contestant.id: contestant for contestant in contestants}
    known = _known(connection, "contestants", "id", given)
    new = [contestant for name, contestant in given.items() if name not in known]
    return append(connection, "contestants", [_contestant_row(contestant) for contestant in new])


def add_replies(connection: duckdb.DuckDBPyConnection, replies: Iterable[ReplyRecord]) -> int:
    """Append replies to what has no answer yet, and say how many that were. An error is kept, but it is no answer.

    One that was asked for again is appended after an answer of which nobody knows whether it ended; the last one counts.
    """
    fresh: dict[tuple[str, str], ReplyRecord] = {}
    for record in replies:
        key = (record.contestant_id, record.probe_key)
        if key not in fresh or fresh[key].reply.error is not None:
            fresh[key] = record
    known = connection.execute(
        """
        SELECT contestant_id, probe_key, finished IS NULL, asked_at FROM arena.latest_replies
        WHERE contestant_id IN (SELECT unnest($1::VARCHAR[])) AND probe_key IN (SELECT unnest($2::VARCHAR[]))
        """,
        [list({contestant for contestant, _ in fresh}), [key for _, key in fresh]],
    ).fetchall()
    answered = {(contestant, key): (may_be_cut, aware(asked_at)) for contestant, key, may_be_cut, asked_at in known}
    rows = [_reply_row(record) for key, record in fresh.items() if _is_wanted(record, answered.get(key))]
    return append(connection, "replies", rows)


def _is_wanted(record: ReplyRecord, answer: tuple[bool, datetime] | None) -> bool:
    """Whether a reply is kept beside the answer that there is: one that may have been cut, and when it was asked for."""
    if answer is None:
        return True
    may_be_cut, asked_at = answer
    return record.again and may_be_cut and asked_at < record.asked_at


def add_battles(
    connection: duckdb.DuckDBPyConnection, played: Sequence[tuple[BattleRecord, Sequence[ReplyRecord]]], rule: EloRule | None
) -> list[Acknowledged]:
    """Append battles with their outcomes and replies, all of it or nothing. What no visitor plays is settled at once.

    Raises:
        StoreError: a pair or a contestant was never stored.
    """
    _refuse_strangers(connection, [battle for battle, _ in played])
    places, last = _places(connection, [battle.id for battle, _ in played])
    fresh: list[tuple[BattleRecord, int]] = []
    given: list[ReplyRecord] = []
    acknowledged: list[Acknowledged] = []
    for battle, replies in played:
        first = battle.id not in places
        if first:
            places[battle.id] = last + len(fresh) + 1
            fresh.append((battle, places[battle.id]))
            given += replies
        acknowledged.append(Acknowledged(battle.id, places[battle.id], first))
    append(connection, "battles", [_battle_row(battle, seq) for battle, seq in fresh])
    rows = [(battle.id, one.seat, *judged_row(one), None) for battle, _ in fresh for one in battle.outcomes]
    append(connection, "judgements", rows)
    add_replies(connection, given)
    _settle(connection, [battle.id for battle, _ in fresh if battle.played_by != "visitor"], rule)
    return acknowledged


def add_votes(connection: duckdb.DuckDBPyConnection, votes: Sequence[Vote], rule: EloRule | None) -> list[bool]:
    """Append each vote if its battle has none, and say whether it was appended. A visitor's battle is settled by its vote.

    Raises:
        StoreError: a battle was never stored.
    """
    battles = _known(connection, "battles", "id", (vote.battle_id for vote in votes))
    voted = _known(connection, "votes", "battle_id", battles)
    counts: list[bool] = []
    for vote in votes:
        if vote.battle_id not in battles:
            raise StoreError(f"vote: battle_id: {vote.battle_id!r} is not in the store; vote on a battle that was played")
        counts.append(vote.battle_id not in voted)
        voted.add(vote.battle_id)
    kept = [vote for vote, counted in zip(votes, counts, strict=True) if counted]
    append(connection, "votes", [(vote.battle_id, vote.visitor, vote.choice, utc(vote.voted_at)) for vote in kept])
    _settle(connection, [vote.battle_id for vote in kept], rule)
    return counts


def skip_abandoned(connection: duckdb.DuckDBPyConnection, before: datetime, rule: EloRule | None) -> int:
    """Settle visitors' battles played before this moment that have no vote, as if the vote had been skipped."""
    found = connection.execute(
        """
        SELECT id FROM arena.battles
        WHERE played_by = 'visitor' AND played_at < ? AND id NOT IN (SELECT battle_id FROM arena.settlements) ORDER BY seq
        """,
        [utc(before)],
    ).fetchall()
    return sum(add_votes(connection, [Vote(battle_id, ABANDONED, "skip", now()) for (battle_id,) in found], rule))


def _settle(connection: duckdb.DuckDBPyConnection, battle_ids: Sequence[str], rule: EloRule | None) -> None:
    """Give battles their places in the order in which they count, and let them move the online ratings."""
    settled = _known(connection, "settlements", "battle_id", battle_ids)
    fresh = [battle_id for battle_id in battle_ids if battle_id not in settled]
    if not fresh:
        return
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.settlements").fetchall()
    append(connection, "settlements", [(battle_id, last + place) for place, battle_id in enumerate(fresh, start=1)])
    if rule is not None:
        ratings_log.rate_settled(connection, fresh, rule)


def _refuse_strangers(connection: duckdb.DuckDBPyConnection, battles: Sequence[BattleRecord]) -> None:
    pairs = _known(connection, "pairs", "id", (battle.pair_id for battle in battles))
    contestants = _known(connection, "contestants", "id", (name for battle in battles for name in battle.seats))
    for battle in battles:
        if battle.pair_id not in pairs:
            raise StoreError(f"battle {battle.id}: pair_id: {battle.pair_id!r} is not in the store; add the pair first")
        for name in battle.seats:
            if name not in contestants:
                raise StoreError(f"battle {battle.id}: seats: {name!r} is not in the store; add the contestant first")


def _places(connection: duckdb.DuckDBPyConnection, battle_ids: list[str]) -> tuple[dict[str, int], int]:
    """battle id -> seq, for those that are stored already, and the last seq of all."""
    known = connection.execute(
        "SELECT id, seq FROM arena.battles WHERE id IN (SELECT unnest($1::VARCHAR[]))", [battle_ids]
    ).fetchall()
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.battles").fetchall()
    return dict(known), last


def _known(connection: duckdb.DuckDBPyConnection, table: str, column: str, values: Iterable[str]) -> set[str]:
    """Which of the values the column of the table has."""
    found = connection.execute(
        f"SELECT {column} FROM arena.{table} WHERE {column} IN (SELECT unnest($1::VARCHAR[]))",  # noqa: S608 names are ours
        [list(set(values))],
    ).fetchall()
    return {value for (value,) in found}


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
    given = (reply.text, logprobs, reply.error, reply.not_applicable)
    asked = (utc(record.asked_at), reply.finished, *(reply.tokens or (None, None)), reply.scored_by)
    return (record.contestant_id, record.probe_key, record.task, *given, *asked)


def _battle_row(battle: BattleRecord, seq: int) -> Row:
    drawn = (battle.pair_id, *battle.seats, battle.draw_probability, battle.played_by)
    return (battle.id, seq, *drawn, battle.result, battle.method_version, utc(battle.played_at))
