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
import os, shutil
from multiprocessing.forkserver import main
try:
    main({listener}, {alive}, {modules})
finally:
    shutil.rmtree({folder!r})
    os.unlink({folder!r} + ".lock")
"""
"""Ends when nobody has the other end of `alive` any more, as the server of each process does that starts one itself."""


@cache
def share(modules: tuple[str, ...]) -> None:
    """Have `multiprocessing` in this process fork from that of the run, and start it if nobody has.

    Outside a run of several workers, and where Python gives each server a key of its own, nothing is shared.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if not run or sys.version_info >= (3, 14):
        return
    folder = Path(tempfile.gettempdir()) / f"forks-{run[:8]}"
    with FileLock(folder.with_suffix(".lock")):
        alive = _entered(folder) if folder.exists() else _started(folder, modules)
    # What `multiprocessing` would note of a server that it has started.
    own = {"_forkserver_address": str(folder / "socket"), "_forkserver_alive_fd": alive}
    vars(forkserver._forkserver).update(own, ensure_running=resource_tracker.ensure_running)


def _started(folder: Path, modules: Sequence[str]) -> int:
    """Start it in a new folder; what keeps it alive."""
    folder.mkdir()
    os.mkfifo(folder / "alive")
    theirs = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    ours = _entered(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        listener.listen()
        passed = (listener.fileno(), theirs)
        code = SERVER.format(listener=passed[0], alive=theirs, modules=list(modules), folder=str(folder))
        subprocess.Popen([sys.executable, "-c", code], pass_fds=passed, env=ENVIRONMENT)
    os.close(theirs)
    return ours


def _entered(folder: Path) -> int:
    """What keeps it alive for this process, too."""
    return os.open(folder / "alive", os.O_WRONLY)
