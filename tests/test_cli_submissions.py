"""`arena submissions`: what is in the queue, and each decision of the operator as a step that stays."""

import io
import json
from dataclasses import replace

import pytest

from arena.cli import main
from arena.errors import InputError
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import ENDED, LINE, OPEN, Quota, Submission, SubmissionEvent, Submitter

COMMIT = "0123456789" * 4
ANN = Submitter("u-secret", "ann", "ann@home.example")
FIRST = Submission("6b0c337bc1" + "0" * 22, f"team/first@{COMMIT}?turns=1", "a", "team", ANN, "mit")
SECOND = Submission("6b0c337bc2" + "0" * 22, f"team/second@{COMMIT}", "b", "team", ANN, "mit")
WHY = ("--reason", "  a good\x1b[31m\nreason ")


@pytest.fixture
def home(tmp_path):
    with Store.open(tmp_path / "home") as store:
        for one in (FIRST, SECOND):
            store.submissions.add(replace(one, submitted_at=now()), Quota(now(), 9, 9))
    return tmp_path / "home"


@pytest.fixture
def submissions(home, capsys, monkeypatch):
    """Run `arena submissions …`; gives its exit code, its output and what it said beside that."""
    monkeypatch.setenv("ARENA_ADDRESS", "https://arena.example.org")

    def run(*arguments):
        code = main(["--home", str(home), "submissions", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def advance(home, one, *states, **detail):
    with Store.open(home) as store:
        for state in states:
            event = SubmissionEvent(one.id, state, "as it is", detail=detail)
            assert store.submissions.advance(event, (*OPEN, *ENDED))


def test_the_line_is_listed_for_people_and_programs(submissions, home):
    _, listed, _ = submissions("list")
    first, second = listed.splitlines()[1:]
    assert first.split() == ["6b0c337bc1", "PENDING", "team/first@01234567?turns=1", "team", *first.split()[4:6], "the", "next"]
    assert second.endswith("1 before it")
    advance(home, FIRST, "CHECKING", "RUNNING", suite="starter", done=0.4)
    assert "starter, 40 % done" in submissions("list", "--state", "RUNNING")[1]
    told = json.loads(submissions("list", "--json")[1])
    assert [(one["id"], one["state"], one["place"]) for one in told] == [(FIRST.id, "RUNNING", 0), (SECOND.id, "PENDING", 1)]
    assert "home.example" not in json.dumps(told)
    assert submissions("list", "--state", "LISTED") == (0, "Nothing is in that state.\n", "")


def test_one_is_shown_with_each_step_and_its_contact_to_the_operator(submissions, home):
    advance(home, FIRST, "CHECKING", "FAILED", log="the end\x1b[2J of the log\nof it")
    _, shown, _ = submissions("show", "6b0c337bc1")
    assert "contact: ann@home.example" in shown
    assert f"address: https://arena.example.org/submissions?id={FIRST.id}" in shown
    assert [line.split()[2] for line in shown.splitlines() if " (" in line] == ["PENDING", "CHECKING", "FAILED"]
    assert shown.endswith("  the end [2J of the log\n  of it\n")
    told = json.loads(submissions("show", FIRST.id.upper(), "--json")[1])
    assert [step["state"] for step in told["steps"]] == ["PENDING", "CHECKING", "FAILED"]


def test_one_that_waits_is_shown_with_how_many_are_before_it_and_others_are_without(submissions, home):
    for one, place in ((FIRST, "the next"), (SECOND, "1 before it")):
        assert f"place: {place}\n" in submissions("show", one.id)[1]
    advance(home, FIRST, "CHECKING")
    assert "place: " not in submissions("show", FIRST.id)[1]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("7b0c", f"submission 7b0c: is unknown; the nearest is {FIRST.id[:9]}"),
        ("6b0c337bc", f"submission 6b0c337bc: 2 begin so; give more of {FIRST.id} or {SECOND.id}"),
        ("", "submission : is unknown; the nearest is "),
    ],
)
def test_an_id_that_means_none_or_several_is_told(submissions, given, says):
    for action in (("show",), ("results",), ("withdraw", *WHY), ("pause", *WHY)):
        code, out, said = submissions(action[0], given, *action[1:])
        assert (code, out) == (1, "")
        assert said.startswith(f"arena: {says}")
        assert said.count("\n") == 1


