"""What the pages of submissions show, as pieces of HTML. All words of strangers go through templates, which escape them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huggingface_hub import constants
from markupsafe import Markup

from arena.models import is_endpoint
from arena.models.weights import amount
from arena.settings import Settings
from arena.store.submission_records import OPEN, UNDER_WAY, Submission, SubmissionEvent, SubmissionStanding, SubmissionState
from arena.submissions.accounts import Account
from arena.submissions.addresses import submission_address
from arena.submissions.check_report import CheckReport
from arena.ui import words
from arena.ui.markup import render
from arena.ui.submission_desk import Checked

STEPS = ("Name it", "Check", "Confirm", "Queued")
MOST_LISTED = 100
"""Submissions that ended, on the page of all; the newest."""
MOST_LOG = 6000
"""Characters of a log."""


@dataclass(frozen=True)
class StateWords:
    """What a state is called, the class that colours it, and what it means for whoever reads."""

    sign: str
    word: str
    css: str
    meaning: str


STATES: Mapping[SubmissionState, StateWords] = {
    "PENDING": StateWords("…", "Waiting", "waiting-state", "It waits for its turn."),
    "CHECKING": StateWords("▸", "Checking", "going", "It is checked again, downloaded and tried."),
    "RUNNING": StateWords("▸", "Running", "going", "It is evaluated."),
    "LISTED": StateWords("✓", "Listed", "correct", "It is evaluated, and takes part in battles."),
    "FAILED": StateWords("✗", "Failed", "wrong", "It could not be evaluated."),
    "WITHDRAWN": StateWords("–", "Withdrawn", "gone", "It takes no part any more, and has no rank. What it did before stays."),
}


def steps_html(current: int) -> Markup:
    """The steps of a submission, of which one is the current one."""
    return render("submit_steps.html", steps=STEPS, current=current)


def invitation_html(*, is_open: bool, has_accounts: bool) -> Markup:
    """What the submit page tells whoever cannot submit now."""
    return render("submit_invitation.html", is_open=is_open, has_accounts=has_accounts)


def checking_html(model: str) -> Markup:
    """What is told while a model is checked."""
    return render("submit_checking.html", model=model.strip()[:300])


def checked_html(report: CheckReport) -> Markup:
    """What each check has seen, and what to change where one failed."""
    failed = sum(not check.passed for check in report.checks)
    return render("submit_checked.html", report=report, failed=failed)


def confirm_html(checked: Checked, account: Account, settings: Settings, ahead: int) -> Markup:
    """What an evaluation takes, and what becomes public, before it is confirmed.

    Args:
        checked: what was checked.
        account: who submits.
        settings: of the arena.
        ahead: how many submissions go on or wait.
    """
    return render(
        "submit_confirm.html",
        checked=checked,
        account=account,
        suites=settings.submission_suites,
        ahead=ahead,
        licence=checked.report.facts.licence or checked.statement.licence,
        base=checked.statement.base_model or ", ".join(checked.report.facts.base_models),
        quota=settings.submissions_a_day,
    )


def queued_html(standing: SubmissionStanding, settings: Settings) -> Markup:
    """That a submission is in the queue, and where it is from now on."""
    place = f"submissions?id={standing.submission.id}"
    shown = submission_address(settings, standing.submission.id) or place
    return render("submit_queued.html", state=STATES[standing.state], place=place, shown=shown)


def queue_html(standings: Sequence[SubmissionStanding], revision: int, paused: str | None, moment: datetime) -> Markup:
    """All submissions: those that go on in their order, then those that ended, the newest first.

    Args:
        standings: the oldest first.
        revision: of the store, by which the page knows that it is no longer true.
        paused: why nothing new is begun; None where it is.
        moment: when it is told.
    """
    going = [(one, STATES[one.state], progress_words(one.event)) for one in standings if one.state in OPEN]
    going.sort(key=lambda one: one[0].state == "PENDING")
    ended = sorted((one for one in standings if one.state not in OPEN), key=lambda one: one.event.at, reverse=True)
    return render(
        "submission_queue.html",
        going=going,
        ended=[(one, STATES[one.state]) for one in ended[:MOST_LISTED]],
        left_out=max(0, len(ended) - MOST_LISTED),
        revision=revision,
        paused=paused,
        moment=moment,
        age=words.age,
        name_of=name_of,
    )


def submission_html(
    standing: SubmissionStanding,
    events: Sequence[SubmissionEvent],
    *,
    place: int | None,
    revision: int,
    paused: str | None,
    model: str | None,
    moment: datetime,
) -> Markup:
    """One submission: where it stands, what it says of itself, and its steps with their times.

    Args:
        standing: where it stands.
        events: its steps, the oldest first.
        place: how many go on or wait before it.
        revision: of the store, by which the page knows that it is no longer true.
        paused: why nothing new is begun; None where it is.
        model: what its own page calls it; None where it has none.
        moment: when it is told.
    """
    submission, event = standing.submission, standing.event
    log = str(event.detail.get("log") or "")[-MOST_LOG:] if standing.state == "FAILED" else ""
    return render(
        "submission.html",
        standing=standing,
        submission=submission,
        state=STATES[standing.state],
        going=standing.state in OPEN,
        progress=progress_words(event) if standing.state in OPEN else "",
        share=share_done(event),
        place=place,
        paused=paused,
        log=log,
        pull_request=_pull_request(submission, events),
        link=hub_link(submission),
        name=name_of(submission),
        told=_told(submission),
        steps=steps_of(events),
        states=STATES,
        model=model,
        revision=revision,
        moment=moment,
        age=words.age,
    )


def steps_of(events: Sequence[SubmissionEvent]) -> list[list[SubmissionEvent]]:
    """The steps of each state that one after the other brought about, without those that only tell how far it is."""
    runs: list[list[SubmissionEvent]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        if last is None or (event.state, event.by) != (last.state, last.by):
            runs.append([event])
        elif event.words and event.words != last.words and "done" not in event.detail:
            runs[-1].append(event)
    return runs


def progress_words(event: SubmissionEvent) -> str:
    """How far a submission is, in a few words: suite, share done, time left, or what is done now; empty where nobody knows."""
    suite, left = event.detail.get("suite"), event.detail.get("seconds_left")
    share = share_done(event)
    parts = [
        str(suite)[:60] if suite else "",
        f"{words.percent(share)} done" if share is not None else "",
        f"about {words.age(float(left))} left" if isinstance(left, int | float) and left >= 0 else "",
    ]
    return ", ".join(part for part in parts if part) or (event.words if event.state in UNDER_WAY else "")


def share_done(event: SubmissionEvent) -> float | None:
    """How much of its work is done, from 0 to 1; None where the step does not tell."""
    share = event.detail.get("done")
    return min(1.0, max(0.0, float(share))) if isinstance(share, int | float) and event.state == "RUNNING" else None


def name_of(submission: Submission) -> str:
    """What it is called: the repository, or model and place of an endpoint."""
    return str(submission.facts.get("check", {}).get("repository") or submission.reference.partition("@")[0])


def hub_link(submission: Submission) -> str | None:
    """Where the Hub shows exactly what was submitted; None of an endpoint."""
    if is_endpoint(submission.reference):
        return None
    repository, _, commit = submission.reference.partition("?")[0].partition("@")
    return f"{constants.ENDPOINT}/{repository}/tree/{commit}"


def _told(submission: Submission) -> dict[str, str]:
    """What a submission says of itself, by name."""
    reference, _, options = submission.reference.partition("?")
    suites = submission.facts.get("suites") or ()
    told = {
        "Endpoint": reference if is_endpoint(submission.reference) else "",
        "Commit": "" if is_endpoint(submission.reference) else reference.partition("@")[2],
        "Settings": options.replace("&", ", "),
        "Licence": submission.licence,
        "Fine-tune of": submission.base_model,
        **_facts_in_words(submission.facts.get("check", {})),
        "Suites": ", ".join(map(str, suites)),
    }
    return {name: text for name, text in told.items() if text}


def _facts_in_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """What the checks learnt of a model; nothing is said of what is not known."""
    parameters, size, images = facts.get("parameters"), facts.get("download_bytes"), facts.get("images")
    told = {
        "Architecture": facts.get("architecture") or "",
        "Parameters": _parameters(parameters) if parameters else "",
        "Download": amount(size) if size else "",
        "Images a question": str(images or ""),
    }
    return {name: str(text) for name, text in told.items() if text}


def _pull_request(submission: Submission, events: Sequence[SubmissionEvent]) -> str:
    """Where its results wait; empty for nowhere, and where its author, who submitted it, was erased."""
    addresses = [address for event in events if (address := _web_address(event.detail.get("pull_request")))]
    return addresses[-1] if addresses and submission.submitter else ""


def _web_address(text: object) -> str:
    """An address that a link may lead to; empty for anything else."""
    return text if isinstance(text, str) and text.startswith(("https://", "http://")) else ""


def _parameters(count: int) -> str:
    """`7.2 billion`, `61.4 million` or the number itself."""
    for size, unit in ((10**9, "billion"), (10**6, "million")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:,}"
