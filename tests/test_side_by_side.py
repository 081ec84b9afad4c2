"""A run of several processes tells what a run of one would tell, and what became of a process that died."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
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
ENDS = {
    "at_the_end_of_a_file": "def test(): ...\ndef test_dies(): os._exit(0)",
    "by_a_signal": "def test(): os.kill(os.getpid(), signal.SIGKILL)",
    "as_if_by_ctrl_c": "def test(): raise KeyboardInterrupt",
    "in_time": "@pytest.mark.timeout(2, method='thread')\ndef test(): time.sleep(600)",
    "on_the_way_down": "@pytest.fixture\ndef one():\n  yield\n  os._exit(0)\ndef test(one): ...",
}
"""How tests end their process."""
LEFT = """
import os, time, warnings
def test_forks():
    if os.fork() == 0:
        time.sleep(600)
def test_forks_and_both_go_on(): os.fork()
def test_warns():
    class Mine(UserWarning): ...
    warnings.warn("look at this", Mine)
"""
SERVER = """
import os, pathlib, processes, time
processes._context.set_forkserver_preload([])
def serve():
    pathlib.Path("serves").write_text(str(os.getpid()))
    time.sleep(600)
def test_dies_beside_its_server():
    with processes.forked(serve):
        while not pathlib.Path("serves").exists() or not pathlib.Path("serves").read_text():
            time.sleep(0.01)
        os._exit(0)
"""
ORPHAN = """
import os, pathlib, time
def test_waits():
    first = os.getppid()
    pathlib.Path("waits").touch()
    while os.getppid() == first:
        time.sleep(0.01)
def test_comes_after(): pathlib.Path("goes on").touch()
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

    def begin(*options: str, **files: str) -> subprocess.Popen[str]:
        (tmp_path / "conftest.py").write_text(CONFIGURATION.format(folder=str(Path(__file__).parent)))
        for name, text in files.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--processes", "2", "-ra", *options]
        return subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, start_new_session=True)

    return begin


def counts(told: str) -> dict[str, int]:
    """Of the last line."""
    return {name: int(count) for count, name in re.findall(r"(\d+) (\w+)", told.splitlines()[-1].rpartition(" in ")[0])}


def test_every_outcome_of_every_file_is_told_and_nothing_is_lost_with_a_process_that_dies(begun):
    run = begun(one=OUTCOMES, two=OUTCOMES, three=DEATH, four=OUTCOMES)
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert counts(told) == {"failed": 4, "passed": 6, "skipped": 3, "xfailed": 3, "warnings": 3, "errors": 4}
    assert told.count("w-o-r-d-s") == 3
    assert "FAILED test_three.py::test_dies - its process ended with exit code 0" in told
    assert "ERROR test_three.py::test_comes_after - it has not run" in told


def test_a_test_that_ends_its_process_fails_and_takes_no_other_file_with_it(begun):
    imports = "import os, pytest, signal, time\n"
    run = begun(**{name: imports + code for name, code in ENDS.items()}, z=OUTCOMES)
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    for name in ENDS:
        assert f"FAILED test_{name}.py" in told
    assert "KeyboardInterrupt" in told
    assert "time.sleep(600)" in told  # where it was
    assert "has not run" not in told
    assert counts(told)["error"] == 1


def test_what_a_test_leaves_behind_holds_nobody_up_and_nothing_counts_twice(begun):
    run = begun(one=LEFT, two="def test(): ...")
    run.wait(PATIENCE)
    os.killpg(run.pid, signal.SIGKILL)
    told, _ = run.communicate()
    assert run.returncode == pytest.ExitCode.OK
    assert counts(told) == {"passed": 4, "warning": 1}
    assert "Mine: look at this" in told


@pytest.mark.parametrize(
    "left",
    ["threading.Thread(target=time.sleep, args=(600,)).start()", "util.Finalize(None, os._exit, (7,), exitpriority=0)"],
    ids=["does not end", "fails at its end"],
)
def test_a_run_fails_with_a_process_that(begun, left):
    imports = "import os, side_by_side, threading, time\nfrom multiprocessing import util\nside_by_side.PATIENCE = 3\n"
    run = begun(one=f"{imports}def test(): {left}", two="def test(): ...")
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert counts(told) == {"failed": 1, "passed": 2}


@pytest.mark.skipif(sys.platform != "linux", reason="it takes signals of a pipe")
def test_a_server_ends_with_the_process_that_began_it(begun, tmp_path):
    told, _ = begun(one=SERVER, two="def test(): ...").communicate(timeout=PATIENCE)
    assert counts(told) == {"failed": 1, "passed": 1}
    deadline = time.monotonic() + PATIENCE
    while psutil.pid_exists(int((tmp_path / "serves").read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_whose_time_is_up_has_failed(begun):
    waits = "import time\ndef test_waits(): time.sleep(0.5)\ndef test_comes_after(): ..."
    run = begun("--session-timeout=0.1", one=waits, two=waits)
    told, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "session-timeout" in told


def test_tests_run_without_a_capture_of_what_they_print(begun):
    run = begun("-p", "no:capture", one="def test(): print('seen')", two="def test(): ...")
    told, _ = run.communicate(timeout=PATIENCE)
    assert (run.returncode, counts(told)) == (pytest.ExitCode.OK, {"passed": 2})


def test_processes_run_no_more_once_nobody_listens(begun, tmp_path):
    run = begun(one=ORPHAN, two="def test(): ...")
    while not (tmp_path / "waits").exists():
        assert run.poll() is None
        time.sleep(0.05)
    run.kill()
    run.communicate(timeout=PATIENCE)  # nobody writes to its output any more
    assert not (tmp_path / "goes on").exists()


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
