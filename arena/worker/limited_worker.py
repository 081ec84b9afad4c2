"""Workers of an evaluation that are processes with limits, for models of others.

Whoever asks has the store; what such a process gives back is JSON of bounded size, held against what was asked.
"""

import json
import math
import pickle
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from arena.errors import ModelEnded, RepositoryError
from arena.evaluation.workers import Order, RemoteModel, WorkerEnded
from arena.models import Capabilities, Model
from arena.probes import Probe, Reply, Tokens
from arena.submissions.child_environment import child_environment
from arena.submissions.limited_process import End, run_limited
from arena.submissions.process_tree import Limits
from arena.worker.child_process import ending
from arena.worker.limited_host import receive, send

MOST_BYTES = 64 * 2**20
"""Of what comes back at once."""
LONGEST_TEXT = 10**6
"""Characters of a reply that are kept."""
PATIENCE = 10.0
"""Seconds in which a process that is gone has told how it ended."""


class LimitedWorkers:
    """One process at a time, within limits that all of them share.

    Args:
        folder: where they work.
        limits: of each, and in time of all together.
        stop: once set, they end, and no other begins.
    """

    count = 1
    memory_bytes = math.inf

    def __init__(self, folder: Path, limits: Limits, stop: threading.Event) -> None:
        self._folder = folder
        self._limits = limits
        self._stop = stop
        self._until = time.monotonic() + limits.seconds
        self.last_words = ""
        """What the last of them has printed."""

    def begin(self, number: int) -> "LimitedWorker":
        """Begin one, for the rest of the time.

        Raises:
            ModelEnded: there is none left, or they are stopped.
        """
        del number
        if self._stop.is_set():
            raise ModelEnded("it was stopped")
        rest = self._until - time.monotonic()
        if rest <= 0:
            raise ModelEnded(f"took too much time: {self._limits.seconds:.0f} s are the most")
        return LimitedWorker(self._folder, replace(self._limits, seconds=rest), self._stop, self._remember)

    def close(self) -> None:
        """They share nothing."""

    def _remember(self, end: End) -> None:
        self.last_words = end.output


class LimitedWorker:
    """One process, and a socket to it."""

    def __init__(self, folder: Path, limits: Limits, stop: threading.Event, on_end: Callable[[End], None]) -> None:
        self._stop_all = stop
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._end: End | None = None
        self._on_end = on_end
        self._connection, theirs = socket.socketpair()
        arguments = (folder, limits, theirs)
        threading.Thread(target=self._run, args=arguments, name="limited worker", daemon=True).start()

    def load(self, order: Order) -> Model:
        """Load a model there.

        Raises:
            WorkerEnded: it has ended, and another may have more luck.
            ModelEnded: it took more than it may.
            RepositoryError: the model cannot be loaded.
        """
        told = self._call("load", order)
        try:
            known = {name: told["capabilities"][name] for name in Capabilities.__dataclass_fields__}
            loaded = Capabilities(**known), int(told["memory_bytes"])
        except (KeyError, TypeError, ValueError) as error:
            raise RepositoryError(f"{order.contestant.repository}: its process gave no answer that can be read") from error
        return RemoteModel(order.contestant, loaded, self._answer)

    def end(self) -> None:
        """End it at once."""
        self._stop.set()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._ended.wait(PATIENCE)

    def _run(self, folder: Path, limits: Limits, theirs: socket.socket) -> None:
        descriptor = theirs.fileno()
        command = [sys.executable, "-m", "arena.worker.limited_host", str(descriptor)]
        stops = _Either(self._stop, self._stop_all)
        try:
            self._end = run_limited(
                command, folder, limits, child_environment(), stop=stops, descriptors=[descriptor], on_begin=theirs.close
            )
            self._on_end(self._end)
        finally:
            theirs.close()
            self._ended.set()
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, probes: Sequence[Probe]) -> list[Reply]:
        told = self._call("answer", probes)
        try:
            return [_reply(one, probe) for one, probe in zip(told["replies"], probes, strict=True)]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelEnded("its process gave answers that cannot be read") from error

    def _call(self, method: str, argument: Any) -> dict[str, Any]:
        try:
            send(self._connection, pickle.dumps((method, argument)))
            message = receive(self._connection, MOST_BYTES)
        except OSError:
            message = None
        except ValueError as error:
            self.end()
            raise ModelEnded(f"its process sent {error}") from error
        if message is None:
            raise self._ending()
        try:
            told = json.loads(message)
            error = told.get("error")
        except (ValueError, AttributeError, RecursionError) as problem:
            raise ModelEnded("its process gave no answer that can be read") from problem
        if error is None:
            return told
        if told.get("memory"):
            raise MemoryError(str(error)[:500])
        raise RepositoryError(str(error)[:500].replace("\n", " "))

    def _ending(self) -> ModelEnded:
        """Another process may have more luck with fewer questions at once, where this one crashed or took too much memory."""
        self._ended.wait(PATIENCE)
        if self._end is None:
            return WorkerEnded("without a word")
        words = ending(self._end)
        again = self._end.excess is None or self._end.excess.startswith("memory")
        return WorkerEnded(words) if again and not self._stop_all.is_set() else ModelEnded(f"its process {words}")


class _Either(threading.Event):
    """Set as soon as one of several is."""

    def __init__(self, *events: threading.Event) -> None:
        super().__init__()
        self._events = events

    def is_set(self) -> bool:
        return any(event.is_set() for event in self._events)


def _reply(told: dict[str, Any], probe: Probe) -> Reply:
    """A reply, as one to this probe may be.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    text, logprobs, error, tokens = told["text"], told["logprobs"], told["error"], told["tokens"]
    if not all(value is None or isinstance(value, str) for value in (text, error)):
        raise TypeError("text")
    if logprobs is not None:
        logprobs = tuple(float(value) for value in logprobs)
        if len(logprobs) != len(probe.options):
            raise ValueError("logprobs")
    return Reply(
        text=None if text is None else text[:LONGEST_TEXT],
        logprobs=logprobs,
        error=None if error is None else error[:500].replace("\n", " "),
        not_applicable=bool(told["not_applicable"]),
        finished=None if told["finished"] is None else bool(told["finished"]),
        tokens=None if tokens is None else Tokens(int(tokens[0]), int(tokens[1])),
        permanent=bool(told["permanent"]),
    )
