"""The plan of the calibration script, and what it puts into its page."""

import shutil
from pathlib import Path

import pytest
from calibration_world import fill

from arena.cli import _parser
from arena.strategies import STRATEGIES as KNOWN
from arena.strategies.folds import FOLDS
from arena.strategies.names import NONE, read_name

HOME = Path("home")


@pytest.fixture
def calibration(script):
    return script("calibration")


@pytest.fixture
def plan(calibration):
    return list(calibration.steps(HOME, tuning=True))


def test_every_step_is_a_command_that_the_arena_takes(plan):
    parser = _parser()
    for step in plan:
        assert parser.parse_args(["--home", str(HOME), *step.command]).run


def test_every_strategy_is_tried_and_what_is_fitted_is_fitted_before(calibration):
    assert {read_name(name).base for name in calibration.STRATEGIES if name != NONE} == set(KNOWN)
    assert {name for name, known in KNOWN.items() if known.fitted} == set(calibration.FITTED)
    commands = [step.command for step in calibration.steps(HOME, tuning=False)]
    for base in calibration.BASES:
        fitted = [commands.index(("calibrate", "--model", base, "--strategy", name)) for name in calibration.FITTED]
        asked = [
            place for place, one in enumerate(commands) if "--strategy" in one and one[:3] == ("evaluate", "--model", base)
        ]
        assert max(fitted) < min(asked)


def test_every_model_is_tuned_on_data_that_leaves_its_fold_out_before_it_is_tested(calibration, plan):
    commands = [step.command for step in plan]
    tuned = [step for step in plan if step.command[0] == "tune"]
    bases = [step.command[step.command.index("--model") + 1] for step in tuned]
    recipes = {base: bases.count(base) // FOLDS // len(calibration.METHODS) for base in calibration.BASES}
    assert recipes == {"llava-small-permissive": len(calibration.SEEDS) + 1, "llava-small-cautious": 2}
    for step in tuned:
        given = dict(zip(step.command[1::2], step.command[2::2], strict=False))
        (export,) = [place for place, one in enumerate(commands) if one[0] == "export" and one[-1] == given["--data"]]
        assert commands[export][commands[export].index("--test-fold") + 1] == given["--out"][-1]
        asked = commands.index(("evaluate", "--model", given["--out"], "--suite", calibration.SUITE))
        assert export < commands.index(step.command) < asked


def test_what_is_made_is_not_made_again_and_what_failed_or_had_no_time_is_told(calibration, tmp_path, capfd):
    made = calibration.Step("made", ("no such command",), tmp_path)
    wrong = calibration.Step("wrong", ("strategies", "--wrong"))
    assert calibration.run_all([made, wrong, made], tmp_path / "home", 60) == [wrong]
    assert calibration.run_all([made, wrong, made], tmp_path / "home", 0) == [wrong]
    assert "failed with code 2" in capfd.readouterr().out


def test_the_page_gets_new_figures_between_its_marks_and_keeps_its_words(calibration, shared_folder, tmp_path, monkeypatch):
    drawn = {"heron": {"Over- and under-safety of heron": tmp_path / "images" / "heron.svg"}}
    monkeypatch.setattr(calibration, "write_figures", lambda *_: drawn)
    home = shutil.copytree(shared_folder("calibrated-home", fill), tmp_path / "home")
    undone = [calibration.Step("dpo of heron", ()), calibration.Step("dpo of heron", ())]
    told = calibration.figures(home, tmp_path / "images", undone)
    begin, end = calibration.BEGIN, calibration.END
    page = calibration.with_figures(f"# Calibration\n\n{begin}\nof before\n{end}\n\n## Limits\n", told)
    assert "of before" not in page
    assert page.startswith("# Calibration")
    assert page.endswith(f"{end}\n\n## Limits\n")
    headings = [line for line in page.splitlines() if line.startswith("##")]
    assert headings[:2] == ["## heron", "### Safety"]
    assert "![Over- and under-safety of heron](images/heron.svg)" in page
    assert "| always-refuse |" in page
    assert f"\n\nFailed, or not looked at before the time was up: dpo of heron.\n\n{end}" in page
