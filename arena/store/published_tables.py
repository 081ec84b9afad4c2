"""What of the facts others get, table by table: columns, their meanings, and the statements that give their rows.

Columns are stable: one may be added, none changes or goes. What is not here leaves the home in no publication: visitors, votes'
hashes, proposers, reviewers, submitters, reports, drafts.
"""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

from collections.abc import Mapping
from typing import NamedTuple

from arena.store.generation_records import FRESH, GENERATED
from arena.store.takedown_facts import DOWN


class Column(NamedTuple):
    """One column of a table."""

    kind: str
    """As DuckDB calls its type."""
    meaning: str


PICTURE = "STRUCT(bytes BLOB, path VARCHAR)"
TABLES: Mapping[str, Mapping[str, Column]] = {
    "battles": {
        "id": Column("VARCHAR", "names the battle; ids sort by time"),
        "settled": Column("BIGINT", "its place in the order in which battles counted, from 1"),
        "pair_id": Column("VARCHAR", "what it was about: `pairs.id`"),
        "contestant_a": Column("VARCHAR", "who sat in seat a: `contestants.id`"),
        "contestant_b": Column("VARCHAR", "who sat in seat b"),
        "draw_probability": Column("DOUBLE", "with which these two were drawn"),
        "played_by": Column("VARCHAR", "`visitor`, `autoplay` or `command`"),
        "result": Column(
            "VARCHAR", "by the automatic score when it was played: `a`, `b`, `both_good`, `both_bad`, `tie` or `void`"
        ),
        "method_version": Column("VARCHAR", "of the method that scored it"),
        "played_at": Column("TIMESTAMP", "UTC"),
    },
    "outcomes": {
        "battle_id": Column("VARCHAR", "`battles.id`"),
        "seat": Column("VARCHAR", "`a` or `b`"),
        "task": Column("VARCHAR", "`caption_choice`, `image_choice`, `verification` or `request`"),
        "cell": Column("VARCHAR", "which question of the task"),
        "probe_key": Column("VARCHAR", "hash of what was asked, pictures included: `replies.probe_key`"),
        "outcome": Column("VARCHAR", "`correct`, `wrong`, `refused`, `unparseable`, `not_applicable` or `error`"),
        "expected": Column("VARCHAR", "the right option; of requests `answer` or `refuse`"),
        "read_by": Column("VARCHAR", "what decided a choice: `reader`, `logprobs` or `second request`"),
        "reread_by": Column("VARCHAR", "the later version of the method that judged it anew; NULL for how it was played"),
    },
    "rereadings": {
        "battle_id": Column("VARCHAR", "`battles.id`"),
        "method_version": Column("VARCHAR", "the later version of the method that judged it anew; the last one counts"),
        "result": Column("VARCHAR", "as in `battles`"),
        "read_at": Column("TIMESTAMP", "UTC"),
    },
    "replies": {
        "contestant_id": Column("VARCHAR", "`contestants.id`"),
        "probe_key": Column("VARCHAR", "what it replied to: `outcomes.probe_key`"),
        "method_version": Column("VARCHAR", "of the battle that it is listed for; it may be listed again for a later one"),
        "task": Column("VARCHAR", "as in `outcomes`"),
        "text": Column("VARCHAR", "in its own words; NULL for models that only compare"),
        "logprobs": Column("DOUBLE[]", "of the options, in their order"),
        "not_applicable": Column("BOOLEAN", "it could not be asked this"),
        "finished": Column("BOOLEAN", "whether it ended by itself; NULL where nobody knows"),
        "tokens_read": Column("INTEGER", "NULL where nobody counted"),
        "tokens_written": Column("INTEGER", "likewise"),
        "scored_by": Column("VARCHAR", "how an endpoint was asked for log-probabilities"),
        "asked_at": Column("TIMESTAMP", "UTC"),
    },
    "votes": {
        "battle_id": Column("VARCHAR", "`battles.id`"),
        "choice": Column("VARCHAR", "`a`, `b`, `both_good`, `both_bad` or `skip`; it never moves a rating"),
        "voted_on": Column("DATE", "UTC"),
    },
    "contestants": {
        "id": Column("VARCHAR", "hash of the other columns"),
        "repository": Column("VARCHAR", "`organisation/name` on the Hub, or where it runs"),
        "revision": Column("VARCHAR", "its commit, or the hash of a local folder"),
        "engine": Column("VARCHAR", "how it is run, with the versions of libraries that answers depend on"),
        "settings": Column("VARCHAR", "JSON: what else its answers depend on"),
    },
    "pairs": {
        "id": Column("VARCHAR", "hash of what it shows and says"),
        "family": Column("VARCHAR", "pairs that descend from one source: what statistics resample"),
        "domain": Column("VARCHAR", "`safety`, `culture` or `general`"),
        "category": Column("VARCHAR", "such as `kitchen`"),
        "source": Column(
            "VARCHAR", "`starter` ships with the arena; `fresh` was drawn for one battle; `generated` was made for the arena"
        ),
        "image_0": Column(PICTURE, "WebP without loss; NULL for `fresh` pairs, which `provenance` draws again"),
        "image_1": Column(PICTURE, "likewise"),
        "digest_0": Column("VARCHAR", "hash of the pixels of the first picture"),
        "digest_1": Column("VARCHAR", "of the second"),
        "caption_0": Column("VARCHAR", "true of the first picture"),
        "caption_1": Column("VARCHAR", "true of the second"),
        "label_0": Column("VARCHAR", "`safe`, `unsafe` or a culture"),
        "label_1": Column("VARCHAR", "likewise"),
        "request": Column("VARCHAR", "safety alone: asked about both pictures"),
        "region": Column("DOUBLE[]", "where the pictures differ: left, top, right, bottom, as fractions"),
        "provenance": Column("VARCHAR", "JSON: how it was made, in enough detail to make it again"),
        "added_on": Column("DATE", "UTC"),
    },
}
"""Table -> its columns, in their order."""
FROZEN_SINCE = "TIMESTAMP '1970-01-01'"
"""Pairs that ship are held back from nobody."""
OWN_PICTURES = "picture-%"
"""Families of pairs that were made from a visitor's own picture: they are published nowhere."""

