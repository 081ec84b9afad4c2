"""One process that all workers of a test run fork from: its imports take ten seconds of a processor."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

from filelock import FileLock

ENVIRONMENT = dict(os.environ)
"""As it was before any test changed it."""
SERVER = """
import shutil
from multiprocessing.forkserver import main
try:
    main({listener}, {alive}, {modules})
finally:
    shutil.rmtree({folder!r}, ignore_errors=True)
"""
"""Ends when nobody has the other end of `alive` any more, as the server of each process does that starts one itself."""


@cache
def share(modules: tuple[str, ...]) -> None:
    """Have `multiprocessing` in this process fork from that of the run, and start it where none is running.

    Outside a run of several workers, and where Python gives each server a key of its own, nothing is shared.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if not run or sys.version_info >= (3, 14):
        return
    current = Path(tempfile.gettempdir()) / f"forks-{run[:8]}"
    with FileLock(current.with_suffix(".lock")):
        alive = _entered(current)
        if alive is None:
            current.unlink(missing_ok=True)  # of a server that has ended with all workers that had used it
            folder = Path(tempfile.mkdtemp(prefix=f"{current.name}-"))
            alive = _started(folder, modules)
            current.symlink_to(folder)
    # What `multiprocessing` would note of a server that it has started.
    own = {"_forkserver_address": str(current.resolve() / "socket"), "_forkserver_alive_fd": alive}
    vars(forkserver._forkserver).update(own, ensure_running=resource_tracker.ensure_running)


def _started(folder: Path, modules: Sequence[str]) -> int:
    """Start it in a new folder; what keeps it alive for this process."""
    os.mkfifo(folder / "alive")
    theirs = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    ours = _entered(folder)
    assert ours is not None
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen()
        passed = (listener.fileno(), theirs)
        code = SERVER.format(listener=passed[0], alive=theirs, modules=list(modules), folder=str(folder))
        subprocess.Popen([sys.executable, "-c", code], pass_fds=passed, env=ENVIRONMENT)
    os.close(theirs)
    return ours


def _entered(folder: Path) -> int | None:
    """What keeps it alive for this process, too; None where it is not running."""
    try:
        return os.open(folder / "alive", os.O_WRONLY | os.O_NONBLOCK)  # fails where nobody reads
    except OSError:
        return None
