"""What the desk takes, before and after a check; a child process makes that, and one test here starts it."""

import time
from dataclasses import replace

import pytest

from arena.battles.scoring import ELO_RULE
from arena.errors import InputError
from arena.settings import Settings
from arena.store import Store
from arena.submissions.accounts import Account
from arena.submissions.entry import Statement
from arena.ui.submission_desk import FRESH_SECONDS, SubmissionDesk, account_of, reference_of, stated, submission_notice

ADA = Account("1", "ada", {"glade": "write", "meadow": "read"})
EVE = Account("2", "eve")
ENDPOINT = "https://host.example/v1#model"
SAID = Statement(ENDPOINT, "glade", "apache-2.0", "ada@example.org", terms=True)
SETTINGS = Settings(submissions="elsewhere", submission_endpoints=("host.example",))


@pytest.fixture
def desk(tmp_path):
    with Store.open(tmp_path, ELO_RULE) as store:
        yield SubmissionDesk(store, replace(SETTINGS, home=tmp_path))


@pytest.mark.parametrize(
    ("typed", "precision", "reference"),
    [
        (" org/name ", "", "org/name"),
        ("org/name@v2", "float16", "org/name@v2?dtype=float16"),
        ("org/name?thinking=512", "bfloat16", "org/name?thinking=512&dtype=bfloat16"),
        ("https://huggingface.co/org/name", "", "org/name"),
        ("https://huggingface.co/org/name/", "", "org/name"),
        ("https://hf.co/org/name/tree/v2", "float32", "org/name@v2?dtype=float32"),
        ("https://huggingface.co/org/name/blob/main/config.json", "", "org/name@main"),
        (ENDPOINT, "", ENDPOINT),
    ],
)
def test_what_people_type_and_paste_is_a_reference(typed, precision, reference):
    assert reference_of(typed, precision) == reference


@pytest.mark.parametrize(
    ("typed", "precision", "field"),
    [
        ("  ", "", "model"),
        ("x" * 301, "", "model"),
        ("org/na\0me", "", "model"),
        (ENDPOINT, "float16", "precision"),
        ("org/name?dtype=float16", "float32", "precision"),
    ],
)
def test_what_cannot_be_one_is_told_by_its_field(typed, precision, field):
    with pytest.raises(InputError, match=f"^{field}: "):
        reference_of(typed, precision)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"organisation": "meadow"}, "organisation"),
        ({"organisation": "elsewhere"}, "organisation"),
        ({"contact": ""}, "contact"),
        ({"terms": False}, "terms"),
        ({"base_model": "x" * 201}, "base model"),
    ],
)
def test_nothing_is_checked_for_a_statement_that_cannot_stand(desk, changed, field):
    nowhere = replace(SAID, reference="org/name-that-a-check-would-ask-the-hub-for", **changed)
    began = time.monotonic()
    with pytest.raises(InputError, match=f"^{field}: "):
        desk.check(nowhere, ADA)
    assert time.monotonic() - began < 1


def test_all_that_is_wrong_with_a_form_is_told_at_once_a_line_for_each_field():
    _, faults = stated(Statement("", "elsewhere", contact="\0" * 201), "", ADA)
    assert [fault.partition(":")[0] for fault in faults] == ["model", "organisation", "contact", "terms"]
    assert all("; " in fault for fault in faults), "each names a way out"
    assert stated(replace(SAID, reference=" org/name "), "float16", ADA) == (
        replace(SAID, reference="org/name?dtype=float16"),
        [],
    )


def test_what_was_checked_enters_once_and_for_whom_it_was_checked_alone(desk):
    checked = desk.check(SAID, ADA)
    assert checked.report.passed, checked.report
    assert checked.estimate.requests > 0
    for key, account in ((checked.key, EVE), ("", ADA), (checked.key[:-1], ADA)):
        with pytest.raises(InputError, match=r"^check: "):
            desk.enter(key, account)
    submission = desk.enter(checked.key, ADA)
    assert desk.enter(checked.key, ADA) == submission
    known = desk.store.submissions.get(submission).submission
    assert (known.reference, known.organisation, known.submitter.subject) == (ENDPOINT, "glade", "1")


def test_to_have_oneself_erased_gives_no_new_quota_in_another_organisation(desk):
    desk = SubmissionDesk(desk.store, replace(desk.settings, submissions_a_day=2))
    sites = ("glade", "moor", "fen")
    account = Account("1", "ada", dict.fromkeys(sites, "admin"))
    checked = [desk.check(replace(SAID, reference=f"{ENDPOINT}-{site}", organisation=site), account) for site in sites]
    for one in checked[:2]:
        submission = desk.enter(one.key, account)
        assert desk.enter(one.key, account) == submission  # who presses twice enters once
        desk.store.submissions.forget(submission)
    with pytest.raises(InputError, match=r"^your account: has submitted 2 in 24 hours, and may 2"):
        desk.enter(checked[2].key, account)


def test_a_check_that_is_used_again_grows_no_younger(desk, monkeypatch):
    now = time.monotonic()
    first = desk.check(SAID, ADA)
    monkeypatch.setattr("arena.ui.submission_desk.time.monotonic", lambda: now + FRESH_SECONDS - 60)
    again = desk.check(SAID, ADA)
    assert again.at == first.at
    monkeypatch.setattr("arena.ui.submission_desk.time.monotonic", lambda: now + FRESH_SECONDS + 60)
    with pytest.raises(InputError, match=r"^check: it is too old"):
        desk.enter(again.key, ADA)


def test_a_check_counts_for_a_while(desk, monkeypatch):
    checked = desk.check(SAID, ADA)
    later = time.monotonic() + FRESH_SECONDS + 1
    monkeypatch.setattr("arena.ui.submission_desk.time.monotonic", lambda: later)
    with pytest.raises(InputError, match=r"^check: it is too old"):
        desk.enter(checked.key, ADA)


def test_a_statement_that_the_card_denies_is_one_more_check_that_failed(desk):
    checked = desk.check(replace(SAID, licence=""), ADA)
    failed = [check for check in checked.report.checks if not check.passed]
    assert [check.name for check in failed] == ["your statement"]
    assert failed[0].seen.startswith("licence: ")
    with pytest.raises(InputError):
        desk.enter(checked.key, ADA)


def test_each_field_that_the_card_denies_is_told(desk):
    checked = desk.check(replace(SAID, licence="", base_model="no name"), ADA)
    failed = [(check.seen.partition(":")[0], check.remedy) for check in checked.report.checks if not check.passed]
    assert failed == [
        ("licence", "name it as the Hub does, such as apache-2.0"),
        ("base model", "write organisation/name, or leave it out"),
    ]


def test_where_submissions_are_off_nothing_enters(desk):
    closed = SubmissionDesk(desk.store, replace(desk.settings, submissions="off"))
    with pytest.raises(InputError, match=r"^submissions: are off"):
        closed.check(SAID, ADA)


@pytest.mark.parametrize("told", [None, {}, {"sub": "1"}, {"preferred_username": "ada"}])
def test_who_is_not_known_is_told_to_sign_in(told):
    with pytest.raises(InputError, match="sign"):
        account_of(told)


def test_the_operator_is_told_where_nobody_can_submit_on_the_page(monkeypatch):
    assert submission_notice(Settings()) is None
    assert "OAUTH_CLIENT_ID" in str(submission_notice(SETTINGS))
    monkeypatch.setenv("OAUTH_CLIENT_ID", "x")
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "y")
    assert submission_notice(SETTINGS) is None
