"""Reading facts back as values."""

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import duckdb

from arena.contestants import Contestant
from arena.images import Picture
from arena.pairs import MinimalPair, Provenance, Side
from arena.probes import Outcome, Reply
from arena.store.picture_files import PictureFiles
from arena.store.records import BattleRecord, OutcomeRecord, Vote
from arena.store.rows import aware


def pair(connection: duckdb.DuckDBPyConnection, pictures: PictureFiles, pair_id: str) -> MinimalPair | None:
    """The pair with its images; None where it is unknown."""
    return _pairs(connection, [pair_id], pictures.read).get(pair_id)


def pairs_without_images(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> dict[str, MinimalPair]:
    """id -> pair, of those that are known; its pictures have their digests, and nothing to show."""
    return _pairs(connection, ids, lambda digest: Picture(digest, b""))


def _pairs(
    connection: duckdb.DuckDBPyConnection, ids: Iterable[str], picture: Callable[[str], Picture]
) -> dict[str, MinimalPair]:
    found = connection.execute(
        """
        SELECT id, family, domain, category, source, request, region, provenance,
               image_0, caption_0, label_0, image_1, caption_1, label_1
        FROM arena.pairs WHERE id IN (SELECT unnest(?::VARCHAR[]))
        """,
        [list(ids)],
    ).fetchall()
    return {row[0]: _pair(row, picture) for row in found}


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


def replies(connection: duckdb.DuckDBPyConnection, contestant_id: str, keys: Iterable[str]) -> dict[str, Reply]:
    """probe key -> the last answer that the contestant gave. Errors are no answers, so those are asked again.

    As the view of latest replies has it, in half the time: every battle and every vote asks.
    """
    found = connection.execute(
        """
        SELECT probe_key, text, logprobs, not_applicable, finished FROM arena.replies
        WHERE contestant_id = ? AND probe_key IN (SELECT unnest(?::VARCHAR[])) AND error IS NULL ORDER BY asked_at
        """,
        [contestant_id, list(keys)],
    ).fetchall()
    return {
        key: Reply(text, as_logprobs(logprobs), None, not_applicable, finished)
        for key, text, logprobs, not_applicable, finished in found
    }


def battle(connection: duckdb.DuckDBPyConnection, battle_id: str) -> BattleRecord | None:
    """The battle, as the last version of the method judged it, with its outcomes in their order; None where it is unknown."""
    row = connection.execute(
        """
        SELECT pair_id, seat_a, seat_b, draw_probability, played_by, coalesce(latest.result, battles.result),
               coalesce(latest.method_version, battles.method_version), played_at, seq
        FROM arena.battles LEFT JOIN arena.latest_rereadings AS latest ON latest.battle_id = battles.id
        WHERE battles.id = ?
        """,
        [battle_id],
    ).fetchone()
    if row is None:
        return None
    pair_id, seat_a, seat_b, probability, played_by, result, method_version, played_at, seq = row
    judged = connection.execute(
        "SELECT seat, task, cell, probe_key, outcome, expected, read_by FROM arena.outcomes WHERE battle_id = ? ORDER BY place",
        [battle_id],
    ).fetchall()
    outcomes = tuple(
        OutcomeRecord(seat, task, cell, key, Outcome(outcome), expected, read_by)
        for seat, task, cell, key, outcome, expected, read_by in judged
    )
    drawn = (probability, played_by, result, method_version)
    return BattleRecord(battle_id, pair_id, (seat_a, seat_b), *drawn, outcomes, aware(played_at), seq)


def pairs_met(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> set[str]:
    """Ids of the pairs on which two contestants have met; a void battle is no meeting."""
    found = connection.execute(
        """
        SELECT DISTINCT pair_id FROM arena.battles
        WHERE result <> 'void' AND ((seat_a = $one AND seat_b = $other) OR (seat_a = $other AND seat_b = $one))
        """,
        {"one": one, "other": other},
    ).fetchall()
    return {pair_id for (pair_id,) in found}


def settled(connection: duckdb.DuckDBPyConnection) -> int:
    """How many battles were settled so far."""
    ((count,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.settlements").fetchall()
    return count


def vote_of(connection: duckdb.DuckDBPyConnection, battle_id: str) -> Vote | None:
    """The vote that counts for the battle; None where there is none yet."""
    row = connection.execute("SELECT visitor, choice, voted_at FROM arena.votes WHERE battle_id = ?", [battle_id]).fetchone()
    if row is None:
        return None
    visitor, choice, voted_at = row
    return Vote(battle_id, visitor, choice, aware(voted_at))


def votes_by_result(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, Any], int]:
    """(choice, result) -> how often visitors chose this where the automatic score said that."""
    found = connection.execute(
        """
        SELECT choice, coalesce(latest.result, battles.result) AS outcome, count(*)
        FROM arena.votes JOIN arena.battles ON battles.id = votes.battle_id
        LEFT JOIN arena.latest_rereadings AS latest ON latest.battle_id = battles.id
        GROUP BY choice, outcome ORDER BY choice, outcome
        """
    ).fetchall()
    return {(choice, result): count for choice, result, count in found}


def as_logprobs(stored: list[float | None] | None) -> tuple[float, ...] | None:
    """Log-probabilities as they were given: the Python client of DuckDB writes NaN in a list as NULL."""
    return None if stored is None else tuple(math.nan if value is None else value for value in stored)
