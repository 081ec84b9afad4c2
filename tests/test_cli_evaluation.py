"""`arena evaluate`, `report`, `compare`, `suites` and `judge-agreement`, as people type them."""

import csv
import io
import json
import re
import signal

import pytest
from processes import arena as arena_process
from processes import exit_code, wait_until

from arena.cli import main
from arena.cli.console import duration

ESTIMATE = {"metric", "value", "low", "high", "pairs", "families", "chance", "slice"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which two models answered six pairs."""
    folder = tmp_path_factory.mktemp("evaluated")
    command = ("evaluate", "--model", "clip-mini", "--model", "clip-small", "--suite", "starter", "--limit", "6")
    assert main(["--home", str(folder), *command]) == 0
    return folder


@pytest.fixture
def arena(home, capsys):
    """Run a command, and give what it printed."""

    def run(*arguments, code=0, at=home):
        assert main(["--home", str(at), *arguments]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run


def test_a_report_as_json_is_a_list_of_objects_with_every_slice(arena):
    rows = json.loads(arena("report", "--model", "clip-mini", "--suite", "starter", "--format", "json"))
    assert all(ESTIMATE | {"model"} <= row.keys() for row in rows)
    assert {row["model"] for row in rows} == {"drawn-world/clip-mini"}
    whole = {row["metric"]: row for row in rows if not row["slice"]}
    assert {"text_score", "image_score", "group_score", "confirm_accuracy", "reject_accuracy"} <= whole.keys()
    assert (whole["text_score"]["pairs"], whole["text_score"]["chance"]) == (6, 0.25)
    assert any(row["slice"].startswith("category=") for row in rows)


def test_a_report_names_everybody_who_was_asked_where_nobody_is_named(arena):
    table = arena("report", "--suite", "starter")
    assert "drawn-world/clip-mini" in table
    assert "drawn-world/clip-small" in table
    assert "category=" not in table


def test_slices_are_chosen_by_key_or_by_name(arena):
    split = json.loads(arena("report", "--suite", "starter", "--by", "domain", "--format", "json"))
    assert {row["slice"] for row in split} <= {"", "domain=safety", "domain=culture"}
    one = json.loads(arena("report", "--suite", "starter", "--slice", split[1]["slice"], "--format", "json"))
    assert {row["slice"] for row in one} == {split[1]["slice"]}


def test_a_report_as_csv_and_markdown_holds_the_same_numbers(arena):
    rows = list(csv.DictReader(io.StringIO(arena("report", "--suite", "starter", "--format", "csv"))))
    exact = {(row["model"], row["metric"]): row["value"] for row in rows if not row["slice"]}
    lines = arena("report", "--suite", "starter", "--format", "md").splitlines()
    assert lines[1].startswith("| --- | --- | ---: |")
    shown = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert {(model, metric): value for model, metric, value, *_ in shown} == {
        key: f"{float(value):.3f}" if value else "–" for key, value in exact.items()
    }


def test_two_models_are_compared_on_what_both_answered(arena):
    rows = json.loads(arena("compare", "clip-small", "clip-mini", "--suite", "starter", "--format", "json"))
    score = next(row for row in rows if (row["metric"], row["slice"]) == ("group_score", ""))
    assert score["difference"] == pytest.approx(score["first"] - score["second"])
    assert 0 < score["p_value"] <= 1
    assert score["pairs"] == 6


def test_every_suite_is_listed_and_shown_with_its_source_licence_and_defects(arena):
    listed = arena("suites", "list")
    for name in ("starter", "vscbench-image", "cross", "winoground"):
        assert name in listed
    shown = arena("suites", "show", "vscbench-image")
    for word in ("licence", "citation", "defect", "300"):
        assert word in shown


def test_an_evaluation_says_how_long_it_will_take_and_ends_with_what_a_report_says(arena, tmp_path, capsys):
    command = ["evaluate", "--model", "clip-mini", "--suite", "starter", "--limit", "6"]
    assert main(["--home", str(tmp_path), *command]) == 0
    printed = capsys.readouterr()
    assert re.search(r"^arena: clip-mini on starter: 28 of 76 questions left, about ", printed.err, re.MULTILINE)
    assert "arena: all metrics of starter: arena report --suite starter\n" in printed.err
    shown = {tuple(line.split()[:5]) for line in printed.out.splitlines()[1:]}
    report = [tuple(line.split()[:5]) for line in arena("report", "--suite", "starter", at=tmp_path).splitlines()[1:]]
    assert shown == set(report[:5])
    assert main(["--home", str(tmp_path), *command]) == 0
    again = capsys.readouterr()
    assert again.out == printed.out
    assert "questions left" not in again.err


def test_a_folder_that_cannot_enter_is_told_without_the_names_of_others(home, tmp_path, capsys):
    (tmp_path / "config.json").write_text("{")
    assert main(["--home", str(home), "evaluate", "--model", str(tmp_path), "--suite", "starter"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"arena: left out: {tmp_path}: config.json is not readable JSON")
    assert line.endswith("; save it again")


def test_a_model_that_is_refused_is_told_and_the_others_are_evaluated(home, capsys):
    named = [part for model in ("nope", "clip-mini", "https://#") for part in ("--model", model)]
    assert main(["--home", str(home), "evaluate", *named, "--suite", "starter", "--limit", "6"]) == 1
    printed = capsys.readouterr()
    assert "drawn-world/clip-mini" in printed.out
    first, second, *_ = printed.err.splitlines()
    assert first.startswith("arena: left out: nope: no such folder")
    assert second.startswith("arena: left out: https: the address names no host")
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (2.4, "about 2 seconds"),
        (119, "about 119 seconds"),
        (121, "about 2 minutes"),
        (7190, "about 120 minutes"),
        (9000, "about 2 hours"),
    ],
)
def test_how_long_something_takes_is_told_in_a_unit_that_people_would_choose(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "--suite", "nope"], "suite 'nope': is unknown; there are starter, "),
        (["suites", "show", "nope"], "suite 'nope': is unknown; there are starter, "),
        (["evaluate", "--model", "all", "--suite", "nope"], "suite 'nope': is unknown"),
        (["evaluate", "--model", "nope", "--suite", "starter"], "contestants of this arena: drawn-world/clip-mini"),
        (["evaluate", "--model", "clip-mini", "--suite", "xstest", "--judge", "nope"], "contestants of this arena: "),
        (["evaluate", "--model", "clip-mini", "--suite", "starter", "--task", "dance"], "has no task 'dance'; it has caption"),
        (["evaluate", "--model", "clip-mini", "--suite", "cross"], "cross"),
        (["evaluate", "--model", "clip-mini", "--suite", "vscbench-image"], "--data"),
        (["evaluate", "--model", "all", "--suite", "starter", "--suite", "xstest", "--data", "x"], "files of one suite"),
        (["evaluate", "--model", "clip-mini", "--suite", "xstest", "--judge", "all"], "--judge all: means "),
        (["evaluate", "--model", "https://#", "--suite", "starter"], "https"),
        (["report", "--suite", "winoground"], "run: arena evaluate --model all --suite winoground"),
        (["report", "--suite", "starter", "--model", "llava-mini"], "run: arena evaluate --model llava-mini --suite starter"),
        (["report", "--suite", "starter", "--by", "colour"], "--by: there is no 'colour'; the keys of slices are "),
        (["report", "--suite", "starter", "--slice", "category=moon"], "--slice: there is no 'category=moon'"),
        (["report", "--suite", "starter", "--judge", "llava-mini"], "read no answers to starter"),
        (["compare", "clip-mini", "llava-mini", "--suite", "starter"], "run: arena evaluate --model llava-mini"),
        (["judge-agreement", "--suite", "starter", "--judge", "llava-mini"], "read no answers to starter"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_way_out(arena, arguments, says):
    error = arena(*arguments, code=1)
    assert says in error
    assert error.startswith("arena: ")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--limit", "0"),
        ("--limit", "-3"),
        ("--max-errors", "2"),
        ("--max-errors", "some"),
        ("--model",),
        ("--workers", "0"),
        ("--engine", "dask"),
    ],
)
def test_wrong_options_are_told_with_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "--model", "all", "--suite", "starter", *arguments])
    assert ended.value.code == 2
    assert "usage: arena evaluate" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["evaluate"], ["report"], ["compare"], ["judge-agreement"]])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert f"examples:\n  arena {command[0]} " in capsys.readouterr().out


def test_ctrl_c_keeps_what_was_answered_and_says_that_the_same_command_goes_on(arena, tmp_path):
    log, terminal = tmp_path / "logs" / "arena.log", tmp_path / "terminal.txt"
    command = ("evaluate", "--model", "llava-mini", "--suite", "starter")
    with arena_process(*command, home=tmp_path, output=terminal) as process:
        wait_until(lambda: log.exists() and "questions committed" in log.read_text(), process)
        assert exit_code(process, signal.SIGINT) == 130
    assert "the same command goes on from there" in terminal.read_text()
    assert "Traceback" not in terminal.read_text()
    rows = json.loads(arena("report", "--suite", "starter", "--format", "json", at=tmp_path))
    assert next(row["pairs"] for row in rows if row["metric"] == "image_choice_accuracy") > 0