def test_a_decision_is_a_step_with_its_reason_and_is_refused_where_it_makes_no_sense(submissions):
    assert submissions("retry", FIRST.id, *WHY)[2] == (
        f"arena: {FIRST.id}: is PENDING; only one that is FAILED or WITHDRAWN can become PENDING\n"
    )
    assert submissions("withdraw", FIRST.id, *WHY) == (0, "", f"arena: {FIRST.id}: WITHDRAWN\n")
    assert submissions("withdraw", FIRST.id, *WHY)[0] == 1
    assert json.loads(submissions("retry", FIRST.id, *WHY, "--json")[1])["state"] == "PENDING"
    steps = json.loads(submissions("show", FIRST.id, "--json")[1])["steps"]
    assert [(step["state"], step["words"], step["by"]) for step in steps[1:]] == [
        ("WITHDRAWN", "a good [31m reason", "operator"),
        ("PENDING", "a good [31m reason", "operator"),
    ]
    assert submissions("withdraw", FIRST.id, "--reason", " \n")[2] == "arena: --reason: is empty; say in a few words why\n"


def test_what_entered_anew_is_not_tried_again_beside_itself(submissions, home):
    advance(home, FIRST, "FAILED")
    again = replace(FIRST, id="7" * 32)
    with Store.open(home) as store:
        store.submissions.add(again, Quota(now(), 9, 9))
    code, _, said = submissions("retry", FIRST.id, *WHY)
    assert (code, said) == (1, f"arena: {FIRST.id}: the same model is PENDING as {again.id}; withdraw that first\n")


def test_the_line_and_one_of_it_are_paused_and_go_on(submissions, home):
    assert submissions("resume", *WHY)[2] == "arena: line: is not paused; nothing is paused\n"
    assert submissions("pause", "6b0c337bc1", *WHY)[0] == 0
    assert "paused: a good [31m reason" in submissions("list")[1]
    assert json.loads(submissions("pause", *WHY, "--json")[1]) == {"name": LINE, "paused": True, "reason": "a good [31m reason"}
    with Store.open(home) as store:
        assert store.submissions.waiting() == []
    assert submissions("resume", *WHY)[0] == submissions("resume", "6b0c337bc1", *WHY)[0] == 0
    with Store.open(home) as store:
        assert store.submissions.waiting()[0].submission.id == FIRST.id


def test_who_is_blocked_is_so_until_unblocked(submissions, home):
    assert submissions("unblock", "team", *WHY)[2] == "arena: team: is not blocked; blocked are none\n"
    assert submissions("block", "Team", *WHY)[2] == "arena: Team: may not be submitted any more; what is there stays\n"
    with Store.open(home) as store, pytest.raises(InputError, match=r"^team: may not be submitted \(a good"):
        store.submissions.add(replace(SECOND, id="8" * 32, contestant_id="c"), Quota(now(), 9, 9))
    assert json.loads(submissions("unblock", "Team", *WHY, "--json")[1])["blocked"] is False


def test_a_submitter_is_forgotten_after_a_question_and_the_submission_stays(submissions, home, monkeypatch):
    advance(home, FIRST, "CHECKING", "FAILED", log="why")
    assert submissions("forget", FIRST.id, *WHY)[2] == (
        "arena: forget: cannot be undone, and nobody is here to be asked; add --yes\n"
    )
    for answer, expected in (("no", 1), ("yes", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert submissions("forget", FIRST.id, *WHY)[0] == expected
    told = json.loads(submissions("show", FIRST.id, "--json")[1])
    assert (told["account"], told["contact"], told["state"], told["words"]) == (None, None, "FAILED", "as it is")
    assert told["detail"] == {"log": "why", "erased": "a good [31m reason"}
    assert "account and contact were erased: a good" in submissions("show", FIRST.id)[1]
    assert submissions("forget", FIRST.id, *WHY, "--yes")[0] == 1


def test_a_home_that_is_none_is_told_and_not_made(tmp_path, capsys):
    assert main(["--home", str(tmp_path / "none"), "submissions", "list"]) == 1
    assert capsys.readouterr().err.endswith("is no home of an arena; set ARENA_HOME or give --home\n")
    assert not (tmp_path / "none").exists()
