"""Words of strangers stay words on the pages of submissions, and no piece tells how to reach anybody."""

import re
from dataclasses import replace
from datetime import timedelta

from arena.store.records import now
from arena.store.submission_records import Submission, SubmissionEvent, SubmissionStanding, Submitter
from arena.submissions.check_report import Check, CheckReport, Facts
from arena.ui.submission_view import (
    checked_html,
    checking_html,
    hub_link,
    progress_words,
    queue_html,
    steps_of,
    submission_html,
)

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
CONTACT = "secret@example.org"
TAG = re.compile(r"<img|onerror=alert\(1\)>\"")
HOSTILE_FACTS = {"check": {"repository": HOSTILE, "architecture": HOSTILE}, "suites": [HOSTILE]}
SUBMISSION = Submission(
    "s1",
    f"glade/good@{'b' * 40}?dtype={HOSTILE}",
    "c1",
    HOSTILE,
    Submitter("1", HOSTILE, CONTACT),
    HOSTILE,
    HOSTILE,
    facts=HOSTILE_FACTS,
)


def event(state, words="", by="worker", **detail):
    return SubmissionEvent("s1", state, words, by, detail)


def shown(*events, submission=SUBMISSION, paused=None):
    standing = SubmissionStanding(submission, events[-1])
    page = submission_html(
        standing, events, place=2, revision=7, paused=paused, model=HOSTILE, moment=now() + timedelta(minutes=3)
    )
    return page, queue_html([standing], 7, paused, now())


def test_no_word_of_a_stranger_becomes_a_part_of_a_page():
    for state in ("PENDING", "CHECKING", "RUNNING", "LISTED", "FAILED", "WITHDRAWN"):
        last = event(state, HOSTILE, HOSTILE, suite=HOSTILE, done=0.5, log=HOSTILE, pull_request="javascript:alert(1)")
        for page in shown(event("PENDING", HOSTILE, HOSTILE), last, paused=HOSTILE):
            assert "<img" not in page
            assert "javascript:" not in page
            assert CONTACT not in page
            assert "&lt;img" in page
    report = CheckReport(HOSTILE, (Check(HOSTILE, passed=False, seen=HOSTILE, remedy=HOSTILE),), Facts())
    assert "<img" not in checked_html(report) + checking_html(HOSTILE)


def test_numbers_that_a_worker_makes_up_do_not_break_a_page():
    strange: list[dict] = [
        {"done": 7, "seconds_left": -1},
        {"done": "much", "seconds_left": "long"},
        {"done": None},
        {"log": ["a"]},
    ]
    for detail in strange:
        for state in ("RUNNING", "FAILED"):
            page, _ = shown(event(state, "words", **detail))
            assert "words" in page
    assert (
        progress_words(event("RUNNING", suite="starter", done=0.5, seconds_left=400))
        == "starter, 50\N{NARROW NO-BREAK SPACE}% done, about 6 min left"
    )
    assert progress_words(event("CHECKING", "fetching its files")) == "fetching its files"


def test_a_page_follows_as_long_as_something_goes_on():
    for state, follows in (("PENDING", True), ("RUNNING", True), ("LISTED", False), ("FAILED", False), ("WITHDRAWN", False)):
        for page in shown(event(state)):
            assert ('data-follow="7"' in page) == follows


def test_steps_are_told_by_state_without_mere_progress():
    events = [
        event("PENDING", "waits", "ada"),
        event("CHECKING", "is checked"),
        event("CHECKING", "fetching"),
        event("RUNNING", "is evaluated"),
        *(event("RUNNING", "is evaluated", suite="starter", done=share / 10) for share in range(10)),
        event("LISTED", "takes part"),
        event("LISTED", "its results wait", "ada"),
    ]
    told = [[step.words for step in run] for run in steps_of(events)]
    assert told == [["waits"], ["is checked", "fetching"], ["is evaluated"], ["takes part"], ["its results wait"]]


def test_whoever_was_erased_is_told_so_and_a_repository_is_linked_at_its_commit():
    page, _ = shown(event("LISTED"), submission=replace(SUBMISSION, submitter=None))
    assert "an account that was erased" in page
    assert str(hub_link(SUBMISSION)).endswith(f"/glade/good/tree/{'b' * 40}")
    assert hub_link(replace(SUBMISSION, reference="https://host.example/v1#model")) is None


def test_a_withdrawn_model_keeps_the_link_to_its_pull_request_until_its_author_is_erased():
    steps = event("LISTED", "waits", pull_request="https://hub.example/glade/good/discussions/1"), event("WITHDRAWN", "why")
    assert "https://hub.example/glade/good/discussions/1" in shown(*steps)[0]
    assert "hub.example" not in shown(*steps, submission=replace(SUBMISSION, submitter=None))[0]
