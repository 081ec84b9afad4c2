"""The worker lets the server beside it go first, and no terminal that somebody works in is slower for that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arena.submissions.limited_process import NICENESS, SESSION_NICENESS
from arena.worker.niceness import SESSION

STEPS_BACK = """
import os
from arena.worker.niceness import SESSION, serve_others_first
serve_others_first()
serve_others_first()
print(os.nice(0))
print(SESSION.read_text() if SESSION.exists() else "")
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it steps back on Linux")


def stepped_back(*, session: bool) -> tuple[str, str]:
    """Niceness of a process that has stepped back twice, and what Linux says of its session."""
    command = [sys.executable, "-c", STEPS_BACK]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process, session_state = subprocess.run(
        command, capture_output=True, text=True, check=True, start_new_session=session, env=environment
    ).stdout.split("\n", 1)
    return process, session_state.strip()


def test_a_worker_steps_back_as_far_as_the_processes_that_it_begins():
    assert stepped_back(session=True)[0] == str(max(NICENESS, os.nice(0)))


@pytest.mark.skipif(not SESSION.exists(), reason="this system shares the processor among processes alone")
def test_only_a_session_of_its_own_steps_back():
    ours = SESSION.read_text().strip()  # empty in the session that the system itself began with
    assert stepped_back(session=True)[1].endswith(f" nice {SESSION_NICENESS}")
    assert stepped_back(session=False)[1] == ours
