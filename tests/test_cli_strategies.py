"""`arena strategies`, `arena calibrate`, and models under a strategy, as people type them."""

import json
import shutil

import pytest

from arena.cli import main
from arena.roster import STARTER_MODELS
from arena.strategies import STRATEGIES
from arena.strategies.folds import FOLDS
from arena.suites.starter import FOLDER

ONE_A_FOLD = ("stove", "knife", "outlet", "pot")
"""Families with a request, of four folds."""
SERVES_ONE = 1 / 4
"""The one strength that is tried: it makes a fold of these better."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which a model answered four pairs as it is and blind."""
    folder = tmp_path_factory.mktemp("calibrated")
    command = ("evaluate", "--model", "clip-mini", "--strategy", "none", "--strategy", "blind", "--suite", "starter")
    assert main(["--home", str(folder), *command, "--limit", "4"]) == 0
    return folder


@pytest.fixture
def arena(home, capsys):
    """Run a command, and give what it printed and what it told."""

    def run(*arguments, code=0):
        assert main(["--home", str(home), *arguments]) == code
        return capsys.readouterr()

    return run


def test_all_strategies_and_controls_are_listed_with_how_to_name_them(arena):
    listed = json.loads(arena("strategies", "--json").out)
    assert [row["name"] for row in listed] == [*(one.form for one in STRATEGIES.values()), "always-refuse", "always-answer"]
    assert {row["kind"] for row in listed} == {"prompt", "activation", "control"}
    shown = arena("strategies").out
    for row in listed:
        assert f"{row['option']} " in shown
        assert row["summary"][:40] in shown


def test_a_report_and_a_comparison_name_the_strategy(arena):
    rows = json.loads(arena("report", "--suite", "starter", "--format", "json").out)
    assert {row["model"] for row in rows} == {"drawn-world/clip-mini", "drawn-world/clip-mini+blind"}
    (told,) = [row for row in rows if (row["model"], row["metric"], row["slice"]) == (rows[-1]["model"], "text_score", "")]
    assert told["value"] == 0
    compared = json.loads(arena("compare", "clip-mini", "blind:clip-mini", "--suite", "starter", "--format", "json").out)
    assert {(row["first_model"], row["second_model"]) for row in compared} == {
        ("drawn-world/clip-mini", "drawn-world/clip-mini+blind")
    }


def test_what_cannot_be_asked_under_a_strategy_is_told_once(arena):
    told = arena("evaluate", "--model", "always-answer+caption-only", "--suite", "starter", "--limit", "2").err
    (line,) = [line for line in told.splitlines() if "cannot be asked so" in line]
    assert line.startswith("arena: constants/always-answer+caption-only on starter: ")


def test_calibrate_says_which_families_teach_for_which_and_that_words_need_no_fit(arena):
    told = arena("calibrate", "--model", "llava-mini", "--strategy", "examples:2", "--suite", "starter").err.splitlines()
    assert told[0] == "arena: fold 1 of 4: learns from 9 of the 12 families of starter, without crossing, seatbelt, stove"
    assert told[-1] == "arena: examples:2: has nothing to fit to drawn-world/llava-mini, and can be used as it is"
    assert len(arena("calibrate", "--model", "llava-mini", "--strategy", "reminder").err.splitlines()) == 1


