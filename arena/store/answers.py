"""Questions of suites and their answers: the statements. Saying the same thing twice does no harm."""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from arena.errors import StoreError
from arena.images import Picture
from arena.probes import Outcome, Probe, Reply
from arena.store.picture_files import PictureFiles
from arena.store.records import (
    AnswerRecord,
    Evaluated,
    EvaluationRecord,
    OlderAnswer,
    QuestionRecord,
    ReadingRecord,
    ReplyRecord,
    Unread,
    now,
)
from arena.store.replies import add_replies
from arena.store.rows import Row, append, as_logprobs, aware, columns_of, has_row, overwrite, utc
from arena.store.transaction import Connection

UnitRow = tuple[str, str, str, str, float, float]
"""metric, slice, item, family, hits, total: what one item adds to one metric."""
VIEW_NAME = re.compile(r"[a-z][a-z0-9_]*")
VERSION = re.compile(r"[A-Za-z0-9.]+")

QUESTION = """
    questions.id, questions.item, questions.family, questions.task, questions.cell, questions.template, questions.images,
    questions.prompt, questions.captions, questions.options, questions.expected, questions.max_new_tokens,
    questions.slices, questions.gold, questions.audience
"""


def add_questions(connection: Connection, given_to: tuple[str, str, Sequence[QuestionRecord]]) -> int:
    """Append the questions of a suite's edition that are not there yet. Their images must be on disk already."""
    suite, edition, questions = given_to
    given = {question.id: question for question in questions}
    known = connection.execute("SELECT id FROM arena.questions WHERE suite = ? AND edition = ?", [suite, edition]).fetchall()
    for (identifier,) in known:
        given.pop(identifier, None)
    return append(connection, "questions", [_question_row(suite, edition, question) for question in given.values()])


def add_readings(connection: Connection, answered: tuple[Sequence[ReplyRecord], Sequence[ReadingRecord]]) -> int:
    """Append replies, and what was made of them; a reading takes the place of an older one of the same reply."""
    replies, readings = answered
    add_replies(connection, replies)
    fresh = {(record.question_id, record.contestant_id, record.judge): record for record in readings}
    if fresh:
        overwrite(connection, remove_readings, *columns_of(list(fresh)))
    return append(connection, "readings", [_reading_row(record) for record in fresh.values()])


def remove_readings(
    connection: Connection, questions: Sequence[str], contestants: Sequence[str], judges: Sequence[str]
) -> None:
    """Take away the readings of these questions by these contestants and judges, one of each, where there are any."""
    connection.execute(
        """
        DELETE FROM arena.readings
        USING (SELECT unnest(?) AS question_id, unnest(?) AS contestant_id, unnest(?) AS judge) AS fresh
        WHERE readings.question_id = fresh.question_id AND readings.contestant_id = fresh.contestant_id
          AND readings.judge = fresh.judge
        """,
        [questions, contestants, judges],
    )


def unread(connection: Connection, suite: str, edition: str, contestant_id: str, judge: str, method_version: str) -> Unread:
    """The questions of an edition that have no reading by this version of the method, or one of a failed attempt."""
    found = connection.execute(
        """
        WITH done AS (
            SELECT question_id FROM arena.readings
            WHERE contestant_id = $contestant AND judge = $judge AND method_version = $method
              AND outcome IS DISTINCT FROM 'error'
        ),
        given AS (SELECT * FROM arena.latest_replies WHERE contestant_id = $contestant)
        SELECT questions.id, given.probe_key IS NOT NULL, given.text, given.logprobs, given.not_applicable, given.finished
        FROM arena.questions
        ANTI JOIN done ON done.question_id = questions.id
        LEFT JOIN given ON given.probe_key = questions.probe_key
        WHERE questions.suite = $suite AND questions.edition = $edition
        """,
        {"suite": suite, "edition": edition, "contestant": contestant_id, "judge": judge, "method": method_version},
    ).fetchall()
    replies = {
        identifier: Reply(text, as_logprobs(logprobs), None, not_applicable, finished)
        for identifier, answered, text, logprobs, not_applicable, finished in found
        if answered
    }
    return Unread(tuple(identifier for identifier, answered, *_ in found if not answered), replies)


