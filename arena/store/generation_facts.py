"""Writing and reading generated pairs; what is derived from reviews is computed here, from the last word of each reviewer."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from arena.errors import StoreError
from arena.pairs import MinimalPair
from arena.store.facts import add_pairs
from arena.store.generation_records import GenerationRecord, PairInPlay, ReviewRecord, Standing, Verdict
from arena.store.records import now
from arena.store.rows import Row, append, aware, has_row, utc
from arena.store.transaction import Connection

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

ATTEMPTS = """
    SELECT * FROM arena.generations
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY error IS NOT NULL, made_at DESC) = 1
"""
"""One row a generation: the attempt that succeeded, else the last one."""
SAID = """
    SELECT * FROM arena.reviews
    QUALIFY row_number() OVER (PARTITION BY generation_id, reviewer, verdict IN ('flag', 'unflagged') ORDER BY seq DESC) = 1
        AND verdict NOT IN ('undone', 'unflagged')
"""
"""What each reviewer says of each generation at present: a verdict that counts, a flag, or both."""
STANDINGS = f"""
    WITH attempts AS ({ATTEMPTS}), said AS ({SAID}), counted AS (
        SELECT generation_id, count(*) FILTER (verdict = 'accept') AS accepts, count(*) FILTER (verdict = 'reject') AS rejects,
               count(*) FILTER (verdict = 'flag') AS flags
        FROM said GROUP BY generation_id
    ), retired AS (SELECT generation_id, arg_min(reason, retired_at) AS reason FROM arena.retirements GROUP BY generation_id)
    SELECT attempts.*, coalesce(accepts, 0) AS accepts, coalesce(rejects, 0) AS rejects,
           coalesce(flags, 0) AS flags, retired.reason AS retired, nullif(latest.state, 'restored') AS down
    FROM attempts
    LEFT JOIN counted ON counted.generation_id = attempts.id
    LEFT JOIN retired ON retired.generation_id = attempts.id
    LEFT JOIN arena.latest_takedowns AS latest ON latest.subject = coalesce(attempts.pair_id, attempts.id)
"""
"""Columns of `generations`, then accepts, rejects, flags, why it was retired, and whether it was taken down."""


def add_generations(connection: Connection, given: tuple[Sequence[GenerationRecord], Sequence[MinimalPair]]) -> int:
    """Append attempts with their pairs; an id that has succeeded before is left as it is. Gives how many were new."""
    records, pairs = given
    known = done(connection, [record.id for record in records])
    new = list({record.id: record for record in records if record.id not in known}.values())
    wanted = {record.pair_id for record in new}
    add_pairs(connection, [pair for pair in pairs if pair.id in wanted])
    return append(connection, "generations", [_generation_row(record) for record in new])


def done(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these ids have been carried out without an error."""
    found = connection.execute(
        "SELECT id FROM arena.generations WHERE error IS NULL AND id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)]
    ).fetchall()
    return {identifier for (identifier,) in found}


def standings(connection: Connection, ids: Sequence[str] | None) -> list[Standing]:
    """Where these generations stand, or all of them; the oldest first."""
    found = connection.execute(
        f"SELECT * FROM ({STANDINGS}) WHERE $1 IS NULL OR id IN (SELECT unnest($1::VARCHAR[])) ORDER BY made_at, id", [ids]
    ).fetchall()
    return [_standing(row) for row in found]


def generation_of_pair(connection: Connection, pair_id: str) -> str | None:
    """Id of the generation that this pair came out of; None where it came from elsewhere."""
    row = connection.execute("SELECT id FROM arena.generations WHERE pair_id = ? ORDER BY made_at", [pair_id]).fetchone()
    return None if row is None else row[0]


def pairs_in_play(connection: Connection, required: int) -> list[PairInPlay]:
    """Generated pairs that battles may draw."""
    return [
        PairInPlay(record.pair_id, record.family, record.domain, record.category, record.models, record.made_at)
        for standing in standings(connection, None)
        if standing.state(required) == "in-play" and (record := standing.record).pair_id is not None
    ]


def revision(connection: Connection) -> object:
    """Something that changes whenever a generation, a review, a retirement or a takedown is appended."""
    return connection.execute(
        """
        SELECT (SELECT count(*) FROM arena.generations), (SELECT count(*) FROM arena.reviews),
               (SELECT count(*) FROM arena.retirements), (SELECT count(*) FROM arena.takedowns)
        """
    ).fetchone()


def add_review(connection: Connection, given: tuple[ReviewRecord, int]) -> Verdict | None:
    """Append what a reviewer says, as what it is where the pair stands now, and say which; None where it changes nothing.

    That is decided here, where nobody else writes: of two verdicts at once, one is the first.

    Raises:
        StoreError: the generation was never stored.
    """
    review, required = given
    _refuse_unknown(connection, "review", review.generation_id)
    again = connection.execute(
        "SELECT verdict FROM arena.reviews WHERE generation_id = ? AND reviewer = ? AND reviewed_at = ?",
        [review.generation_id, review.reviewer, utc(review.reviewed_at)],
    ).fetchone()
    if again is not None:
        return again[0]
    (standing,) = standings(connection, [review.generation_id])
    verdict = standing.kept_as(review.verdict, required)
    if verdict is not None:
        ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.reviews").fetchall()
        said = (review.generation_id, review.reviewer, verdict, review.reason, utc(review.reviewed_at))
        append(connection, "reviews", [(last + 1, *said)])
    return verdict


