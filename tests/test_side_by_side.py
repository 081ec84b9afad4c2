"""A run of several processes tells what a run of one would tell, and what became of a process that died."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import PATIENCE

CONFIGURATION = """
import sys
sys.path.insert(0, {folder!r})
pytest_plugins = ("side_by_side",)
"""
OUTCOMES = """
import warnings, pytest
def test_passes(tmp_path): (tmp_path / "mine").write_text("")
def test_fails(): print("-".join("words")); assert not "a reason"
def test_is_skipped(): pytest.skip("not here")
@pytest.mark.xfail
def test_is_expected_to_fail(): assert False
def test_warns(): warnings.warn("look at this")
@pytest.fixture
def broken(): raise ValueError("never made")
def test_has_no_fixture(broken): ...
"""
DEATH = """
import os
def test_dies(): os._exit(0)
def test_comes_after(): ...
"""
WAIT = """
import pathlib, time
def test_waits():
    pathlib.Path("waits").touch()
    time.sleep(600)
"""


@pytest.fixture
def begun(tmp_path):
    """Begins a run of files in two processes."""

    def begin(**files: str) -> subprocess.Popen[str]:
        (tmp_path / "conftest.py").write_text(CONFIGURATION.format(folder=str(Path(__file__).parent)))
        for name, text in files.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--processes", "2", "-ra"]
        return subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, start_new_session=True)

    return begin


def counts(told: str) -> dict[str, int]:
    """Of the last line."""
    return {name: int(count) for count, name in re.findall(r"(\d+) (\w+)", told.splitlines()[-1].rpartition(" in ")[0])}


def test_every_outcome_of_every_file_is_told_and_nothing_is_lost_with_a_process_that_dies(begun):
    run = begun(one=OUTCOMES, two=OUTCOMES, three=DEATH, four=OUTCOMES)
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert counts(told) == {"failed": 4, "passed": 6, "skipped": 3, "xfailed": 3, "warnings": 3, "errors": 3}
    assert told.count("w-o-r-d-s") == 3
    assert "its process ended with exit code 0; what follows in its file has not run" in told
    assert "test_comes_after" not in told


def test_tests_of_a_single_file_are_shared_out(begun):
    run = begun(one=OUTCOMES.replace('assert not "a reason"', "").replace("(broken)", "()"))
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.OK
    assert counts(told) == {"passed": 4, "skipped": 1, "xfailed": 1, "warning": 1}


def test_ctrl_c_ends_all_processes(begun, tmp_path):
    run = begun(one=WAIT, two=WAIT)
    while not (tmp_path / "waits").exists():
        assert run.poll() is None
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    told, _ = run.communicate(timeout=PATIENCE)  # nobody writes to its output any more
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in told
