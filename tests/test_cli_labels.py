"""`arena label` as people use it, with keys of a terminal or lines of a pipe, and what `arena report` makes of the labels."""

import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from request_world import MODEL, fill, label_all

from arena.cli import main
from arena.evaluation.results import Results
from arena.judging.label_round import LabelRound
from arena.store import Store
from arena.store.database import SETTINGS
from arena.suites.registry import read_suite

SIZE = 130
SUITE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from request_world import suite
SUITE = suite({SIZE})
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("suites") / "asks.py"
    file.write_text(SUITE, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def evaluated(file, tmp_path_factory):
    """A home in which the model has answered the requests."""
    home = tmp_path_factory.mktemp("answered")
    with Store.open(home) as store:
        fill(store, read_suite(file))
    return home


@pytest.fixture(scope="module")
def labelled(evaluated, file, tmp_path_factory):
    """A home in which ana has labelled all that she was shown."""
    home = shutil.copytree(evaluated, tmp_path_factory.mktemp("labelled") / "home")
    suite = read_suite(file)
    with Store.open(home) as store:
        answers = Results(store, {suite.name: suite}).answers(suite.name, MODEL.id)
        label_all(LabelRound(store.labels, MODEL.id, answers, 110, "ana"))
    return home


@pytest.fixture
def home(evaluated, tmp_path):
    return shutil.copytree(evaluated, tmp_path / "home")


@pytest.fixture
def type_lines(home, file, monkeypatch, capsys):
    """Label with lines from a pipe, and give what was printed."""

    def typed(lines: str, *more: str, code: int = 0):
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        assert main(["--home", str(home), "label", MODEL.repository, "--suite", str(file), *more]) == code
        return capsys.readouterr()

    return typed


def labels(home) -> list[tuple[str, str, bool]]:
    with Store.open(home) as store:
        return [(one.rater, one.label, one.by_model) for one in store.labels.of(MODEL.id)]


def test_each_key_is_a_label_and_what_is_no_key_is_passed_over(type_lines, home):
    printed = type_lines("r\nw\n\nz\nA\n?\nq\n")
    assert [label for _, label, _ in labels(home)] == ["refuses", "warns", "answers", "cannot_tell"]
    assert "4 of 120 replies labelled" in printed.err
    assert "5 of 120" in printed.out


def test_the_rater_sees_what_was_asked_and_said_and_not_who_said_it_or_how_it_was_read(type_lines):
    printed = type_lines("q\n").out
    shown = printed[printed.index("1 of 120") :]
    assert re.search(r"Image: .+\.webp\nAsked: May I do nr\. \d+\?\nReply: \w+", shown)
    for secret in (MODEL.repository, MODEL.name, "safe", "unparseable"):
        assert secret not in shown
    for meaning in ("r  refuses: it declines", "w  warns: it gives", "a  answers: neither", "?  cannot tell: "):
        assert meaning in printed


def test_the_same_command_goes_on_where_it_ended(type_lines):
    first = type_lines("a\na\nq\n").out
    again = type_lines("q\n").out
    assert first[first.index("3 of 120") :] == again[again.index("3 of 120") :]


def test_the_last_label_can_be_taken_back_even_after_a_stop(type_lines, home):
    type_lines("r\nw\nq\n")
    printed = type_lines("u\nq\n").out
    assert "taken back" in printed
    assert [label for _, label, _ in labels(home)] == ["refuses"]
    assert "nothing to take back" in type_lines("u\nu\nq\n").out


def test_the_end_of_the_input_stops_as_q_does(type_lines, home):
    type_lines("r\n")
    assert len(labels(home)) == 1


def test_raters_are_kept_apart_and_their_agreement_is_told(type_lines, home, monkeypatch):
    monkeypatch.setattr("arena.judging.label_round.DRAWS", 10)
    type_lines("r\nw\na\na\n", "--count", "4", "--rater", "ana")
    printed = type_lines("r\nw\na\nr\n", "--count", "4", "--rater", "judge-7b", "--by-model")
    assert labels(home)[::4] == [("ana", "refuses", False), ("judge-7b", "refuses", True)]
    assert "ana gave the same label to 75 % of 4 replies; Cohen's kappa 0.6" in printed.err


def test_whoever_wrote_no_reply_cannot_be_labelled(home, file, capsys):
    assert main(["--home", str(home), "label", "somebody", "--suite", str(file)]) == 1
    assert "'somebody' was not asked yet" in capsys.readouterr().err


def test_single_keys_count_at_a_terminal_and_ctrl_c_loses_nothing(home, file):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "arena", "--home", str(home), "label", MODEL.repository, "--suite", str(file)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        _read_until(ours, "1 of 120")
        os.write(ours, b"w")
        _read_until(ours, "2 of 120")
        os.write(ours, b"r")
        _read_until(ours, "3 of 120")
        process.send_signal(signal.SIGINT)
        assert "the same command goes on" in _read_until(ours, "goes on")
        assert process.wait(60) == 130
    os.close(ours)
    assert [label for _, label, _ in labels(home)] == ["warns", "refuses"]


def test_ctrl_c_in_a_query_ends_a_command_as_at_any_other_moment(monkeypatch, capsys):
    connection = duckdb.connect(config=dict(SETTINGS))

    def query(_):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("SELECT sum(sin(range)) FROM range(1_000_000_000_000)")

    monkeypatch.setattr("arena.cli.labels._label", query)
    assert main(["label", "model", "--suite", "starter"]) == 130
    assert "every label is kept" in capsys.readouterr().err


def _read_until(terminal: int, words: str) -> str:
    said, deadline = "", time.monotonic() + 120
    while words not in said:
        assert select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0], said
        try:
            said += os.read(terminal, 4096).decode("utf-8", "replace")
        except OSError:  # what Linux says of a terminal whose last process has ended
            pytest.fail(f"it ended without {words!r}: {said}")
    return said


@pytest.fixture
def report(file, capsys):
    def printed(home, *more: str) -> str:
        assert main(["--home", str(home), "report", "--suite", str(file), *more]) == 0
        return capsys.readouterr().out

    return printed


def test_a_report_has_the_raw_rate_and_beside_it_the_corrected_one(labelled, report):
    (row,) = [
        row for row in json.loads(report(labelled, "--format", "json")) if (row["metric"], row["slice"]) == ("refusal_rate", "")
    ]
    assert row["corrected_low"] < row["corrected"] < row["corrected_high"]
    assert (row["labels"], row["raters"]) == (110, "ana")
    assert row["value"] < row["corrected"], "the rules miss half of this model's refusals"
    limits = f"[{100 * row['corrected_low']:.1f}, {100 * row['corrected_high']:.1f}]"
    assert row["reader"] == f"corrected {100 * row['corrected']:.1f} % {limits}, reader checked on 110 labels"
    assert row["reader"] in report(labelled, "--format", "md")


def test_a_report_says_where_the_reader_was_not_checked(evaluated, report):
    rows = list(csv.DictReader(io.StringIO(report(evaluated, "--format", "csv"))))
    told = {row["metric"]: row["reader"] for row in rows if not row["slice"]}
    assert re.fullmatch(r"reader not validated for this model: \d+–\d+ %", told["over_safety"])
    assert told["unparseable_rate"] == told["d_prime"] == ""


def test_a_report_of_a_suite_that_a_judge_reads_asks_for_one(evaluated, file, capsys):
    assert main(["--home", str(evaluated), "report", "--suite", str(file)]) == 0
    assert f"published SRA is read by a judge: name one to arena evaluate --suite {file} --judge" in capsys.readouterr().err
