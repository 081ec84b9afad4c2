"""What the operator, and whoever submitted it, decide about a submission. Each decision is a step that everybody sees."""

from typing import Any

from arena.errors import InputError
from arena.store import Store
from arena.store.submission_records import OPEN, SubmissionEvent, SubmissionStanding, SubmissionState

MAY_WITHDRAW: tuple[SubmissionState, ...] = (*OPEN, "LISTED", "FAILED")
MAY_RETRY: tuple[SubmissionState, ...] = ("FAILED", "WITHDRAWN")
ERASED = "erased"
"""Key in the detail of a step: why account and contact were erased."""


def withdraw(store: Store, standing: SubmissionStanding, *, reason: str, by: str) -> None:
    """Take a submission out of the queue, or off the ranks; it stays findable.

    Raises:
        InputError: it is withdrawn already, or has moved on meanwhile.
    """
    _advance(store, standing, "WITHDRAWN", reason, by, MAY_WITHDRAW)


def retry(store: Store, standing: SubmissionStanding, *, reason: str, by: str) -> None:
    """Let a submission that failed or was withdrawn wait for its turn again.

    Raises:
        InputError: it stands elsewhere; or the same model goes on, or is listed, as another submission.
    """
    submission = standing.submission
    same = [
        one
        for one in store.submissions.standings([*OPEN, "LISTED"])
        if one.submission.contestant_id == submission.contestant_id
    ]
    if others := [one for one in same if one.submission.id != submission.id]:
        raise InputError(
            f"{submission.id}: the same model is {others[0].state} as {others[0].submission.id}; withdraw that first"
        )
    _advance(store, standing, "PENDING", reason, by, MAY_RETRY)


def forget(store: Store, standing: SubmissionStanding, *, reason: str, by: str) -> bool:
    """Erase who submitted it, and how to reach them; the submission stays where it is. False where nobody is known any more."""
    if standing.submission.submitter is None:
        return False
    event, detail = standing.event, {**standing.event.detail, ERASED: reason}
    store.submissions.advance(SubmissionEvent(event.submission_id, event.state, event.words, by, detail), [event.state])
    return store.submissions.forget(event.submission_id)


def _advance(
    store: Store,
    standing: SubmissionStanding,
    state: SubmissionState,
    reason: str,
    by: str,
    states: tuple[SubmissionState, ...],
) -> None:
    name, now = standing.submission.id, standing.state
    if now not in states:
        raise InputError(f"{name}: is {now}; only one that is {', '.join(states[:-1])} or {states[-1]} can become {state}")
    detail: dict[str, Any] = {key: value for key, value in standing.event.detail.items() if key == ERASED}
    if not store.submissions.advance(SubmissionEvent(name, state, reason, by, detail), states):
        raise InputError(f"{name}: has moved on meanwhile; look at it again")
