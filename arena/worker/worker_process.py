"""The worker that a server starts beside itself, and starts again if it ends."""

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before it is started again; twice as many each time, but no more than a good submission may be delayed by others."""
WELL = 120.0
"""Seconds of life after which the pause is short again."""
PATIENCE = 15.0
"""Seconds in which it puts back what is under way, once it is to end."""
LINE_BYTES = 2000

log = logging.getLogger(__name__)


class WorkerProcess:
    """Runs `arena worker` of a home until `stop`. It ends with this process, too."""

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "arena", "--home", str(home.resolve()), "worker", "--until-input-ends"]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name="worker process", daemon=True)

    def start(self) -> None:
        """Start it."""
        self._thread.start()

    def stop(self) -> None:
        """Let it put back what is under way, and end it. Safe to call twice."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            began = time.monotonic()
            code = self._run()
            if self._stop.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > WELL else min(2 * pause, LONGEST_PAUSE)
            log.warning("the worker ended with %s; it is started again in %.0f s", code, pause)
            self._stop.wait(pause)

    def _run(self) -> int | None:
        """Start it, and wait until it has ended; gives its exit code."""
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        try:
            # A session of its own: Ctrl-C in a terminal is for the server, which ends it in order.
            process = subprocess.Popen(self._command, stdin=pipe, stdout=null, stderr=pipe, start_new_session=True)  # noqa: S603
        except OSError:
            log.exception("the worker cannot be started")
            return None
        reader = threading.Thread(target=_log_lines, args=(process,), name="worker log", daemon=True)
        reader.start()
        while process.poll() is None and not self._stop.is_set():
            self._stop.wait(0.2)
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            log.warning("the worker did not end in %.0f s, and is killed", PATIENCE)
            process.kill()
            process.wait()
        reader.join(1)
        return process.returncode


def _log_lines(process: "subprocess.Popen[bytes]") -> None:
    assert process.stderr is not None
    while line := process.stderr.readline(LINE_BYTES):
        log.warning("worker: %s", line.decode(errors="replace").strip())
