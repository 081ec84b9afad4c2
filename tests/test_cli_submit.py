"""`arena submit`: what each check has seen, whether the model may be submitted, and its entry into the queue."""

import io
import json

import pytest
from hub_server import COMMIT, Hub

from arena.cli import main
from arena.roster import STARTER_MODELS
from arena.store import Store
from arena.store.submission_records import Submitter
from arena.submissions.terms import TERMS

GOOD = STARTER_MODELS / "drawn-world" / "clip-mini"


class Submit:
    """The command, asked in this process of a Hub on loopback. `said` is what the last call told beside its output."""

    def __init__(self, hub, home, capsys):
        self.hub = hub
        self.said = ""
        self._home = home
        self._capsys = capsys

    def __call__(self, *arguments):
        code = main(["--home", str(self._home), "submit", *arguments])
        captured = self._capsys.readouterr()
        self.said = captured.err
        return code, captured.out


@pytest.fixture
def submit(tmp_path, monkeypatch, capsys):
    with Hub() as hub:
        hub.add("org/good", GOOD)
        hub.reach(monkeypatch, tmp_path / "cache")
        monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
        yield Submit(hub, tmp_path / "home", capsys)


@pytest.fixture
def signed_in(submit, monkeypatch):
    """Somebody whose token is on this machine, and an arena that takes submissions."""
    account = submit.hub.accounts.add("ann", org="write", school="read")
    monkeypatch.setenv("HF_TOKEN", submit.hub.accounts.token(account))
    monkeypatch.setenv("ARENA_SUBMISSIONS", "elsewhere")
    monkeypatch.setenv("ARENA_ADDRESS", "https://arena.example.org")
    return account


def test_a_good_model_may_be_submitted(submit):
    code, told = submit("org/good", "--check")
    assert code == 0
    assert "passed  headers: 94 tensors" in told
    assert f"commit: {COMMIT}" in told
    assert told.splitlines()[-1] == "org/good may be submitted"


def test_a_copy_of_a_listed_model_may_not_and_the_line_says_what_to_do(submit, monkeypatch):
    monkeypatch.setenv("ARENA_MODELS", str(GOOD))
    code, told = submit("org/good", "--check")
    assert code == 1
    assert "FAILED  copies: model.safetensors is the same as in drawn-world/clip-mini" in told
    assert "        to do: submit weights that differ" in told
    assert told.splitlines()[-1] == "org/good may not be submitted: 1 check failed"


def test_programs_get_an_object_of_all_checks_and_facts(submit):
    code, told = submit("org/[red]none", "--check", "--json")
    report = json.loads(told)
    assert (code, report["passed"]) == (1, False)
    assert [check["name"] for check in report["checks"]] == ["reference"]
    code, told = submit("org/good", "--check", "--json")
    assert (code, json.loads(told)["facts"]["revision"]) == (0, COMMIT)


AGREED = ("--contact", "ann@example.org", "--accept-terms", "--yes")


def test_a_model_enters_once_and_its_address_is_told(submit, signed_in, tmp_path):
    code, told = submit("org/good", *AGREED, "--json")
    entered = json.loads(told)
    assert (code, entered["new"], entered["state"]) == (0, True, "PENDING")
    assert (entered["reference"], entered["organisation"]) == (f"org/good@{COMMIT}", "org")
    assert entered["address"] == f"https://arena.example.org/submissions?id={entered['id']}"
    assert entered["estimate"]["questions"] == 3120
    code, told = submit("org/good", *AGREED)
    assert code == 0
    assert told.splitlines()[-1] == f"org/good@{COMMIT} was submitted before, and is PENDING: {entered['address']}"
    assert "evaluation: about 3,120 questions; an estimate by its size" in submit.said
    with Store.open(tmp_path / "home") as store:
        (standing,) = store.submissions.standings()
    assert standing.submission.submitter == Submitter(signed_in.sub, "ann", "ann@example.org")


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 1)])
def test_terms_are_shown_and_asked_for_on_a_terminal(submit, signed_in, monkeypatch, answer, code):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert submit("org/good", "--contact", "ann@example.org")[0] == code
    assert TERMS in submit.said
    assert "Accept the terms, and submit org/good for org? Type yes: " in submit.said
    assert ("nothing was submitted" in submit.said) == bool(code)


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (AGREED, {"ARENA_SUBMISSIONS": "off"}, "ARENA_SUBMISSIONS: is off, so that nobody would evaluate it"),
        (AGREED, {"HF_TOKEN": "hf_wrong"}, "HF_TOKEN: is not valid, or no longer"),
        (AGREED[2:], {}, "contact: is missing; say how to reach you"),
        (AGREED[:3], {}, "submit: nobody is here to be asked; add --accept-terms and --yes"),
        ((*AGREED, "--organisation", "school"), {}, "organisation: your role in school is read"),
        ((*AGREED, "--licence", "mit"), {}, "licence: the card says apache-2.0, and you say mit"),
        ((*AGREED, "--fine-tune-of", "no name"), {}, "base model: is no name on the Hub"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_enters(submit, signed_in, monkeypatch, tmp_path, arguments, environment, says):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert submit("org/good", *arguments)[0] == 1
    (line,) = [one for one in submit.said.splitlines() if one.startswith("arena: ")]
    assert line.startswith(f"arena: {says}")
    with Store.open(tmp_path / "home") as store:
        assert store.submissions.standings() == []


def test_what_has_not_passed_its_checks_does_not_enter(submit, signed_in, monkeypatch):
    monkeypatch.setenv("ARENA_MODELS", str(GOOD))
    code, told = submit("org/good", *AGREED, "--json")
    assert (code, json.loads(told)["id"]) == (1, None)
    assert [check["name"] for check in json.loads(told)["check"]["checks"] if not check["passed"]] == ["copies"]