def evaluated(connection: Connection) -> list[Evaluated]:
    """Who was asked what, in the order in which the last answers were read."""
    found = connection.execute(
        """
        WITH counted AS (SELECT question_id, contestant_id, judge, true AS counts FROM arena.counted_readings)
        SELECT questions.suite, questions.edition, readings.contestant_id, readings.judge,
               count(*) FILTER (counts), count(DISTINCT questions.item) FILTER (counts),
               count(*) FILTER (counts AND readings.outcome = 'error'), max(readings.read_at) AS last,
               count(*) FILTER (counts IS NULL),
               coalesce(list_sort(list(DISTINCT readings.method_version) FILTER (counts IS NULL)), [])
        FROM arena.readings JOIN arena.questions ON questions.id = readings.question_id
        LEFT JOIN counted ON counted.question_id = readings.question_id AND counted.contestant_id = readings.contestant_id
                         AND counted.judge = readings.judge
        GROUP BY ALL ORDER BY last, questions.suite, readings.contestant_id
        """
    ).fetchall()
    return [
        Evaluated(suite, edition, contestant, judge, readings, items, errors, aware(last), older, tuple(versions))
        for suite, edition, contestant, judge, readings, items, errors, last, older, versions in found
    ]


def count_method(connection: Connection, method_version: str) -> None:
    """Let readings by this version of the method count, and no others.

    Raises:
        StoreError: it is no version.
    """
    if not VERSION.fullmatch(method_version):
        raise StoreError(f"version {method_version!r}: is no version of the method; use letters and digits")
    connection.execute(
        "CREATE OR REPLACE VIEW arena.counted_readings AS "
        f"SELECT * FROM arena.readings WHERE method_version = '{method_version}'"
    )


def older_answers(
    connection: Connection, suite: str, edition: str, contestant_id: str, method_version: str
) -> list[OlderAnswer]:
    """What rules of other versions have read of one contestant, in the order of its questions."""
    found = connection.execute(
        f"""
        SELECT replies.text, replies.logprobs, replies.not_applicable, replies.finished, readings.read_at, {QUESTION}
        FROM arena.readings
        JOIN arena.questions ON questions.id = readings.question_id
        JOIN arena.latest_replies AS replies
          ON replies.contestant_id = readings.contestant_id AND replies.probe_key = questions.probe_key
        WHERE questions.suite = $suite AND questions.edition = $edition AND readings.judge = ''
          AND readings.contestant_id = $contestant AND readings.method_version <> $method
        ORDER BY questions.item, questions.task, questions.cell
        """,
        {"suite": suite, "edition": edition, "contestant": contestant_id, "method": method_version},
    ).fetchall()
    return [
        OlderAnswer(
            _question(asked, _unread),
            Reply(text, as_logprobs(logprobs), None, not_applicable, finished),
            aware(read_at),
        )
        for text, logprobs, not_applicable, finished, read_at, *asked in found
    ]


def revision(connection: Connection) -> tuple[int, datetime | None]:
    """Something that changes with every reading."""
    ((count, last),) = connection.execute("SELECT count(*), max(read_at) FROM arena.readings").fetchall()
    return count, last


def answers(
    connection: Connection,
    pictures: PictureFiles | None,
    suite: str,
    edition: str,
    contestant_id: str,
    judge: str,
    outcomes: Sequence[str] | None,
    limit: int | None,
    offset: int,
) -> tuple[int, list[AnswerRecord]]:
    """How many answers there are with one of these outcomes (None: with any), and a page of them by item and cell."""
    chosen = {"suite": suite, "edition": edition, "contestant": contestant_id, "judge": judge, "outcomes": outcomes}
    where = """
        WHERE answers.suite = $suite AND answers.edition = $edition
          AND answers.contestant_id = $contestant AND answers.judge = $judge
          AND ($outcomes IS NULL OR answers.outcome IN (SELECT unnest($outcomes::VARCHAR[])))
    """
    ((total,),) = connection.execute(f"SELECT count(*) FROM arena.answers {where}", chosen).fetchall()
    found = connection.execute(
        f"""
        SELECT answers.text, answers.logprobs, answers.outcome, answers.facts, {QUESTION}
        FROM arena.answers JOIN arena.questions
          ON questions.id = answers.question_id AND questions.suite = answers.suite AND questions.edition = answers.edition
        {where}
        ORDER BY answers.item, answers.task, answers.cell LIMIT $limit OFFSET $offset
        """,
        {**chosen, "limit": 2**62 if limit is None else limit, "offset": offset},
    ).fetchall()
    return total, [_answer(pictures, row) for row in found]


def define_views(connection: Connection, views: Mapping[str, str]) -> int:
    """Create views in the database, or replace them.

    Raises:
        StoreError: a name is not made of small letters, digits and underscores.
    """
    for name, sql in views.items():
        _check_name(name)
        connection.execute(f"CREATE OR REPLACE VIEW arena.{name} AS {sql}")
    return len(views)


