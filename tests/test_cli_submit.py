"""`arena submit --check`: what each check has seen, and an exit code that tells whether the model may be submitted."""

import json

import pytest
from hub_server import COMMIT, Hub

from arena.cli import main
from arena.roster import STARTER_MODELS

GOOD = STARTER_MODELS / "drawn-world" / "clip-mini"


@pytest.fixture
def submit(tmp_path, monkeypatch, capsys):
    """The command, asked in this process of a Hub on loopback."""
    with Hub() as hub:
        hub.add("org/good", GOOD)
        hub.reach(monkeypatch, tmp_path / "cache")
        monkeypatch.setenv("ARENA_STARTER_MODELS", "0")

        def submit(*arguments):
            code = main(["--home", str(tmp_path / "home"), "submit", *arguments])
            return code, capsys.readouterr().out

        yield submit


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