def reviews(connection: Connection, generation_id: str | None, reviewer: str | None) -> list[ReviewRecord]:
    """What reviewers say at present, of one generation or of all, one reviewer or all, in the order they said it."""
    found = connection.execute(
        f"""
        SELECT generation_id, reviewer, verdict, reason, reviewed_at FROM ({SAID})
        WHERE ($1 IS NULL OR generation_id = $1) AND ($2 IS NULL OR reviewer = $2) ORDER BY seq
        """,
        [generation_id, reviewer],
    ).fetchall()
    return [ReviewRecord(*said, reviewed_at=aware(moment)) for *said, moment in found]


def flagged_as_harmful(connection: Connection, reviewers: int) -> list[str]:
    """Ids of what so many reviewers flag as harmful since the operator decided last, and of which nothing was decided since."""
    found = connection.execute(
        f"""
        SELECT id FROM ({STANDINGS}) AS standings
        JOIN ({SAID}) AS said ON said.generation_id = standings.id
        LEFT JOIN arena.latest_takedowns AS latest ON latest.subject = coalesce(standings.pair_id, standings.id)
        WHERE standings.down IS NULL AND said.verdict = 'flag' AND said.reason = 'harmful'
            AND (latest.decided_at IS NULL OR latest.decided_at < said.reviewed_at)
        GROUP BY id HAVING count(*) >= ? ORDER BY id
        """,
        [reviewers],
    ).fetchall()
    return [identifier for (identifier,) in found]


def retire(connection: Connection, given: tuple[str, str]) -> None:
    """Append that a pair shall no longer be drawn, and why; only the first time counts.

    Raises:
        StoreError: the generation was never stored.
    """
    generation_id, reason = given
    _refuse_unknown(connection, "retire", generation_id)
    if has_row(connection, "retirements", generation_id=generation_id):
        return
    append(connection, "retirements", [(generation_id, reason, utc(now()))])


def images_of_pairs(connection: Connection, method: str) -> list[tuple[str, str | None]]:
    """(digest, hash by this method or None) of each image of each pair.

    Left out are images that were erased, and pairs that gate or reviewers rejected.
    """
    return connection.execute(
        f"""
        WITH standings AS ({STANDINGS}), images AS (
            SELECT DISTINCT unnest([image_0, image_1]) AS image FROM arena.pairs WHERE id NOT IN (
                SELECT pair_id FROM standings WHERE pair_id IS NOT NULL AND (NOT passed OR rejects > accepts)
            )
        )
        SELECT images.image, any_value(hashes.hash)
        FROM images LEFT JOIN arena.image_hashes AS hashes ON hashes.image = images.image AND hashes.method = ?
        WHERE images.image NOT IN (SELECT digest FROM arena.erased_pictures)
        GROUP BY images.image
        """,
        [method],
    ).fetchall()


def sources_made_of(connection: Connection, source: str) -> set[str]:
    """Digests of the sides that show this source in pairs that were made of it."""
    found = connection.execute(
        """
        SELECT CASE WHEN asked ->> 'side' = '0' THEN image_0 ELSE image_1 END
        FROM arena.generations JOIN arena.pairs ON pairs.id = generations.pair_id WHERE generations.source = ?
        """,
        [source],
    ).fetchall()
    return {digest for (digest,) in found}


def add_image_hashes(connection: Connection, rows: Sequence[Row]) -> int:
    """Append (image, method, hash)."""
    return append(connection, "image_hashes", rows)


def _refuse_unknown(connection: Connection, name: str, generation_id: str) -> None:
    if not done(connection, [generation_id]):
        raise StoreError(f"{name}: generation {generation_id!r} is not in the store; see `arena pairs list`")


def _generation_row(record: GenerationRecord) -> Row:
    asked, gate = (json.dumps(dict(value), ensure_ascii=False) for value in (record.asked, record.gate))
    belongs = (record.family, record.domain, record.category, record.source)
    outcome = (record.pair_id, gate, record.passed, record.exact, list(record.models), record.error)
    return (record.id, record.proposer, *belongs, asked, *outcome, utc(record.made_at))


def _standing(row: Sequence[Any]) -> Standing:
    name, proposer, family, domain, category, source, asked, pair_id, gate, passed, exact, models, error, made_at, *counts = row
    belongs = (name, proposer, family, domain, category, source)
    outcome = (pair_id, json.loads(gate), passed, exact, tuple(models), error, aware(made_at))
    return Standing(GenerationRecord(*belongs, json.loads(asked), *outcome), *counts)