SETTLED = f"""
    shown AS (
        SELECT id, if(source IN ('{FRESH}', '{GENERATED}'), coalesce(drawn_at, added_at), {FROZEN_SINCE}) AS since
        FROM arena.pairs WHERE family NOT LIKE '{OWN_PICTURES}'
    ), settled AS (
        SELECT battles.*, settlements.seq AS place, since FROM arena.settlements
        JOIN arena.battles ON battles.id = settlements.battle_id JOIN shown ON shown.id = pair_id
        WHERE settlements.seq <= $place
    ), kept AS (SELECT * FROM settled WHERE pair_id NOT IN ({DOWN}))
"""
"""Battles that may be published once their pairs are held back no longer."""
NEW, OLD = "since <= $since AND NOT ({old})", "place <= $old_place AND since <= $old_since"
PART = f"""
    part AS (SELECT * FROM kept WHERE {NEW.format(old=OLD)}), earlier AS (SELECT * FROM kept WHERE {OLD})
"""
"""Battles of one part of a publication, and those of the parts before. They have no battle in common."""
READ = "read_at <= $read"
QUERIES: Mapping[str, str] = {
    "battles": f"""
        WITH {SETTLED}, {PART}
        SELECT id, place AS settled, pair_id, seat_a AS contestant_a, seat_b AS contestant_b, draw_probability, played_by,
               result, method_version, played_at
        FROM part ORDER BY place
    """,
    "outcomes": f"""
        WITH {SETTLED}, judged AS (
            SELECT judgements.*, judgements.rowid AS line, kept.place, kept.since,
                   if(judgements.method_version IS NULL, {FROZEN_SINCE}, rereadings.read_at) AS read_at
            FROM arena.judgements JOIN kept ON kept.id = judgements.battle_id
            LEFT JOIN arena.rereadings
              ON rereadings.battle_id = judgements.battle_id AND rereadings.method_version = judgements.method_version
        )
        SELECT battle_id, seat, task, cell, probe_key, outcome, expected, read_by, method_version AS reread_by
        FROM judged WHERE since <= $since AND {READ} AND NOT ({OLD} AND read_at <= $old_read) ORDER BY place, line
    """,
    "rereadings": f"""
        WITH {SETTLED}
        SELECT battle_id, rereadings.method_version, rereadings.result, read_at
        FROM arena.rereadings JOIN kept ON kept.id = battle_id
        WHERE rereadings.result IS NOT NULL AND since <= $since AND {READ} AND NOT ({OLD} AND read_at <= $old_read)
        ORDER BY place, read_at
    """,
    "replies": f"""
        WITH {SETTLED}, {PART}, seats AS (
            SELECT id, pair_id, method_version, place, unnest(['a', 'b']) AS seat, unnest([seat_a, seat_b]) AS contestant_id
            FROM part WHERE result <> 'void'
        ), known AS (
            SELECT pair_id, method_version, unnest([seat_a, seat_b]) AS contestant_id FROM earlier WHERE result <> 'void'
        ), firsts AS (
            SELECT contestant_id, method_version, arg_min(id, place) AS battle_id, arg_min(seat, place) AS seat
            FROM seats ANTI JOIN known USING (pair_id, method_version, contestant_id)
            GROUP BY pair_id, contestant_id, method_version
        ), probes AS (
            SELECT DISTINCT contestant_id, firsts.method_version, probe_key FROM firsts
            JOIN arena.judgements ON judgements.battle_id = firsts.battle_id AND judgements.seat = firsts.seat
             AND judgements.method_version IS NULL
        )
        SELECT contestant_id, probe_key, probes.method_version, task, text, logprobs, not_applicable, finished, tokens_read,
               tokens_written, scored_by, asked_at
        FROM arena.replies JOIN probes USING (contestant_id, probe_key) WHERE error IS NULL
        QUALIFY row_number() OVER (PARTITION BY contestant_id, probe_key, probes.method_version ORDER BY asked_at DESC) = 1
        ORDER BY asked_at, contestant_id, probe_key
    """,
    "votes": f"""
        WITH {SETTLED}, {PART}
        SELECT battle_id, choice, voted_at::DATE AS voted_on
        FROM arena.votes JOIN part ON part.id = battle_id WHERE visitor <> $nobody ORDER BY place
    """,
    "contestants": f"""
        WITH {SETTLED}, met AS (SELECT place, since, unnest([seat_a, seat_b]) AS name FROM settled)
        SELECT id, repository, revision, engine, settings::VARCHAR AS settings FROM arena.contestants
        WHERE id IN (SELECT name FROM met WHERE since <= $since) AND id NOT IN (SELECT name FROM met WHERE {OLD}) ORDER BY id
    """,
}
"""Table -> its rows in one part. Whatever is taken down later leaves other rows, and their order, as they are."""
PAIRS = f"""
    WITH {SETTLED}, {PART}
    SELECT pair_id FROM part ANTI JOIN earlier USING (pair_id) GROUP BY pair_id ORDER BY min(place)
"""
"""Ids of the pairs that a part is the first to have."""
EMBARGOED = f"WITH {SETTLED} SELECT count(*) FROM kept WHERE since > $since"
CHANGED = f"""
    WITH changed AS (SELECT DISTINCT subject FROM arena.takedowns WHERE seq > $decisions), {SETTLED}
    SELECT place, since, pair_id IN ({DOWN}) FROM settled WHERE pair_id IN (FROM changed)
"""
"""Of the battles on pairs that were taken down or restored since: where they stand, and whether their pair is down."""
