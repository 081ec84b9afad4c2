import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from arena.submissions import limited_process
from arena.submissions.limited_process import NICENESS, End, network_closed, run_limited
from arena.submissions.process_tree import Limits

LIMITS = Limits(memory_bytes=300 * 2**20, seconds=20, processor_seconds=20, disk_bytes=50_000_000, processes=10)

SECOND_THREAD = """
import ctypes, threading, time
def work():
    time.sleep(0.5)
    x = bytearray(400 << 20)
    x[::4096] = b"1" * len(x[::4096])
    time.sleep(60)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""
"""Takes memory after the first thread has ended."""
SHORT_CHILDREN = """
import os, time
for _ in range(300):
    if os.fork() == 0:
        while time.process_time() < 0.02: pass
        os._exit(0)
    os.wait()
"""


def run(folder, code, limits=LIMITS, **more) -> End:
    return run_limited([sys.executable, "-c", code], folder, limits, **more)


def left_over(mark: str) -> list[psutil.Process]:
    return [one for one in psutil.process_iter(["cmdline"]) if mark in " ".join(one.info["cmdline"] or ())]


@pytest.mark.usefixtures("unhindered")
@pytest.mark.parametrize("without", [False, True], ids=["namespaces", "no namespaces"])
@pytest.mark.parametrize(
    ("code", "changes", "says"),
    [
        (
            "x = bytearray(400 << 20); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(60)",
            {},
            "memory: 0.",
        ),
        (SECOND_THREAD, {}, "memory: 0."),
        ("import time; time.sleep(60)", {"seconds": 0.5}, "time: 0."),
        ("while True: pass", {"processor_seconds": 0.4}, "processor: 0."),
        (SHORT_CHILDREN, {"processor_seconds": 1}, "processor: 1."),
        ("open('big', 'wb').write(b'1' * 70_000_000); import time; time.sleep(60)", {}, "disk: 0.0"),
        ("import os, time\nfor _ in range(20):\n  if os.fork() == 0: time.sleep(60)\ntime.sleep(60)", {}, "processes: "),
        ("import sys\nwhile True: sys.stdout.write('x' * 100_000)", {}, "output: "),
    ],
    ids=["memory", "memory of a second thread", "time", "processor", "short children", "disk", "processes", "output"],
)
def test_what_takes_more_than_it_may_is_ended_and_told(tmp_path, monkeypatch, code, changes, says, without):
    if without:
        monkeypatch.setattr(limited_process, "network_closed", lambda: False)
    mark = f"mark_{tmp_path.name}"
    end = run(tmp_path, f"{mark} = 1\n{code}", replace(LIMITS, **changes))
    assert end.code is None
    assert end.excess is not None
    assert end.excess.startswith(says)
    assert end.excess.endswith("are the most")
    assert end.seconds < 15
    assert left_over(mark) == []


@pytest.mark.parametrize("without", [False, True], ids=["namespaces", "no namespaces"])
def test_what_leaves_its_group_and_its_parent_is_ended_too(tmp_path, monkeypatch, without):
    if without:
        monkeypatch.setattr(limited_process, "network_closed", lambda: False)
    mark = f"mark_{tmp_path.name}"
    code = f"{mark} = 1\nimport os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(60)\ntime.sleep(0.7)"
    assert run(tmp_path, code).code == 0
    assert left_over(mark) == []


@pytest.mark.skipif(not network_closed(), reason="this system makes no namespaces")
@pytest.mark.parametrize("network", [False, True], ids=["alone", "with a network"])
def test_no_memory_that_it_shared_is_left(tmp_path, network):
    end = run(tmp_path, "import ctypes; print(ctypes.CDLL(None).shmget(0x617265, 1 << 20, 0o1600))", network=network)
    assert int(end.output) >= 0
    assert str(0x617265) not in Path("/proc/sysvipc/shm").read_text()


@pytest.mark.parametrize("code", [0, 3])
def test_what_ends_by_itself_tells_how(tmp_path, code):
    lines: list[str] = []
    end = run(tmp_path, f"print('one'); print('two\\x1b[31m'); raise SystemExit({code})", on_line=lines.append)
    assert (end.code, end.excess, end.output) == (code, None, "one\ntwo[31m\n")
    assert lines == ["one", "two\x1b[31m"]
    assert end.peak_bytes >= 0


def test_the_last_of_much_output_is_kept(tmp_path):
    end = run(tmp_path, "for n in range(100_000): print(n)")
    assert end.output.endswith("99998\n99999\n")
    assert len(end.output) <= limited_process.KEPT_OUTPUT


def test_no_secret_of_this_process_reaches_it(tmp_path, monkeypatch):
    for name in ("HF_TOKEN", "OPENAI_API_KEY", "ARENA_ENDPOINT_KEY", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hunter2")
    end = run(tmp_path, "import os; print(dict(os.environ))", environment={"MINE": "yes"})
    assert "hunter2" not in end.output
    assert "'MINE': 'yes'" in end.output
    assert f"'HOME': '{tmp_path}'" in end.output


@pytest.mark.skipif(not network_closed(), reason="this system makes no namespaces")
@pytest.mark.parametrize("network", [False, True], ids=["alone", "with a network"])
def test_it_reaches_nobody_unless_it_may(tmp_path, network):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        code = f"import socket; print('reached' if socket.socket().connect_ex({address}) == 0 else 'nobody')"
        assert run(tmp_path, code, network=network).output.strip() == ("reached" if network else "nobody")


def test_it_may_open_few_files(tmp_path):
    end = run(tmp_path, "files = [open('/dev/null') for _ in range(200)]", replace(LIMITS, files=100))
    assert "Too many open files" in end.output


def test_it_is_stopped_when_it_is_told(tmp_path):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    assert run(tmp_path, "import time; time.sleep(60)", stop=stop).excess == "stopped"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("step", [0, 5, NICENESS], ids="begun at niceness {}".format)
def test_others_are_served_first_and_who_has_stepped_back_steps_no_further(tmp_path, step):
    def nicenesses() -> tuple[int, int]:
        if sys.platform == "linux":  # where each thread has one of its own
            os.nice(step)
        return os.nice(0), int(run(tmp_path, "import os; print(os.nice(0))").output)

    with ThreadPoolExecutor(1) as thread:
        ours, theirs = thread.submit(nicenesses).result()
    assert theirs == max(NICENESS, ours)


@pytest.mark.parametrize("without", [False, True], ids=["namespaces", "no namespaces"])
def test_nothing_is_left_when_the_process_that_watches_is_killed(tmp_path, without):
    mark = f"mark_{tmp_path.name}"
    child = f"{mark} = 1\nimport os, time\nos.fork()\nopen('began', 'w').close()\ntime.sleep(60)"
    parent = f"""
import sys
from pathlib import Path
from arena.submissions import limited_process as limited, process_tree
if {without}:
    limited.network_closed = lambda: False
limited.run_limited([sys.executable, "-c", {child!r}], Path({str(tmp_path)!r}), process_tree.Limits(10**9, 60, 60, 10**8))
"""
    process = subprocess.Popen([sys.executable, "-c", parent])
    began = time.monotonic()
    while not (tmp_path / "began").exists():
        assert process.poll() is None
        assert time.monotonic() - began < 30
        time.sleep(0.05)
    assert len(left_over(mark)) >= 2
    process.kill()
    process.wait()
    while left_over(mark):
        assert time.monotonic() - began < 40
        time.sleep(0.05)
