"""What the home keeps of pairs and submissions, as records for programs."""

from dataclasses import asdict
from typing import Any

from arena.generation.history import History
from arena.store import Reported, Standing, Store, Takedown
from arena.store.submission_records import SubmissionEvent, SubmissionStanding


def standing_json(standing: Standing, accepts: int) -> dict[str, Any]:
    """A generation for programs.

    Args:
        standing: where it stands.
        accepts: distinct reviewers that a verdict needs.
    """
    record = standing.record
    return {
        "id": record.id,
        "pair": record.pair_id,
        "state": standing.state(accepts),
        "domain": record.domain,
        "category": record.category,
        "family": record.family,
        "accepts": standing.accepts,
        "rejects": standing.rejects,
        "made": f"{record.made_at:%Y-%m-%d %H:%M}",
        "editor": record.asked["tool"]["repository"] or record.asked["tool"]["method"],
        "passed_gate": record.passed,
        "retired": standing.retired,
        "error": record.error,
    }


def history_json(store: Store, known: History, accepts: int) -> dict[str, Any]:
    """How a pair came to be, for programs: with this and the file of its source it can be made again.

    Args:
        store: knows where pictures lie.
        known: what is told.
        accepts: as for `standing_json`.
    """
    record, pair = known.standing.record, known.pair
    told = standing_json(known.standing, accepts) | {"proposer": record.proposer}
    if pair is not None:
        told |= {"captions": [side.caption for side in pair.sides], "labels": [side.label for side in pair.sides]}
        told["images"] = [_file(store, side.picture.digest) for side in pair.sides]
    told["source_image"] = _file(store, record.source)
    told["asked"] = {name: value for name, value in record.asked.items() if name not in ("tool", "source")}
    told["tool"] = record.asked["tool"]
    told["gate"] = dict(record.gate)
    told["not_ranked"] = list(record.models)
    told["reviews"] = [
        {"reviewer": one.reviewer, "verdict": one.verdict, "reason": one.reason, "at": f"{one.reviewed_at:%Y-%m-%d %H:%M}"}
        for one in known.reviews
    ]
    return told


def _file(store: Store, digest: str) -> str:
    """Where a picture lies, also for a program that works in another folder."""
    return str(store.generations.image_file(digest).resolve())


def takedown_json(takedown: Takedown) -> dict[str, str]:
    """A decision for programs."""
    return {**asdict(takedown), "decided_at": f"{takedown.decided_at:%Y-%m-%d %H:%M}"}


def report_json(store: Store, reported: Reported) -> dict[str, str]:
    """A report for programs: where its picture lies, and what was decided of its subject; empty where that is not known."""
    report, takedown = reported.report, reported.takedown
    said = {**asdict(report), "reported_at": f"{report.reported_at:%Y-%m-%d %H:%M}"}
    file = str(store.takedowns.picture_file(report.picture).resolve()) if report.picture else ""
    return {**said, "file": file, "state": takedown.state if takedown else ""}


def submission_json(standing: SubmissionStanding, *, place: int | None, paused: str | None) -> dict[str, Any]:
    """A submission for programs, without how to reach its submitter.

    Args:
        standing: where it stands.
        place: how many go on or wait before it.
        paused: why it is paused, if it is.
    """
    submission, event = standing.submission, standing.event
    return {
        "id": submission.id,
        "state": standing.state,
        "words": event.words,
        "reference": submission.reference,
        "organisation": submission.organisation,
        "account": submission.submitter.name if submission.submitter else None,
        "licence": submission.licence,
        "base_model": submission.base_model,
        "submitted_at": f"{submission.submitted_at:%Y-%m-%d %H:%M}",
        "since": f"{event.at:%Y-%m-%d %H:%M}",
        "place": place,
        "paused": paused,
        "detail": dict(event.detail),
    }


def step_json(event: SubmissionEvent) -> dict[str, Any]:
    """A step of a submission for programs."""
    told = {"state": event.state, "words": event.words, "by": event.by, "at": f"{event.at:%Y-%m-%d %H:%M:%S}"}
    return {**told, "detail": dict(event.detail)}
