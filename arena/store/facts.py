"""Writing facts, inside a transaction of the writer. Saying the same thing twice does no harm."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from arena.contestants import Contestant
from arena.errors import StoreError
from arena.pairs import MinimalPair
from arena.store.keys import key_of
from arena.store.pair_rows import pair_rows
from arena.store.records import Acknowledged, BattleRecord, ReplyRecord, Vote, now
from arena.store.replies import add_replies, drawn_pairs
from arena.store.rows import Row, append, judged_row, select_within, utc, values_in
from arena.store.settlements import settle
from arena.store.transaction import Connection

ABANDONED = "nobody"
"""Stands as the visitor of battles that were never judged."""


def add_pairs(connection: Connection, pairs: Iterable[MinimalPair], drawn_at: datetime | None = None) -> int:
    """Append the pairs that are not there yet, and say how many that were. Their images must be on disk already.

    Args:
        connection: in a transaction of the writer.
        pairs: any.
        drawn_at: the moment at which they were drawn for a battle, before anybody was asked about them; None for pairs that
            will come again.
    """
    given = {pair.id: pair for pair in pairs}
    known = pair_rows(connection, "drawn_at", given)
    return append(connection, "pairs", [_pair_row(pair, drawn_at) for name, pair in given.items() if name not in known])


def add_contestants(connection: Connection, contestants: Iterable[Contestant]) -> int:
    """Append the contestants that are not there yet, and say how many that were."""
    given = {contestant.id: contestant for contestant in contestants}
    known = values_in(connection, "contestants", "id", given)
    new = [contestant for name, contestant in given.items() if name not in known]
    return append(connection, "contestants", [_contestant_row(contestant) for contestant in new])


def add_battles(connection: Connection, played: Sequence[tuple[BattleRecord, Sequence[ReplyRecord]]]) -> list[Acknowledged]:
    """Append battles with their outcomes and replies, all of it or nothing. What no visitor plays is settled at once.

    Raises:
        StoreError: a pair or a contestant was never stored.
    """
    drawn_at = _refuse_strangers(connection, [battle for battle, _ in played])
    places, last = _places(connection, [battle.id for battle, _ in played])
    fresh: list[tuple[BattleRecord, int]] = []
    lasting: list[ReplyRecord] = []
    about_drawn: list[ReplyRecord] = []
    acknowledged: list[Acknowledged] = []
    for battle, replies in played:
        first = battle.id not in places
        if first:
            places[battle.id] = last + len(fresh) + 1
            fresh.append((battle, places[battle.id]))
            (lasting if drawn_at[battle.pair_id] is None else about_drawn).extend(replies)
        acknowledged.append(Acknowledged(battle.id, places[battle.id], first))
    append(connection, "battles", [_battle_row(battle, seq) for battle, seq in fresh])
    methods = {battle.method_version for battle, _ in fresh}
    append(connection, "methods", [(version,) for version in methods - values_in(connection, "methods", "version", methods)])
    rows = [(battle.id, one.seat, *judged_row(one), None) for battle, _ in fresh for one in battle.outcomes]
    append(connection, "judgements", rows)
    add_replies(connection, lasting)
    if about_drawn:
        add_replies(connection, about_drawn, min(moment for moment in drawn_at.values() if moment is not None))
    waiting = [(battle.id, seq, utc(battle.played_at)) for battle, seq in fresh if battle.played_by == "visitor"]
    append(connection, "unjudged", waiting)
    settle(connection, [battle.id for battle, _ in fresh if battle.played_by != "visitor"])
    return acknowledged


def add_votes(connection: Connection, votes: Sequence[Vote]) -> list[bool]:
    """Append each vote if its battle has none, and say whether it is the one that counts. It settles a visitor's battle.

    Raises:
        StoreError: a battle was never stored.
    """
    known = values_in(connection, "battles", "id", [vote.battle_id for vote in votes])
    stored = select_within(connection, "SELECT battle_id, visitor, choice, voted_at FROM arena.votes WHERE battle_id {}", known)
    counted: dict[str, Row] = {row[0]: row for row in stored}
    new: list[Vote] = []
    for vote in votes:
        if vote.battle_id not in known:
            raise StoreError(f"vote: battle_id: {vote.battle_id!r} is not in the store; vote on a battle that was played")
        if vote.battle_id not in counted:
            counted[vote.battle_id] = _vote_row(vote)
            new.append(vote)
    append(connection, "votes", [_vote_row(vote) for vote in new])
    settle(connection, [vote.battle_id for vote in new])
    return [counted[vote.battle_id] == _vote_row(vote) for vote in votes]


def skip_abandoned(connection: Connection, before: datetime) -> int:
    """Settle visitors' battles played before this moment that have no vote, as if the vote had been skipped."""
    found = connection.execute(
        "SELECT battle_id FROM arena.unjudged WHERE played_at < ? ORDER BY seq", [utc(before)]
    ).fetchall()
    return sum(add_votes(connection, [Vote(battle_id, ABANDONED, "skip", now()) for (battle_id,) in found]))


def _refuse_strangers(connection: Connection, battles: Sequence[BattleRecord]) -> dict[str, datetime | None]:
    """Pair id -> when the pair was drawn for a battle; None where it may come again."""
    drawn_at = drawn_pairs(connection, (battle.pair_id for battle in battles))
    contestants = values_in(connection, "contestants", "id", (name for battle in battles for name in battle.seats))
    for battle in battles:
        if battle.pair_id not in drawn_at:
            raise StoreError(f"battle {battle.id}: pair_id: {battle.pair_id!r} is not in the store; add the pair first")
        for name in battle.seats:
            if name not in contestants:
                raise StoreError(f"battle {battle.id}: seats: {name!r} is not in the store; add the contestant first")
    return drawn_at


def _places(connection: Connection, battle_ids: Sequence[str]) -> tuple[dict[str, int], int]:
    """Battle id -> seq, for those that are stored already, and the last seq of all."""
    stored = select_within(connection, "SELECT id, seq FROM arena.battles WHERE id {}", battle_ids)
    ((last,),) = connection.execute("SELECT count(*) FROM arena.battles").fetchall()
    return dict(stored), last


def _pair_row(pair: MinimalPair, drawn_at: datetime | None) -> Row:
    sides = [value for side in pair.sides for value in (side.picture.digest, side.caption, side.label)]
    region = None if pair.region is None else list(pair.region)
    provenance = json.dumps(asdict(pair.provenance))
    named = (pair.id, pair.family, pair.domain, pair.category, pair.source)
    made = (provenance, utc(drawn_at or now()), drawn_at and utc(drawn_at))
    return (*named, *sides, pair.request, region, *made, key_of(pair.id))


def _contestant_row(contestant: Contestant) -> Row:
    settings = json.dumps(dict(contestant.settings))
    return (contestant.id, contestant.repository, contestant.revision, contestant.engine, settings, utc(now()))


def _vote_row(vote: Vote) -> Row:
    return (vote.battle_id, vote.visitor, vote.choice, utc(vote.voted_at))


def _battle_row(battle: BattleRecord, seq: int) -> Row:
    drawn = (battle.pair_id, *battle.seats, battle.draw_probability, battle.played_by)
    return (battle.id, seq, *drawn, battle.result, battle.method_version, utc(battle.played_at))
