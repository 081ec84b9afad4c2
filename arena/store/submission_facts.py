"""Submissions and their steps: the statements. Saying the same thing twice does no harm."""

# ruff: noqa: S608 - statements are put together from constants, values are always parameters

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from arena.errors import InputError
from arena.store.rows import append, aware, has_row, overwrite, utc
from arena.store.submission_records import (
    ENDED,
    LINE,
    NEXT,
    OPEN,
    WAITING,
    Quota,
    Submission,
    SubmissionEvent,
    SubmissionStanding,
    SubmissionState,
    Submitter,
)
from arena.store.transaction import Connection

COLUMNS = """
    submissions.id, submissions.reference, submissions.contestant_id, submissions.organisation, submissions.subject,
    submissions.account, submissions.contact, submissions.licence, submissions.base_model, submissions.weights,
    submissions.facts, submissions.submitted_at
"""
EVENT = "latest.state, latest.words, latest.taken_by, latest.detail, latest.taken_at"


def add(connection: Connection, given: tuple[Submission, Quota]) -> str:
    """Append a submission with its first step, unless its contestant has one that still goes on or is listed. Gives its id.

    All of it is decided here, where nobody else writes.

    Raises:
        InputError: the repository or the organisation is blocked, or has used up its quota, or the account has.
    """
    submission, quota = given
    if has_row(connection, "submissions", id=submission.id):
        return submission.id
    if (other := _present(connection, submission.contestant_id)) is not None:
        return other
    _refuse_blocked(connection, submission)
    _refuse_many(connection, submission, quota)
    append(connection, "submissions", [_row(submission)])
    by = submission.submitter.name if submission.submitter else "operator"
    _append_event(connection, SubmissionEvent(submission.id, "PENDING", "waits for its turn", by, at=submission.submitted_at))
    return submission.id


def advance(connection: Connection, given: tuple[SubmissionEvent, Sequence[SubmissionState]]) -> bool:
    """Append a step if the submission stands in one of these states and may go there; whether it was appended.

    The same step again is True and appends nothing. One that has ended waits again only if its contestant did not enter anew.
    """
    event, states = given
    last = _last_event(connection, event.submission_id)
    if last is None:
        return False
    state, at = last
    if state == event.state and at == utc(event.at):
        return True
    if state not in states or (event.state != state and event.state not in NEXT[state]):
        return False
    if state in ENDED and event.state in WAITING and _is_there_beside(connection, event.submission_id):
        return False
    _append_event(connection, event)
    return True


def standings(connection: Connection, ids: Sequence[str] | None, states: Sequence[str] | None) -> list[SubmissionStanding]:
    """Where submissions stand, the oldest first: these, or all; in these states, or in any."""
    found = connection.execute(
        f"""
        SELECT {EVENT}, {COLUMNS} FROM arena.submissions JOIN arena.latest_submission_events AS latest
            ON latest.submission_id = submissions.id
        WHERE ($ids IS NULL OR submissions.id IN (SELECT unnest($ids::VARCHAR[])))
          AND ($states IS NULL OR latest.state IN (SELECT unnest($states::VARCHAR[])))
        ORDER BY submissions.submitted_at, submissions.id
        """,
        {"ids": ids, "states": states},
    ).fetchall()
    return [_standing(row[:5], row[5:]) for row in found]


def counts(connection: Connection) -> dict[SubmissionState, int]:
    """State -> how many submissions stand in it."""
    return dict(connection.execute("SELECT state, count(*) FROM arena.latest_submission_events GROUP BY state").fetchall())


def events(connection: Connection, submission_id: str) -> list[SubmissionEvent]:
    """All steps of a submission, the oldest first."""
    found = connection.execute(
        "SELECT state, words, taken_by, detail, taken_at FROM arena.submission_events WHERE submission_id = ? ORDER BY seq",
        [submission_id],
    ).fetchall()
    return [_event(submission_id, row) for row in found]


def forget(connection: Connection, submission_id: str) -> bool:
    """Overwrite who submitted it, wherever that stands; whether there was anything to overwrite."""
    found = connection.execute(
        "SELECT account FROM arena.submissions WHERE id = ? AND subject IS NOT NULL", [submission_id]
    ).fetchone()
    if found is None:
        return False
    overwrite(connection, overwrite_submitter, submission_id, found[0])
    return True


def overwrite_submitter(connection: Connection, submission_id: str, account: str | None) -> None:
    """Leave nothing that tells who submitted it: also where an account did so for itself."""
    connection.execute(
        """
        UPDATE arena.submissions
        SET subject = NULL, account = NULL, contact = NULL,
            organisation = CASE WHEN organisation = $account THEN '' ELSE organisation END
        WHERE id = $id
        """,
        {"id": submission_id, "account": account},
    )
    connection.execute(
        "UPDATE arena.submission_events SET taken_by = 'submitter' WHERE submission_id = ? AND taken_by = ?",
        [submission_id, account],
    )


def block(connection: Connection, given: tuple[str, bool, str, str, datetime]) -> None:
    """Append that a repository or an organisation is blocked, or is no more: its name, which, why, by whom, when."""
    name, blocked, reason, by, at = given
    if not has_row(connection, "submission_blocks", name=name, decided_at=utc(at)):
        append(connection, "submission_blocks", [(name, blocked, reason, by, utc(at))])


def blocks(connection: Connection) -> dict[str, str]:
    """Repositories and organisations that may not be submitted -> why."""
    found = connection.execute(
        """
        SELECT name, reason FROM arena.submission_blocks
        QUALIFY row_number() OVER (PARTITION BY name ORDER BY decided_at DESC) = 1 AND blocked
        ORDER BY name
        """
    ).fetchall()
    return dict(found)


