"""`arena pairs hide`, `restore`, `erase`, `takedowns` and `reports` on a home that no process holds."""

import json

import pytest

from arena.battles.scoring import ELO_RULE
from arena.cli import main
from arena.contestants import Contestant
from arena.generators.scenes import draw_pair
from arena.store import BattleRecord, Store

PAIR = draw_pair("stove", 5, size=64, source="fresh")
REASON = ("--reason", "a court order")


@pytest.fixture
def home(tmp_path):
    with Store.open(tmp_path / "home", ELO_RULE) as store:
        store.add_pairs([PAIR])
        store.takedowns.report(PAIR.id, "private", "\x1b[31mme\n\u202e")
    return tmp_path / "home"


@pytest.fixture
def pairs(home, capsys):
    """Run `arena pairs …`; gives its exit code, its output and what it said beside that."""

    def run(*arguments):
        code = main(["--home", str(home), "pairs", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_what_was_decided_and_reported_is_listed_for_people_and_programs(pairs):
    assert pairs("takedowns") == (0, "Nothing was taken down.\n", "")
    _, listed, _ = pairs("reports")
    assert all(part in listed for part in (PAIR.id, "private", "me"))
    assert not {"\x1b", "\u202e"} & set(listed), "strangers steer no terminal"
    assert pairs("hide", PAIR.id, *REASON) == (0, "", f"arena: {PAIR.id}: hidden\n")
    assert pairs("reports")[1] == "No report waits for a decision.\n"
    ((reported,), (decided,)) = (json.loads(pairs(what, "--json", *more)[1]) for what, more in LISTS.items())
    assert (reported["subject"], reported["state"]) == (PAIR.id, "hidden")
    assert (decided["state"], decided["reason"], decided["decided_by"]) == ("hidden", "a court order", "operator")


LISTS = {"reports": ["--all"], "takedowns": []}


@pytest.mark.parametrize("battle", ["-Abcdefghij_klm-", "--help-abcdefghi", "-yes-no-maybe-hm"])
def test_a_battle_of_an_older_version_goes_by_its_id_where_it_begins_with_a_dash(home, pairs, battle):
    seats = [Contestant(f"organisation/{name}", "0" * 40, "test") for name in "ab"]
    with Store.open(home, ELO_RULE) as store:
        store.add_contestants(seats)
        store.add_battle(BattleRecord(battle, PAIR.id, (seats[0].id, seats[1].id), 1.0, "visitor", "tie", "1", ()))
    for action, state in (("hide", "hidden"), ("restore", "shown")):
        assert pairs(action, *REASON, battle) == (0, "", f"arena: {PAIR.id}: {state}\n")
        assert pairs(action, battle, PAIR.id, *REASON)[0] == 0
    assert pairs("erase", battle, "--yes", *REASON)[0] == 0


def test_an_erasure_asks_first(pairs, home, monkeypatch):
    code, _, said = pairs("erase", PAIR.id, *REASON)
    assert (code, said) == (1, "arena: erase: cannot be undone, and nobody is here to be asked; add --yes\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, expected in (("no", 1), ("yes", 0)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert pairs("erase", PAIR.id, *REASON)[0] == expected
    assert not list((home / "images").glob("??/*.webp"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("hide", "0123", *REASON), "0123: stands for no pair"),
        (("erase", "0123", "--yes", *REASON), "0123: stands for no pair"),
        (("hide", PAIR.id, "--reason", " "), "--reason: is empty"),
    ],
)
def test_what_cannot_be_done_is_one_line(pairs, arguments, says):
    code, out, said = pairs(*arguments)
    assert (code, out, said.count("\n")) == (1, "", 1)
    assert says in said


def test_no_home_is_made_by_asking(tmp_path, capsys):
    assert main(["--home", str(tmp_path / "none"), "pairs", "reports"]) == 1
    assert "is no home of an arena" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