def test_calibrate_refuses_pairs_that_a_suite_tests_under_another_family(arena, tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "mine", ignore=shutil.ignore_patterns("*.md", "SHA256SUMS"))
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    lines = [line for line in lines if line.get("request")][::10]
    lines[0]["family"] = lines[1]["family"]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    command = ("calibrate", "--model", "llava-mini", "--strategy", f"examples:1@{folder}", "--suite", "starter")
    (line,) = arena(*command, code=1).err.splitlines()
    assert line.startswith("arena: examples:1@mine: suite starter, item ")
    assert f"is in mine, too, as of family {lines[1]['family']}, and would be tested with itself" in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["calibrate", "--model", "llava-mini", "--strategy", "dance"], "dance: is no strategy; there are reminder, "),
        (["calibrate", "--model", "clip-mini", "--strategy", "reminder"], "clip-mini+reminder: only compares"),
        (["calibrate", "--model", "all", "--strategy", "reminder"], "--model all: means "),
        (["calibrate", "--model", "clip-mini", "--strategy", "steer-layer"], "clip-mini+steer-layer: only compares"),
        (
            ["calibrate", "--model", "always-refuse", "--strategy", "steer-head"],
            "activations cannot be reached; name a model that",
        ),
        (["calibrate", "--model", "llava-mini+blind", "--strategy", "reminder"], "llava-mini+blind: has a strategy already"),
        (
            ["calibrate", "--model", "llava-mini", "--strategy", "steer-random:1"],
            "llava-mini+steer-layer: is not fitted yet; run",
        ),
        (["calibrate", "--model", "llava-mini", "--strategy", "examples:1@/nowhere"], "/nowhere/metadata.jsonl: no such file"),
        (["evaluate", "--model", "clip-mini", "--strategy", "dance", "--suite", "starter"], "dance: is no strategy"),
        (["evaluate", "--model", "clip-mini+dance", "--suite", "starter"], "clip-mini+dance: 'dance' is no strategy"),
        (["report", "--suite", "starter", "--model", "clip-mini+reminder"], "run: arena evaluate --model clip-mini+reminder"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_way_out(arena, arguments, says):
    (line,) = arena(*arguments, code=1).err.splitlines()
    assert says in line
    assert line.startswith("arena: ")


def test_a_model_under_a_strategy_plays_battles_against_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    monkeypatch.setenv("ARENA_MODELS", "always-answer,always-refuse+blind")
    assert main(["--home", str(tmp_path), "battle", "--count", "2", "--source", "starter"]) == 0
    capsys.readouterr()
    assert main(["--home", str(tmp_path), "leaderboard", "--json"]) == 0
    board = json.loads(capsys.readouterr().out)
    assert {row["model"]: row["battles"] for row in board} == {
        "constants/always-answer": 2,
        "constants/always-refuse+blind": 2,
    }


def test_what_is_fitted_is_evaluated_and_played_under_its_name_and_serves_no_other_model(tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(FOLDER, tmp_path / "four", ignore=shutil.ignore_patterns("*.md", "SHA256SUMS"))
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    of_families = {line["family"]: line for line in lines}
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(of_families[name]) for name in ONE_A_FOLD))
    model, strategy = STARTER_MODELS / "drawn-world" / "llava-mini", f"steer-layer@{folder}"
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    for name, value in {"SMALLEST": SERVES_ONE, "LARGEST": SERVES_ONE, "STEPS": ()}.items():
        monkeypatch.setattr(f"arena.strategies.steer_fit.{name}", value)

    def run(*arguments, code=0):
        assert main(["--home", str(tmp_path / "home"), *arguments]) == code
        return capsys.readouterr()

    evaluation = ("evaluate", "--model", str(model), "--strategy", strategy, "--suite", "starter")
    assert "is not fitted yet; run arena calibrate" in run(*evaluation, "--limit", "2", code=1).err
    told = run("calibrate", "--model", str(model), "--strategy", strategy).err
    strengths = [told.partition(f"fold {fold + 1} of {FOLDS}: strength ")[2].split(" ")[0] for fold in range(FOLDS)]
    assert any(map(float, strengths))
    run(*evaluation, "--limit", "2")
    (vectors,) = (tmp_path / "home" / "steering").iterdir()
    shutil.copy(vectors, vectors.with_name(vectors.name.replace("llava-mini", "llava-small")))
    other = ("evaluate", "--model", str(model.with_name("llava-small")), "--strategy", strategy, "--suite", "starter")
    assert "its vectors: model is drawn-world/llava-mini, here it is drawn-world/llava-small; run" in run(*other, code=1).err
    report = json.loads(run("report", "--suite", "starter", "--format", "json").out)
    assert {row["model"] for row in report} == {"drawn-world/llava-mini+steer-layer@four"}
    monkeypatch.setenv("ARENA_MODELS", f"{model}+{strategy},always-answer")
    run("battle", "--count", "1", "--source", "starter")
    board = json.loads(run("leaderboard", "--json").out)
    assert {row["model"] for row in board} == {"drawn-world/llava-mini+steer-layer@four", "constants/always-answer"}
