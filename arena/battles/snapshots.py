"""What is dear to count: readers get the last count at once, and the next one is made in the background now and then.

A count has all battles that were settled when it began. Where others were settled since, whoever reads it is told how many.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from arena.battles.views import AsOf
from arena.store import now

log = logging.getLogger(__name__)

MOST_KEPT = 32
"""Choices whose counts are kept; those that were read least lately are forgotten."""
Choice = TypeVar("Choice", bound=Hashable)
T = TypeVar("T")
U = TypeVar("U")


class Pause(NamedTuple):
    """How long nobody makes a count again that has just been made, so that boards leave the processor to battles."""

    times: float
    """In proportion to what it took."""
    shortest: float
    """Seconds; likewise `longest`."""
    longest: float = math.inf

    def after(self, cost: float) -> float:
        """Seconds of rest after a count that took `cost` seconds."""
        return min(max(self.shortest, self.times * cost), self.longest)


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """A count as somebody reads it."""

    value: T
    as_of: AsOf
    newer: int
    """Battles that were settled since, and are not in it."""

    def of(self, value: U) -> "Snapshot[U]":
        """Something that was counted with it."""
        return Snapshot(value, self.as_of, self.newer)


class _Count(NamedTuple, Generic[T]):
    value: T
    as_of: AsOf

    def read(self, settled: int) -> Snapshot[T]:
        return Snapshot(self.value, self.as_of, max(0, settled - self.as_of.battle))


@dataclass
class _Place(Generic[T]):
    """What is known of one choice."""

    last: _Count[T] | None = None
    next_at: float = -math.inf
    """From when on it may be counted again."""
    under_way: Future[None] | None = None


class Snapshots(Generic[Choice, T]):
    """The last counts of some choices, such as one for each domain. Any thread may read them.

    Args:
        settled: says how many battles were settled so far.
        count: counts a choice, given its last count. What it raises is raised to those who wait for it, and logged; the last
            count stays, and the next one is made as ever.
        worker: makes the counts; whoever gave it shuts it down.
        pause: between two counts of a choice.
        clock: seconds, from whenever.
    """

    def __init__(
        self,
        settled: Callable[[], int],
        count: Callable[[Choice, T | None], T],
        worker: Executor,
        pause: Pause,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settled = settled
        self._count = count
        self._worker = worker
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[Choice, _Place[T]] = {}

    def at_hand(self, choice: Choice) -> Snapshot[T] | None:
        """The last count, or None where there is none yet. Nobody waits; where it lacks battles, another one is begun."""
        settled = self._settled()
        with self._lock:
            place = self._place(choice)
            lacking = place.last is None or place.last.as_of.battle < settled
            if lacking and self._clock() >= place.next_at:
                self._begin(choice, place)
            return place.last and place.last.read(settled)

    def latest(self, choice: Choice) -> Snapshot[T]:
        """The last count. Only what was never counted is waited for."""
        return self.at_hand(choice) or self._wait(choice, 0)

    def complete(self, choice: Choice) -> Snapshot[T]:
        """A count of all that was settled before this call, however long it takes."""
        return self._wait(choice, self._settled())

    def _wait(self, choice: Choice, least: int) -> Snapshot[T]:
        """A count that stands at this battle or at a later one."""
        while True:
            with self._lock:
                place = self._place(choice)
                if place.last is not None and place.last.as_of.battle >= least:
                    return place.last.read(least)
                under_way = self._begin(choice, place)
            under_way.result()

    def _place(self, choice: Choice) -> _Place[T]:
        """The place of a choice, as the one that was read last."""
        place = self._places[choice] = self._places.pop(choice, None) or _Place()
        idle = [other for other, kept in self._places.items() if kept.under_way is None and other != choice]
        for other in idle[: max(0, len(self._places) - MOST_KEPT)]:
            del self._places[other]
        return place

    def _begin(self, choice: Choice, place: _Place[T]) -> Future[None]:
        """Have it counted, unless it is already."""
        if place.under_way is None:
            place.under_way = self._worker.submit(self._fill, choice, place)
        return place.under_way

    def _fill(self, choice: Choice, place: _Place[T]) -> None:
        began, counted_at, last = self._clock(), now(), place.last
        try:
            as_of = AsOf(self._settled(), counted_at)
            last = _Count(self._count(choice, last and last.value), as_of)
        except Exception:
            log.exception("board: what was chosen by %r could not be counted; the last count stays", choice)
            raise
        finally:
            ended = self._clock()
            with self._lock:
                place.last, place.under_way = last, None
                place.next_at = ended + self._pause.after(ended - began)
