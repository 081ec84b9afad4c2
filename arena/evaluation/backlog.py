"""What waits to be asked of one model, handed out in shards: whatever one has taken, nobody else gets."""

import math
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from arena.evaluation.batches import FIRST
from arena.evaluation.choosing import Inquiry, largest_first


@dataclass(frozen=True)
class Shard:
    """Inquiries that are asked together."""

    inquiries: tuple[Inquiry, ...]
    losses: int = 0
    """How often whoever had taken them ended before they were answered."""

    @property
    def probes(self) -> int:
        """How many are asked."""
        return sum(len(inquiry.probes) for inquiry in self.inquiries)


class Backlog:
    """Any thread may call anything."""

    def __init__(self, inquiries: Iterable[Inquiry]) -> None:
        self._waiting = deque(largest_first(inquiries))
        self._returned: list[Shard] = []
        self._probes = sum(len(inquiry.probes) for inquiry in self._waiting)
        self._largest = math.inf
        self._takers = 0
        self._seconds_per_probe: float | None = None
        self._lock = threading.Lock()
        self.error: BaseException | None = None
        """Why nothing more is handed out, where something has failed."""

    @property
    def probes(self) -> int:
        """How many nobody has taken."""
        return self._probes

    @property
    def seconds_left(self) -> float | None:
        """What those will take, as the last shard went; None until that can be told."""
        if self._seconds_per_probe is None:
            return None
        return self._seconds_per_probe * self._probes / max(1, self._takers)

    @contextmanager
    def taker(self) -> Iterator[None]:
        """Be one of those who take shards, within the block."""
        with self._lock:
            self._takers += 1
        try:
            yield
        finally:
            with self._lock:
                self._takers -= 1

    def take(self, probes: int) -> Shard | None:
        """The next shard with at most so many probes, at least one inquiry; None where nothing waits.

        Where several take, none takes more than its part of what waits, so that all end at about the same time (guided
        self-scheduling, Polychronopoulos & Kuck, IEEE Transactions on Computers C-36, 1987). What was given back comes first.
        """
        with self._lock:
            shard = self._returned.pop() if self._returned else self._next(probes)
            self._probes -= shard.probes if shard else 0
            return shard

    def give_back(self, shard: Shard) -> None:
        """Have others ask what nobody has answered. It comes in halves, as it may have been too much at once."""
        middle = math.ceil(len(shard.inquiries) / 2)
        halves = (shard.inquiries[:middle], shard.inquiries[middle:])
        with self._lock:
            if self.error is not None:
                return
            self._returned += [Shard(half, shard.losses + 1) for half in halves if half]
            self._probes += shard.probes
            self._largest = max(FIRST, shard.probes // 2)

    def went(self, seconds_per_probe: float | None) -> None:
        """Learn from a shard that was answered."""
        self._seconds_per_probe = seconds_per_probe or self._seconds_per_probe

    def fail(self, error: BaseException) -> None:
        """Hand out nothing more; the first error counts."""
        with self._lock:
            self.error = self.error or error
            self._waiting.clear()
            self._returned.clear()
            self._probes = 0

    def _next(self, probes: int) -> Shard | None:
        if not self._waiting:
            return None
        part = max(FIRST, math.ceil(self._probes / max(1, self._takers)))
        most = min(probes, part, self._largest)
        batch = [self._waiting.popleft()]
        size = len(batch[0].probes)
        while self._waiting and size + len(self._waiting[0].probes) <= most:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].probes)
        return Shard(tuple(batch))
