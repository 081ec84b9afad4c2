"""Who may do what to a submission, whatever buttons a page shows."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from arena.battles.scoring import ELO_RULE
from arena.errors import InputError
from arena.settings import Settings
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import LINE, Quota, Submission, SubmissionEvent, Submitter
from arena.ui.submission_decisions import Decisions, Rights

REFERENCE = f"glade/good@{'beef' * 10}"


def profile(subject: str, name: str) -> dict:
    return {"sub": subject, "preferred_username": name, "orgs": []}


ADA, ROOT, EVE = profile("1", "ada"), profile("9", "Root"), profile("2", "eve")
NAMESAKE = profile("3", "ada")
"""Somebody who took the name when Ada had given it up."""
STRANGERS = [None, EVE, NAMESAKE]
ADMINS_ONLY = [
    lambda decide, whose: decide.retry("s1", whose),
    lambda decide, whose: decide.pause("s1", "why", whose, paused=True),
    lambda decide, whose: decide.pause_line("why", whose, paused=True),
    lambda decide, whose: decide.block("s1", "why", whose, organisation=False, blocked=True),
    lambda decide, whose: decide.block("s1", "why", whose, organisation=True, blocked=True),
]
OWN = [lambda decide, whose: decide.withdraw("s1", "why", whose), lambda decide, whose: decide.forget("s1", whose)]


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, ELO_RULE) as store:
        submission = Submission(
            "s1", REFERENCE, "c1", "glade", Submitter("1", "ada", "ada@example.org"), "apache-2.0", submitted_at=now()
        )
        store.submissions.add(submission, Quota(now(), 9, 9))
        yield store


@pytest.fixture
def decide(store):
    return Decisions(store, Settings(admins=("root",)))


@pytest.mark.parametrize("whose", STRANGERS, ids=["nobody", "eve", "namesake"])
def test_strangers_decide_nothing(store, decide, whose):
    for attempt in (*ADMINS_ONLY, *OWN):
        with pytest.raises(InputError, match=r"^(account|submission|queue): "):
            attempt(decide, whose)
    standing = store.submissions.get("s1")
    assert not decide.rights(standing, whose).any
    assert standing.state == "PENDING"
    assert standing.submission.submitter.subject == "1"
    assert store.submissions.paused() == store.submissions.blocks() == {}
    with pytest.raises(InputError, match="submission: "):
        decide.withdraw("unknown", "why", whose or ADA)


def test_who_submitted_decides_about_their_own_alone(store, decide):
    standing = store.submissions.get("s1")
    assert decide.rights(standing, ADA) == Rights("ada", submitter=True)
    for attempt in ADMINS_ONLY:
        with pytest.raises(InputError):
            attempt(decide, ADA)
    other = replace(standing.submission, id="s2", contestant_id="c2", submitter=Submitter("2", "eve"))
    store.submissions.add(other, Quota(now(), 9, 9))
    with pytest.raises(InputError):
        decide.withdraw("s2", "why", ADA)
    decide.withdraw("s1", "  a better\none comes ", ADA)
    event = store.submissions.get("s1").event
    assert (event.state, event.words, event.by) == ("WITHDRAWN", "a better one comes", "ada")


def test_an_account_is_known_by_its_number_when_it_is_renamed(store, decide):
    assert decide.rights(store.submissions.get("s1"), profile("1", "ada-l")).submitter


def test_what_is_erased_is_nowhere_and_nobody_is_its_submitter_any_more(store, decide):
    decide.forget("s1", ADA)
    assert "ada" not in repr([store.submissions.get("s1"), store.submissions.events("s1")])
    assert not decide.rights(store.submissions.get("s1"), ADA).any
    with pytest.raises(InputError):
        decide.withdraw("s1", "why", ADA)


def test_admins_decide_about_all(store, decide):
    assert decide.rights(store.submissions.get("s1"), ROOT) == Rights("Root", admin=True)
    assert "paused" in decide.pause("s1", "a look", ROOT, paused=True)
    assert "goes on" in decide.pause("s1", "", ROOT, paused=False)
    decide.pause_line("maintenance", ROOT, paused=True)
    assert store.submissions.paused() == {LINE: "maintenance"}
    decide.pause_line("", ROOT, paused=False)
    assert store.submissions.paused() == {}
    decide.block("s1", "spam", ROOT, organisation=False, blocked=True)
    decide.block("s1", "spam", ROOT, organisation=True, blocked=True)
    assert store.submissions.blocks() == {"glade": "spam", "glade/good": "spam"}
    decide.block("s1", "", ROOT, organisation=True, blocked=False)
    assert store.submissions.blocks() == {"glade/good": "spam"}
    store.submissions.advance(SubmissionEvent("s1", "FAILED", "broken"), ["PENDING"])
    decide.retry("s1", ROOT)
    assert store.submissions.get("s1").state == "PENDING"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "a\0b"])
def test_a_reason_that_everybody_reads_is_one_readable_line(store, decide, reason):
    with pytest.raises(InputError, match=r"^reason: "):
        decide.withdraw("s1", reason, ADA)
    assert store.submissions.get("s1").state == "PENDING"


def test_two_entries_of_one_model_do_not_go_on_at_once(store, decide):
    decide.withdraw("s1", "why", ADA)
    again = replace(store.submissions.get("s1").submission, id="s2", submitted_at=now())
    assert store.submissions.add(again, Quota(now(), 9, 9)) == "s2"
    with pytest.raises(InputError, match="s2"):
        decide.retry("s1", ROOT)


def test_a_page_that_is_older_than_what_another_admin_decided_undoes_nothing(store, decide):
    for again in (
        lambda: decide.pause_line("maintenance", ROOT, paused=True),
        lambda: decide.pause("s1", "a look", ROOT, paused=True),
        lambda: decide.block("s1", "spam", ROOT, organisation=True, blocked=True),
    ):
        again()
        with pytest.raises(InputError, match="already; load the page again"):
            again()
    assert store.submissions.paused() == {LINE: "maintenance", "s1": "a look"}
    assert store.submissions.blocks() == {"glade": "spam"}


def test_who_withdraws_and_has_themself_erased_at_once_is_named_nowhere(store, decide, monkeypatch):
    begun, erased = threading.Event(), threading.Event()
    advance = store.submissions.advance

    def slow(event, states):
        if event.state == "WITHDRAWN":
            begun.set()
            erased.wait(1)
        return advance(event, states)

    monkeypatch.setattr(store.submissions, "advance", slow)
    with ThreadPoolExecutor() as pool:
        withdrawn = pool.submit(decide.withdraw, "s1", "why", ADA)
        assert begun.wait(20)
        pool.submit(decide.forget, "s1", ADA).add_done_callback(lambda _: erased.set())
        withdrawn.result()
    assert store.submissions.get("s1").submission.submitter is None
    assert "ada" not in repr(store.submissions.events("s1"))
