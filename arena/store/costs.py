"""What answers cost, as far as the store can tell."""

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Cost:
    """What one contestant spends on one edition of a suite."""

    seconds: float | None = None
    """For each question, from the start of an evaluation to its last answer: loading counts, and so does what else the machine
    does. None where all was answered before."""
    words: float | None = None
    """Of a reply to a request, on average; None where there is none in writing."""
    tokens_read: float | None = None
    """For each question, with those of its second turn; None where nobody tells."""
    tokens_written: float | None = None
    """Likewise."""


def costs(connection: duckdb.DuckDBPyConnection, suite: str, edition: str) -> dict[str, Cost]:
    """Contestant id -> what it spends, of those who answered."""
    found = connection.execute(
        """
        WITH probes AS (
            SELECT DISTINCT probe_key, true AS is_first FROM arena.questions WHERE suite = $suite AND edition = $edition
        ), asked AS (
            SELECT evaluations.id, contestant_id, epoch(max(asked_at) - any_value(started_at)) AS seconds,
                   count(*) FILTER (is_first) AS questions, count(tokens_read) FILTER (is_first) AS told,
                   sum(tokens_read) AS tokens_read, sum(tokens_written) AS tokens_written
            FROM arena.evaluations JOIN arena.evaluation_ends ON evaluation_id = evaluations.id
            JOIN arena.replies USING (contestant_id) LEFT JOIN probes USING (probe_key)
            WHERE suite = $suite AND edition = $edition AND asked_at BETWEEN started_at AND ended_at
            GROUP BY evaluations.id, contestant_id
        ), paced AS (
            SELECT contestant_id, sum(seconds) / nullif(sum(questions), 0) AS seconds,
                   sum(tokens_read) / nullif(sum(told), 0) AS tokens_read,
                   sum(tokens_written) / nullif(sum(told), 0) AS tokens_written
            FROM asked GROUP BY contestant_id
        ), written AS (
            SELECT contestant_id, avg(len(regexp_extract_all(text, '\\S+'))) AS words
            FROM (
                SELECT DISTINCT contestant_id, question_id, text FROM arena.answers
                WHERE suite = $suite AND edition = $edition AND task = 'request' AND text IS NOT NULL
            )
            GROUP BY contestant_id
        )
        SELECT contestant_id, seconds, words, tokens_read, tokens_written
        FROM paced FULL JOIN written USING (contestant_id)
        """,
        {"suite": suite, "edition": edition},
    ).fetchall()
    return {contestant_id: Cost(*spent) for contestant_id, *spent in found}
