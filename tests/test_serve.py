"""`arena serve` as a service manager sees it: how it is stopped, and what a restart forgets."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest
from gradio_client import Client

STARTED_WITHIN = 180
STOPPED_WITHIN = 10


@contextmanager
def serving(home):
    """(process, its address, the file with what it wrote), once pages come."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ARENA_")}
    command = [sys.executable, "-m", "arena", "--home", str(home), "serve", "--port", str(port)]
    output = home.parent / "terminal.txt"
    with output.open("w") as terminal, subprocess.Popen(command, env=environment, stdout=terminal, stderr=terminal) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for_pages(url, process, output)
            yield process, url, output
        finally:
            process.kill()


def wait_for_pages(url, process, output):
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, output.read_text()
        try:
            httpx.get(url, timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"no page within {STARTED_WITHIN} s:\n{output.read_text()}")


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "playing"])
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_at_once_and_without_a_traceback(tmp_path, signal_number, busy):
    with serving(tmp_path / "home") as (process, url, output):
        if busy:
            visitor = Client(url, verbose=False)
            jobs = [visitor.submit(source="fresh", api_name="/battle") for _ in range(40)]
            time.sleep(1)
            assert not all(job.done() for job in jobs)
        process.send_signal(signal_number)
        assert process.wait(STOPPED_WITHIN) in (0, 130)
        assert "Traceback" not in output.read_text()
