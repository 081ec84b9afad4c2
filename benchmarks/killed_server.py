"""A server with a worker of submissions, to be killed: for `submission_kills.py`."""

import os
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
from crowd_server import READY
from processes import FEW_MODELS, arena, killed, wait_until

from arena.store.records import now

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

VICTIMS = ("worker", "server")
WITHIN = 10.0
"""Seconds after a kill in which all that the victim began has to be gone."""
WORKER = "--until-input-ends"
"""In the command of a worker that a server has started."""


@dataclass(frozen=True)
class Kill:
    """One kill on the way of a submission."""

    victim: str
    at: datetime
    """When the victim was dead."""
    left: int
    """Processes that outlived it for too long."""


class Server:
    """A server with a worker beside it, which can be killed and is there again then."""

    def __init__(self, home: Path, output: Path) -> None:
        self._home, self._output = home, output
        self._stack = ExitStack()
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self, victim: str) -> Kill:
        """Kill it, or its worker, and have it run again."""
        assert self._process is not None
        wait_until(lambda: any(WORKER in command(one) for one in self._children()), self._process)
        children = self._children()
        if victim == "server":
            assert killed(self._process)
            at = now()
            self._stack.close()
            self._start()
        else:
            (worker,) = (one for one in children if WORKER in command(one))
            worker.kill()
            worker.wait()
            at = now()
        return Kill(victim, at, survivors(children))

    def _children(self) -> list[psutil.Process]:
        """All processes that came of the server."""
        assert self._process is not None
        return psutil.Process(self._process.pid).children(recursive=True)

    def _start(self) -> None:
        self._stack = ExitStack()
        self._output.write_text("")
        more = {
            "ARENA_SUBMISSIONS": "here",
            **FEW_MODELS,
            **{name: os.environ[name] for name in os.environ if name[:3] == "HF_"},
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        started = arena("serve", "--port", port, home=self._home, output=self._output, environment=more)
        self._process = self._stack.enter_context(started)
        wait_until(lambda: READY in self._output.read_text(), self._process)


def survivors(processes: Sequence[psutil.Process]) -> int:
    """How many of them still load or ask models a while after the kill."""
    end = time.monotonic() + WITHIN
    while True:
        alive = [one for one in processes if any(room in command(one) for room in ("arena.submissions.", "arena.worker."))]
        if not alive or time.monotonic() > end:
            return len(alive)
        time.sleep(0.1)


def command(process: psutil.Process) -> str:
    """What it runs; empty once it is gone."""
    try:
        return " ".join(process.cmdline()) if process.status() != psutil.STATUS_ZOMBIE else ""
    except psutil.Error:
        return ""
