"""Workers: processes that load models and answer, wherever they run. Whoever asks reads the replies and writes the store.

So a worker needs no home, and may run on another machine; what it is sent are models to load and probes to answer.
"""

import logging
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from arena.contestants import Contestant
from arena.errors import ArenaError, ModelEnded, one_line
from arena.models import Capabilities, Model
from arena.probes import Probe, Reply

log = logging.getLogger(__name__)


class WorkerEnded(ModelEnded):
    """A worker has ended, or nobody can reach it. The message says how, as the rest of a sentence."""


@dataclass(frozen=True)
class Order:
    """A model to load."""

    contestant: Contestant
    memory_bytes: int
    """That its weights take."""
    load: Callable[[], Model]


class Worker(Protocol):
    """A process with one model at a time, asked by one thread at a time."""

    def load(self, order: Order) -> Model:
        """Load a model in place of the one that was there. What it gives is asked here, and answers there.

        Raises:
            WorkerEnded: the process is gone; so does asking the model.
            Exception: whatever keeps the model from being loaded.
        """
        ...

    def end(self) -> None:
        """End at once, whatever it does. Safe to call twice, and from any thread."""
        ...


class Workers(Protocol):
    """Where workers come from."""

    @property
    def count(self) -> int:
        """How many there may be at the same time."""
        ...

    @property
    def memory_bytes(self) -> float:
        """What the models in all of them may take together; one may be loaded always."""
        ...

    def begin(self, number: int) -> Worker:
        """Begin one of them, counted from 0.

        Raises:
            WorkerEnded: it does not start.
        """
        ...

    def close(self) -> None:
        """Let go of what they share, once all have ended."""
        ...


@dataclass(frozen=True)
class Returned:
    """What a call in a worker gave back, or what it raised."""

    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:
        """The value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value


class ModelHost:
    """What a worker does, in its own process."""

    def __init__(self) -> None:
        self._model: Model | None = None

    def load(self, order: Order) -> Returned:
        """Gives the capabilities of the model, and the bytes of its weights."""
        return _returned(self._load, order)

    def answer(self, probes: Sequence[Probe]) -> Returned:
        """Gives one reply a probe."""
        assert self._model is not None
        return _returned(self._model.answer, probes)

    def _load(self, order: Order) -> tuple[Capabilities, int]:
        if self._model is not None:
            self._model = None
            from arena.models.device_memory import release  # noqa: PLC0415 - torch takes seconds

            release()
        self._model = order.load()
        return self._model.capabilities, self._model.memory_bytes


class RemoteModel:
    """A model in a worker."""

    def __init__(
        self, contestant: Contestant, loaded: tuple[Capabilities, int], answer: Callable[[Sequence[Probe]], list[Reply]]
    ) -> None:
        """Be a model that was loaded.

        Args:
            contestant: whose it is.
            loaded: what `ModelHost.load` gave.
            answer: has the worker answer.
        """
        self.contestant = contestant
        self.capabilities, self.memory_bytes = loaded
        self._answer = answer

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order. Raises WorkerEnded, or what the model raised."""
        return self._answer(probes)


def can_be_sent(order: Order) -> bool:
    """Whether a worker can load it: some models of other packages are made by what exists in this process alone."""
    try:
        pickle.dumps(order)
    except Exception:
        log.info("a model cannot be sent to another process, and is asked in this one", exc_info=True)
        return False
    return True


def _returned(call: Callable[..., Any], *arguments: Any) -> Returned:
    try:
        return Returned(call(*arguments))
    except Exception as error:
        log.exception("a worker could not load a model, or not answer")
        return Returned(error=_portable(error))


def _portable(error: Exception) -> Exception:
    """What another process can tell as this one would."""
    if type(error).__name__ == "OutOfMemoryError":  # torch's, which whoever asks need not have imported
        return MemoryError(str(error))
    is_known = isinstance(error, ArenaError) or type(error).__module__ == "builtins"
    return error if is_known else RuntimeError(one_line(error))
