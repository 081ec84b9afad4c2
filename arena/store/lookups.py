"""Reading facts back as values."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import duckdb

from arena.contestants import Contestant
from arena.images import Picture
from arena.pairs import MinimalPair, Provenance, Side
from arena.probes import Outcome
from arena.store.pair_rows import pair_rows
from arena.store.picture_files import PictureFiles
from arena.store.records import BattleRecord, OutcomeRecord, Vote
from arena.store.rows import aware


def pair(connection: duckdb.DuckDBPyConnection, pictures: PictureFiles, pair_id: str) -> MinimalPair | None:
    """The pair with its images; None where it is unknown."""
    return _pairs(connection, [pair_id], pictures.read).get(pair_id)


def pairs_without_images(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> dict[str, MinimalPair]:
    """id -> pair, of those that are known; its pictures have their digests, and nothing to show."""
    return _pairs(connection, ids, _without_image)


def _without_image(digest: str) -> Picture:
    return Picture(digest, b"")


def _pairs(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[str], picture: Callable[[str], Picture]
) -> dict[str, MinimalPair]:
    return {name: _pair((name, *row), picture) for name, row in pair_rows(connection, _PAIR, ids).items()}


_PAIR = """
    family, domain, category, source, request, region, provenance, image_0, caption_0, label_0, image_1, caption_1, label_1
"""


def _pair(row: tuple[Any, ...], picture: Callable[[str], Picture]) -> MinimalPair:
    pair_id, family, domain, category, source, request, region, provenance, *shown = row
    image_0, caption_0, label_0, image_1, caption_1, label_1 = shown
    sides = (Side(picture(image_0), caption_0, label_0), Side(picture(image_1), caption_1, label_1))
    box = None if region is None else tuple(region)
    made = Provenance(**json.loads(provenance))
    return MinimalPair(pair_id, family, domain, category, source, sides, request, box, made)


def contestants(connection: duckdb.DuckDBPyConnection) -> dict[str, Contestant]:
    """id -> contestant, in the order they were added."""
    found = connection.execute(
        "SELECT id, repository, revision, engine, settings FROM arena.contestants ORDER BY added_at, repository"
    ).fetchall()
    return {
        identifier: Contestant(repository, revision, engine, json.loads(settings))
        for identifier, repository, revision, engine, settings in found
    }


def battle(connection: duckdb.DuckDBPyConnection, battle_id: str) -> BattleRecord | None:
    """The battle, as the last version of the method judged it, with its outcomes in their order; None where it is unknown."""
    row = connection.execute(
        """
        SELECT pair_id, seat_a, seat_b, draw_probability, played_by, result, method_version, played_at, seq
        FROM arena.battles WHERE id = ?
        """,
        [battle_id],
    ).fetchone()
    if row is None:
        return None
    pair_id, seat_a, seat_b, probability, played_by, result, method_version, played_at, seq = row
    anew = connection.execute(
        """
        SELECT result, method_version FROM arena.rereadings WHERE battle_id = ? AND result IS NOT NULL
        ORDER BY read_at DESC LIMIT 1
        """,
        [battle_id],
    ).fetchone()
    judged = connection.execute(
        """
        SELECT seat, task, cell, probe_key, outcome, expected, read_by FROM arena.judgements
        WHERE battle_id = ? AND method_version IS NOT DISTINCT FROM ? ORDER BY rowid
        """,
        [battle_id, anew and anew[1]],
    ).fetchall()
    outcomes = tuple(
        OutcomeRecord(seat, task, cell, key, Outcome(outcome), expected, read_by)
        for seat, task, cell, key, outcome, expected, read_by in judged
    )
    result, method_version = anew or (result, method_version)
    drawn = (probability, played_by, result, method_version)
    return BattleRecord(battle_id, pair_id, (seat_a, seat_b), *drawn, outcomes, aware(played_at), seq)


def pairs_met(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> set[str]:
    """Ids of the pairs on which two contestants have met in battles that count, of those that come again."""
    found = connection.execute(
        "SELECT pair_id FROM arena.meetings WHERE lower = ? AND higher = ? AND comes_again", sorted((one, other))
    ).fetchall()
    return {pair_id for (pair_id,) in found}


def vote_of(connection: duckdb.DuckDBPyConnection, battle_id: str) -> Vote | None:
    """The vote that counts for the battle; None where there is none yet."""
    row = connection.execute("SELECT visitor, choice, voted_at FROM arena.votes WHERE battle_id = ?", [battle_id]).fetchone()
    if row is None:
        return None
    visitor, choice, voted_at = row
    return Vote(battle_id, visitor, choice, aware(voted_at))
