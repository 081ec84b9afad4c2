"""Models that any process can load, and that note in files who loaded them and what they were asked."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.evaluation.workers import Order, RemoteModel, WorkerEnded
from arena.models import Capabilities, Model
from arena.probes import Probe, Reply

if TYPE_CHECKING:
    from arena.evaluation.entrants import Entrant

# What each process imports is what it waits for, so that only tests import entrants.


def number_of(probe: Probe) -> int:
    """Of a choice of `evaluation_world`."""
    return int(probe.prompt.removeprefix("Nr. ").partition(":")[0])


@dataclass(frozen=True)
class Noted:
    """Loads a model that is wrong on every fifth question."""

    folder: Path
    name: str = "noted"
    memory_bytes: int = 1
    seconds: float = 0.0
    """For each question."""
    load_seconds: float = 0.0
    dies_over: tuple[int, ...] = ()
    """Numbers of questions over which its process is killed, once."""
    error: str = ""
    """Of each second question."""
    refusal: str = ""
    """Why it cannot be loaded."""

    def __call__(self) -> Model:
        with (self.folder / "loads").open("a") as file:
            file.write(f"{os.getpid()} {self.name}\n")
        time.sleep(self.load_seconds)
        if self.refusal:
            raise RepositoryError(self.refusal)
        return NotedModel(self)

    @property
    def contestant(self) -> Contestant:
        return Contestant(f"tests/{self.name}", "0" * 40, "function")

    def entrant(self) -> "Entrant":
        from arena.evaluation.entrants import Entrant

        return Entrant(self.contestant, "writers", self.memory_bytes, self)

    def order(self) -> Order:
        return Order(self.contestant, self.memory_bytes, self)

    def loads(self) -> list[tuple[int, str]]:
        """Process and name, of each time that any model of the folder was loaded."""
        lines = (self.folder / "loads").read_text().splitlines()
        return [(int(process), name) for process, name in map(str.split, lines)]

    def batches(self) -> list[tuple[int, list[str]]]:
        """Process and keys, of each batch that it was asked."""
        lines = (self.folder / self.name).read_text().splitlines() if (self.folder / self.name).exists() else []
        return [(int(process), keys) for process, *keys in map(str.split, lines)]


class NotedModel:
    memory_bytes = 1
    capabilities = Capabilities(2, writes_text=True, scores_options=True)

    def __init__(self, noted: Noted) -> None:
        self.contestant = noted.contestant
        self._noted = noted

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        with (self._noted.folder / self._noted.name).open("a") as file:
            file.write(f"{os.getpid()} {' '.join(probe.key for probe in probes)}\n")
        for probe in probes:
            time.sleep(self._noted.seconds)
            if number_of(probe) in self._noted.dies_over:
                self._die()
        return [self._reply(probe) for probe in probes]

    def _reply(self, probe: Probe) -> Reply:
        number = number_of(probe)
        if self._noted.error and number % 2:
            return Reply(error=self._noted.error)
        return Reply("AB"[(number + (number % 5 == 0)) % 2])

    def _die(self) -> None:
        died = self._noted.folder / "died"
        if not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)


class ThreadWorkers:
    """Workers that are threads of this process, for what does not depend on where they are."""

    def __init__(self, count: int, memory_bytes: float = float("inf"), loss: str = "", fatal: int = -1) -> None:
        self.count = count
        self.memory_bytes = memory_bytes
        self.begun: list[int] = []
        self.loaded: dict[int, int] = {}
        """Number -> bytes of the model that it has now."""
        self.most_bytes = 0
        self.loss = loss
        """How each ends while it loads; empty for none that does."""
        self.fatal = fatal
        """Number of the question over which each ends."""

    def begin(self, number: int) -> "ThreadWorker":
        self.begun.append(number)
        return ThreadWorker(self, number)

    def close(self) -> None:
        assert not self.loaded


class ThreadWorker:
    def __init__(self, workers: ThreadWorkers, number: int) -> None:
        self._workers = workers
        self._number = number

    def load(self, order: Order) -> Model:
        if self._workers.loss:
            raise WorkerEnded(self._workers.loss)
        self._workers.loaded[self._number] = order.memory_bytes
        self._workers.most_bytes = max(self._workers.most_bytes, sum(self._workers.loaded.values()))
        model = order.load()
        return RemoteModel(order.contestant, (model.capabilities, 1), partial(self._answer, model))

    def _answer(self, model: Model, probes: Sequence[Probe]) -> list[Reply]:
        if self._workers.fatal in map(number_of, probes):
            raise WorkerEnded("by SIGKILL")
        return model.answer(probes)

    def end(self) -> None:
        self._workers.loaded.pop(self._number, None)
