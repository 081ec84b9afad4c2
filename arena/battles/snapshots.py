"""What is dear to count: readers get the last count at once, and one thread makes the next one now and then.

A count has all battles that were settled when it began. Where others were settled since, whoever reads it is told how many.
"""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from arena.store import now

MOST_KEPT = 32
"""Choices whose counts are kept; those that were read least lately are forgotten."""
PAUSE = 20
"""How many times as long as a count took nobody makes the same one again, so that boards leave the processor to battles."""
SHORTEST_PAUSE = 2.0
"""Seconds."""
PATIENCE = 1.0
"""Seconds for which somebody waits for a count where there is an older one."""
T = TypeVar("T")


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """A count as somebody reads it."""

    value: T
    counted_at: datetime
    newer: int
    """Battles that were settled since, and are not in it."""


@dataclass(frozen=True)
class _Count(Generic[T]):
    value: T
    settled: int
    counted_at: datetime
    began: float
    next_at: float
    """From when on it may be counted again."""


class Snapshots(Generic[T]):
    """The last counts of some choices, such as one for each domain. Any thread may read them.

    Args:
        settled: says how many battles were settled so far.
        oldest: seconds after which nobody is content with a count that lacks battles before waiting a moment for another; with
            0 everybody waits, as long as it takes, for one that has all.
        clock: seconds, from whenever.
    """

    def __init__(self, settled: Callable[[], int], oldest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._settled = settled
        self._oldest = oldest
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[Hashable, _Count[T]] = {}
        self._under_way: dict[Hashable, Future[None]] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="board")

    def close(self) -> None:
        """Make no further count."""
        self._worker.shutdown(cancel_futures=True)

    def latest(self, choice: Hashable, count: Callable[[], T]) -> Snapshot[T]:
        """What was counted last for a choice. What was never counted is counted first.

        Args:
            choice: names what is counted.
            count: counts it; what it raises is raised to those who wait for it.
        """
        asked, settled = self._clock(), self._settled()
        while True:
            with self._lock:
                last = self._counts.pop(choice, None)
                if last is not None:
                    self._counts[choice] = last
                    if last.settled >= settled:
                        return Snapshot(last.value, last.counted_at, 0)
                    if last.began >= asked - self._oldest:
                        if asked >= last.next_at:
                            self._begin(choice, count)
                        return Snapshot(last.value, last.counted_at, settled - last.settled)
                under_way = self._begin(choice, count)
            if last is not None and self._oldest:
                wait([under_way], PATIENCE)
                if not under_way.done():
                    return Snapshot(last.value, last.counted_at, settled - last.settled)
            under_way.result()

    def _begin(self, choice: Hashable, count: Callable[[], T]) -> Future[None]:
        """Have it counted, unless it is already."""
        if choice not in self._under_way:
            self._under_way[choice] = self._worker.submit(self._count, choice, count)
        return self._under_way[choice]

    def _count(self, choice: Hashable, count: Callable[[], T]) -> None:
        try:
            began, counted_at, settled = self._clock(), now(), self._settled()
            value = count()
            ended = self._clock()
            next_at = ended + max(SHORTEST_PAUSE, PAUSE * (ended - began))
            with self._lock:
                self._counts[choice] = _Count(value, settled, counted_at, began, next_at)
                while len(self._counts) > MOST_KEPT:
                    self._counts.pop(next(iter(self._counts)))
        finally:
            with self._lock:
                self._under_way.pop(choice)
