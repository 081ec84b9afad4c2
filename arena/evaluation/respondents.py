"""Who answers an evaluation: a model in this process, or models of one contestant in workers."""

from typing import Any, Protocol

from arena.contestants import Contestant
from arena.errors import ArenaError, one_line
from arena.evaluation.asking import LoadError, Loop
from arena.evaluation.backlog import Backlog
from arena.evaluation.entrants import Entrant
from arena.evaluation.worker_pool import WorkerPool
from arena.evaluation.workers import Order, can_be_sent
from arena.models import Model


class Respondent(Protocol):
    """One contestant, wherever its model is."""

    @property
    def contestant(self) -> Contestant:
        """Who it is."""
        ...

    def ask_all(self, loop: Loop, backlog: Backlog) -> None:
        """Run a loop on its model, here or in several workers at once, until nothing waits in the backlog.

        Raises:
            LoadError: the model cannot be loaded.
            Exception: what the loop raised first.
        """
        ...

    def endpoint(self) -> dict[str, Any]:
        """What an endpoint told of itself so far; nothing for others."""
        ...


class OwnModel:
    """A model of this process, loaded when it is first needed, and then kept."""

    def __init__(self, entrant: Entrant) -> None:
        self._entrant = entrant
        self._model: Model | None = None

    @property
    def contestant(self) -> Contestant:
        """Who it is."""
        return self._entrant.contestant

    def load(self) -> Model:
        """The model.

        Raises:
            LoadError: it cannot be loaded.
        """
        if self._model is None:
            try:
                self._model = self._entrant.load()
            except Exception as error:
                raise LoadError(str(error) if isinstance(error, ArenaError) else one_line(error)) from error
        return self._model

    def ask_all(self, loop: Loop, backlog: Backlog) -> None:
        """Run the loop in this thread."""
        del backlog  # the loop knows it
        loop(self.load())

    def endpoint(self) -> dict[str, Any]:
        """What an endpoint told of itself so far."""
        record = getattr(self._model, "record", None)
        return record() if record else {}


class WorkersModel:
    """A contestant whom workers load and ask."""

    def __init__(self, entrant: Entrant, pool: WorkerPool) -> None:
        self._order = order_of(entrant)
        self._pool = pool

    @property
    def contestant(self) -> Contestant:
        """Who it is."""
        return self._order.contestant

    def ask_all(self, loop: Loop, backlog: Backlog) -> None:
        """Run the loop in as many workers as there is use for."""
        self._pool.ask_all(self._order, loop, backlog)

    def endpoint(self) -> dict[str, Any]:
        """Nothing: workers ask no endpoints."""
        return {}


def order_of(entrant: Entrant) -> Order:
    """How a worker loads an entrant."""
    return Order(entrant.contestant, entrant.memory_bytes, entrant.load)


def is_for_workers(entrant: Entrant) -> bool:
    """Whether workers may load an entrant. They have no use for what takes no memory, as endpoints and constants; and one that
    names a GPU by its number means that of this process.
    """
    device = str(entrant.contestant.settings.get("device", ""))
    return entrant.memory_bytes > 0 and ":" not in device and can_be_sent(order_of(entrant))
