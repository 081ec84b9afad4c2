"""`arena calibration-report`, as people type it."""

import json
import shutil

import calibration_world
import pytest
from calibration_world import fill, under, wordless

from arena.cli import main


@pytest.fixture(scope="module")
def home(shared_folder, tmp_path_factory):
    return shutil.copytree(shared_folder("calibrated-home", fill), tmp_path_factory.mktemp("calibrated") / "home")


@pytest.fixture
def report(home, capsys):
    """Print a report, and give what it printed."""

    def run(*options, code=0):
        assert main(["--home", str(home), "calibration-report", *options]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return run


def test_people_get_tables_of_safety_utility_and_cost_with_controls_marked(report):
    told = report("--base", "heron", "--format", "md")
    titles = [line for line in told.splitlines() if line.startswith("##")]
    assert [title.partition(": ")[2].partition(",")[0] for title in titles] == [
        "safety",
        "utility",
        "right labels against shuffled ones",
        "cost",
    ]
    safety = {line.split(" | ")[0]: line for line in told.partition("## heron on starter: utility")[0].splitlines()}
    assert "control" in safety["| always-refuse"]
    assert "control" in safety["| dpo, seed 0, shuffled labels"]
    assert "not informative" in safety["| reminder"]
    assert "cross-fitted" in safety["| dpo, seed 0"]


def test_programs_get_one_object_a_number(report):
    rows = json.loads(report("--suite", "starter", "--format", "json"))
    found = {(row["strategy"], row["number"], row["where"]): row for row in rows}
    tuned = found["dpo, seed 0", "sra_avg", ""]
    assert (tuned["value"], tuned["base_value"], tuned["change"]) == (1, 0.5, 0.5)
    assert tuned["p"] <= tuned["p_holm"] <= 1
    assert found["always-refuse", "sra_avg", ""]["p_holm"] is None
    assert found["steer-layer", "utility", "domain=safety"]["change"] < 0
    assert found["dpo, seed 0", "sra_avg", "against shuffled labels"]["change"] == 0.5
    assert found["none", "cost_words", ""]["value"] == 8
    assert found["reminder", "cost_tokens_written", ""]["value"] == 1
    header, *lines = report("--format", "csv").splitlines()
    assert header.split(",") == list(rows[0])
    assert len(lines) == len(rows)


def test_a_variant_without_its_base_is_left_out_by_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(calibration_world, "ANSWERS", {under("reminder"): wordless})
    fill(tmp_path)
    assert main(["--home", str(tmp_path), "calibration-report"]) == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first == (
        "arena: left out: lab/heron+reminder: its base lab/heron was not asked starter; run: arena evaluate --model BASE "
        "--suite starter"
    )
    assert last.startswith("arena: nothing was tried on any model; run: arena evaluate ")


def test_a_suite_without_requests_is_said_to_have_none(report):
    assert "suite winoground: has no requests, so nothing tells what is safe" in report("--suite", "winoground", code=1)


def test_who_is_no_base_is_told_what_to_run(report):
    assert "--base otter: nothing was tried on it; run: arena evaluate" in report("--base", "otter", code=1)