def pause(connection: Connection, given: tuple[str, bool, str, str, datetime]) -> None:
    """Append that a submission, or the line of all, is paused, or is no more: its id, whether, why, by whom, when.

    Raises:
        InputError: the submission does not wait.
    """
    name, paused, reason, by, at = given
    if has_row(connection, "submission_pauses", name=name, decided_at=utc(at)):
        return
    if paused and name != LINE:
        last = _last_event(connection, name)
        if last is None or last[0] not in WAITING:
            raise InputError(f"{name}: {'is unknown' if last is None else f'is {last[0]}'}; only one that waits can be paused")
    append(connection, "submission_pauses", [(name, paused, reason, by, utc(at))])


def pauses(connection: Connection) -> dict[str, str]:
    """Ids of submissions that are paused, or the word for all of them -> why."""
    found = connection.execute(
        """
        SELECT name, reason FROM arena.submission_pauses
        QUALIFY row_number() OVER (PARTITION BY name ORDER BY decided_at DESC) = 1 AND paused
        ORDER BY name
        """
    ).fetchall()
    return dict(found)


def withdrawn(connection: Connection) -> frozenset[str]:
    """Ids of contestants that were listed by submissions, none of which is listed any more."""
    found = connection.execute(
        """
        SELECT listed.detail->>'$.contestant' AS contestant FROM arena.submission_events AS listed
        JOIN arena.latest_submission_events AS latest USING (submission_id)
        WHERE listed.state = 'LISTED' AND contestant IS NOT NULL
        GROUP BY contestant HAVING NOT bool_or(latest.state = 'LISTED')
        """
    ).fetchall()
    return frozenset(contestant for (contestant,) in found)


def revision(connection: Connection) -> int:
    """Something that changes with every step and every pause."""
    ((pauses_so_far,),) = connection.execute("SELECT count(*) FROM arena.submission_pauses").fetchall()
    return _last_seq(connection) + pauses_so_far


def _last_seq(connection: Connection) -> int:
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.submission_events").fetchall()
    return last


def _present(connection: Connection, contestant_id: str) -> str | None:
    found = connection.execute(
        """
        SELECT submissions.id FROM arena.submissions JOIN arena.latest_submission_events AS latest
            ON latest.submission_id = submissions.id
        WHERE contestant_id = ? AND latest.state IN (SELECT unnest(?::VARCHAR[])) LIMIT 1
        """,
        [contestant_id, [*OPEN, "LISTED"]],
    ).fetchone()
    return None if found is None else found[0]


def _is_there_beside(connection: Connection, submission_id: str) -> bool:
    """Whether the contestant of an ended submission goes on, or is listed, as another one."""
    query = "SELECT contestant_id FROM arena.submissions WHERE id = ?"
    ((contestant_id,),) = connection.execute(query, [submission_id]).fetchall()
    return _present(connection, contestant_id) not in (None, submission_id)


def _refuse_blocked(connection: Connection, submission: Submission) -> None:
    repository = submission.reference.partition("@")[0].partition("?")[0]
    found = {name.casefold(): reason for name, reason in blocks(connection).items()}
    for name in (repository, repository.partition("/")[0], submission.organisation):
        if name.casefold() in found:
            raise InputError(f"{name}: may not be submitted ({found[name.casefold()]}); ask the operator")


def _refuse_many(connection: Connection, submission: Submission, quota: Quota) -> None:
    """Who was forgotten may be anybody of the organisation: to be forgotten gives nobody a new quota."""
    who = submission.submitter
    ((by_account, by_organisation),) = connection.execute(
        """
        SELECT count(*) FILTER (subject = $subject OR (subject IS NULL AND organisation = $organisation)),
               count(*) FILTER (organisation = $organisation)
        FROM arena.submissions WHERE submitted_at >= $since
        """,
        {"subject": who.subject if who else None, "organisation": submission.organisation, "since": utc(quota.since)},
    ).fetchall()
    counts = (("your account", by_account, quota.of_account), (submission.organisation, by_organisation, quota.of_organisation))
    for name, count, most in counts:
        if count >= most:
            raise InputError(
                f"{name}: has submitted {count} since {quota.since:%Y-%m-%d %H:%M} UTC, and may {most}; try again later"
            )


def _last_event(connection: Connection, submission_id: str) -> tuple[SubmissionState, datetime] | None:
    return connection.execute(
        "SELECT state, taken_at FROM arena.latest_submission_events WHERE submission_id = ?", [submission_id]
    ).fetchone()


def _append_event(connection: Connection, event: SubmissionEvent) -> None:
    said = (event.submission_id, event.state, event.words, event.by, json.dumps(dict(event.detail)), utc(event.at))
    append(connection, "submission_events", [(_last_seq(connection) + 1, *said)])


def _row(submission: Submission) -> tuple[Any, ...]:
    who = submission.submitter
    person = (who.subject, who.name, who.contact) if who else (None, None, None)
    named = (submission.id, submission.reference, submission.contestant_id, submission.organisation)
    stated = (submission.licence, submission.base_model, list(submission.weights), json.dumps(dict(submission.facts)))
    return (*named, *person, *stated, utc(submission.submitted_at))


def _standing(event: Sequence[Any], row: Sequence[Any]) -> SubmissionStanding:
    identifier, reference, contestant, organisation, subject, account, contact, licence, base, weights, found, at = row
    who = None if subject is None else Submitter(subject, account, contact)
    stated = (licence, base, tuple(weights), json.loads(found))
    submission = Submission(identifier, reference, contestant, organisation, who, *stated, aware(at))
    return SubmissionStanding(submission, _event(identifier, event))


def _event(submission_id: str, row: Sequence[Any]) -> SubmissionEvent:
    state, words, by, detail, at = row
    return SubmissionEvent(submission_id, state, words, by, json.loads(detail), aware(at))
