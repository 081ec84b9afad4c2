"""How far the worker steps back for the server beside it."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from arena.submissions.limited_process import NICENESS, SESSION_NICENESS

SESSION = Path("/proc/self/autogroup")
"""Where Linux shares the processor among sessions, how far this one steps back."""


def serve_others_first() -> None:
    """Have this thread, and all that it begins, served after others, as the processes with limits are.

    The worker itself imports torch, reads suites and looks after those processes: bursts of seconds, for which visitors would
    wait. A session that others share, such as a terminal's, is left as it is.
    """
    if sys.platform != "linux":
        return
    os.nice(max(0, NICENESS - os.nice(0)))
    if os.getsid(0) == os.getpid():
        with suppress(OSError):
            SESSION.write_text(str(SESSION_NICENESS))