def units(connection: Connection, view: str, suite: str, edition: str, contestant_id: str, judge: str) -> list[UnitRow]:
    """What each item adds to each metric of one contestant, by a view that `define_views` made."""
    _check_name(view)
    return connection.execute(
        f"""
        SELECT metric, slice, item, family, hits::DOUBLE, total::DOUBLE FROM arena.{view}
        WHERE suite = ? AND edition = ? AND contestant_id = ? AND judge = ?
        ORDER BY metric, slice, item
        """,
        [suite, edition, contestant_id, judge],
    ).fetchall()


def add_evaluation(connection: Connection, record: EvaluationRecord) -> int:
    """Append the beginning of an evaluation to the log."""
    if has_row(connection, "evaluations", id=record.id):
        return 0
    described = [json.dumps(dict(part)) for part in (record.arguments, record.versions, record.endpoint)]
    who = (record.id, record.suite, record.edition, record.contestant_id, record.judge)
    return append(connection, "evaluations", [(*who, *described, utc(record.started_at))])


def add_evaluation_end(connection: Connection, end: tuple[str, str, Mapping[str, Any]]) -> int:
    """Append the end of an evaluation to the log: its id, the reason, and what an endpoint told by then."""
    identifier, reason, endpoint = end
    if has_row(connection, "evaluation_ends", evaluation_id=identifier):
        return 0
    return append(connection, "evaluation_ends", [(identifier, reason, json.dumps(dict(endpoint)), utc(now()))])


def evaluations(connection: Connection) -> list[tuple[EvaluationRecord, str | None]]:
    """The log, oldest first, each evaluation with the reason why it ended; None where it was cut off."""
    found = connection.execute(
        """
        SELECT id, suite, edition, contestant_id, judge, arguments, versions,
               coalesce(evaluation_ends.endpoint, evaluations.endpoint), started_at, reason
        FROM arena.evaluations LEFT JOIN arena.evaluation_ends ON evaluation_ends.evaluation_id = evaluations.id
        ORDER BY started_at
        """
    ).fetchall()
    return [(_evaluation(row[:-1]), row[-1]) for row in found]


def _check_name(view: str) -> None:
    if not VIEW_NAME.fullmatch(view):
        raise StoreError(f"view {view!r}: is no name; use small letters, digits and underscores")


def _question_row(suite: str, edition: str, question: QuestionRecord) -> Row:
    probe = question.probe
    asked = (probe.task, probe.cell, probe.template, probe.key, [picture.digest for picture in probe.images], probe.prompt)
    answered = (list(probe.captions), list(probe.options), probe.expected, probe.max_new_tokens)
    known = (json.dumps(dict(question.slices)), json.dumps(dict(question.gold)), question.audience)
    return (suite, edition, question.id, question.item, question.family, *asked, *answered, *known, utc(now()))


def _reading_row(record: ReadingRecord) -> Row:
    outcome = None if record.reading.outcome is None else record.reading.outcome.value
    made = (outcome, json.dumps(dict(record.reading.facts)), record.method_version)
    return (record.question_id, record.contestant_id, record.judge, *made, utc(record.read_at))


def _answer(pictures: PictureFiles | None, row: tuple[Any, ...]) -> AnswerRecord:
    text, logprobs, outcome, facts, *asked = row
    judged = None if outcome is None else Outcome(outcome)
    question = _question(asked, pictures.shown if pictures else _unread)
    return AnswerRecord(question, text, as_logprobs(logprobs), judged, json.loads(facts))


def _unread(digest: str) -> Picture:
    """The picture by its digest, with nothing to show: its key is right, and no file was read."""
    return Picture(digest, b"")


def _question(columns: Sequence[Any], picture: Callable[[str], Picture]) -> QuestionRecord:
    """From the columns of `QUESTION`, and how to get a picture by its digest."""
    identifier, item, family, task, cell, template, images, prompt, captions, options, expected, longest, *known = columns
    slices, gold, audience = known
    shown = tuple(map(picture, images))
    probe = Probe(task, cell, template, shown, prompt, tuple(captions), tuple(options), expected, longest)
    return QuestionRecord(identifier, item, family, probe, json.loads(slices), json.loads(gold), audience)


def _evaluation(row: tuple[Any, ...]) -> EvaluationRecord:
    identifier, suite, edition, contestant_id, judge, arguments, versions, endpoint, started = row
    described = (json.loads(arguments), json.loads(versions), json.loads(endpoint))
    return EvaluationRecord(identifier, suite, edition, contestant_id, judge, *described, aware(started))
