"""Workers that are processes of this machine, each with its share of the cores, or with GPUs of its own."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from arena.errors import one_line
from arena.evaluation.workers import ModelHost, Order, RemoteModel, Returned, WorkerEnded
from arena.logs import start_log
from arena.models import Model, this_machine
from arena.models.runtime import cores
from arena.probes import Probe, Reply

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""By which NVIDIA's driver is told which GPUs a process sees."""
THREADS = "OMP_NUM_THREADS"
"""By which torch is told, before it is imported, with how many threads to compute."""
PROCESS_BYTES = 2**30
"""What a process takes beside its model: mostly torch."""
PATIENCE = 5.0
"""Seconds in which a process that is gone has told how it ended."""

log = logging.getLogger(__name__)
_spawning = multiprocessing.get_context("spawn")  # a fork would copy threads' locks, and what CUDA holds


class LocalWorkers:
    """Processes that begin when they are needed, and end with this one."""

    def __init__(self, count: int, home: Path, memory_bytes: float) -> None:
        """Begin none yet.

        Args:
            count: how many there may be.
            home: where they write their log.
            memory_bytes: what the models in all of them may take together.
        """
        self.count = count
        self.memory_bytes = memory_bytes
        self._home = home
        self._gpus = visible_gpus()

    def begin(self, number: int) -> "LocalWorker":
        """Begin one, with its part of the machine."""
        return LocalWorker(self._home, max(1, cores() // self.count), gpus_of(number, self.count, self._gpus))

    def close(self) -> None:
        """They share nothing."""


class LocalWorker:
    """One process, and a pipe to it."""

    def __init__(self, home: Path, threads: int, gpus: Sequence[str]) -> None:
        """Begin it.

        Args:
            home: where it writes its log.
            threads: with how many it computes.
            gpus: those that it sees; where there are none, the environment says what it sees.
        """
        self._connection, theirs = _spawning.Pipe()
        self._process = _spawning.Process(target=_serve, args=(theirs, home, threads, tuple(gpus)), daemon=True)
        resource_tracker.ensure_running()  # to begin it lets signals through again
        # Ctrl-C reaches every process of a terminal. What a thread holds back when it begins a process, that process does, too.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def load(self, order: Order) -> Model:
        """Load a model there."""
        return RemoteModel(order.contestant, self._call("load", order), self._answer)

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join(PATIENCE)

    def _answer(self, probes: Sequence[Probe]) -> list[Reply]:
        return self._call("answer", probes)

    def _call(self, method: Literal["load", "answer"], argument: Any) -> Any:
        try:
            self._connection.send((method, argument))
            returned: Returned = self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerEnded(self._ending()) from error
        return returned.result()

    def _ending(self) -> str:
        """How it ended, as the rest of a sentence."""
        self._process.join(PATIENCE)
        code = self._process.exitcode
        if code is None:
            return "without a word"
        return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def count_within(wanted: int, sizes: Sequence[int], memory_bytes: float) -> int:
    """As many workers as are wanted, but no more than memory bears of the smallest model: others would hold cores for nothing.

    Args:
        wanted: by whoever asks.
        sizes: bytes of each model; those of 0 need no worker.
        memory_bytes: what the models in all workers may take together.
    """
    smallest = min((size for size in sizes if size), default=0)
    return max(1, int(min(wanted, memory_bytes / (PROCESS_BYTES + smallest))))


def visible_gpus() -> list[str]:
    """The NVIDIA GPUs that this process sees, by the names of CUDA_VISIBLE_DEVICES."""
    count = len(this_machine().gpus)
    named = [name.strip() for name in os.environ.get(VISIBLE, "").split(",") if name.strip()]
    return named[:count] if named else [str(number) for number in range(count)]


def gpus_of(number: int, count: int, gpus: Sequence[str]) -> Sequence[str]:
    """Which GPUs one of `count` workers has: dealt out in turn, and shared where there are fewer than workers.

    Args:
        number: of the worker, from 0.
        count: of the workers.
        gpus: all that there are.
    """
    return gpus[number::count] or gpus[number % len(gpus) :][:1] if gpus else ()


def _serve(connection: Connection, home: Path, threads: int, gpus: Sequence[str]) -> None:
    """What the process does, until whoever began it ends it, or has ended."""
    os.environ[THREADS] = str(threads)
    if gpus:
        os.environ[VISIBLE] = ",".join(gpus)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start_log(home)
    host = ModelHost()
    while True:
        try:
            method, argument = connection.recv()
        except EOFError:
            return
        except Exception as error:
            log.exception("a worker cannot read what it is sent")
            connection.send(Returned(error=RuntimeError(one_line(error))))
        else:
            connection.send(getattr(host, method)(argument))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
