"""What answers cost, as far as the store can tell."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Cost:
    """What one contestant spends on one edition of a suite. Tokens are not kept."""

    seconds: float | None
    """For each question, from the start of an evaluation to its last answer: loading counts, and so does what else the machine
    does. None where all was answered before."""
    words: float | None
    """Of a reply to a request, on average; None where there is none in writing."""


def costs(connection: duckdb.DuckDBPyConnection, suite: str, edition: str) -> dict[str, Cost]:
    """Contestant id -> what it spends, of those who answered."""
    found = connection.execute(
        """
        WITH asked AS (
            SELECT evaluations.id, contestant_id, epoch(max(asked_at) - any_value(started_at)) AS seconds, count(*) AS replies
            FROM arena.evaluations JOIN arena.evaluation_ends ON evaluation_id = evaluations.id
            JOIN arena.replies USING (contestant_id)
            WHERE suite = $suite AND edition = $edition AND asked_at BETWEEN started_at AND ended_at
            GROUP BY ALL
        ), paced AS (
            SELECT contestant_id, sum(seconds) / sum(replies) AS seconds FROM asked GROUP BY contestant_id
        ), written AS (
            SELECT contestant_id, avg(len(regexp_extract_all(text, '\\S+'))) AS words
            FROM (
                SELECT DISTINCT contestant_id, question_id, text FROM arena.answers
                WHERE suite = $suite AND edition = $edition AND task = 'request' AND text IS NOT NULL
            )
            GROUP BY contestant_id
        )
        SELECT contestant_id, seconds, words FROM paced FULL JOIN written USING (contestant_id)
        """,
        {"suite": suite, "edition": edition},
    ).fetchall()
    return {contestant_id: Cost(seconds, words) for contestant_id, seconds, words in found}
