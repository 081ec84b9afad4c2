"""Asking a model in batches, whose size is found while asking."""

import time
from collections.abc import Callable, Sequence

from arena.errors import ModelEnded, one_line
from arena.models import Model
from arena.probes import Probe, Reply

FIRST = 16
LARGEST = 1024
LONGEST_SECONDS = 30.0
"""What a batch may take: what is not committed yet is what a crash loses."""
WORTHWHILE = 1.05
"""Times as many probes a second that make a larger batch worth its memory."""
MISSES = 2
"""Larger batches in a row that are not worth it, before growth ends: one may have met a busy machine, or long questions."""

SLOW_SECONDS = 5.0
"""A first batch that takes longer tells how fast a model is; in a quick one, what is done only once weighs too much."""


class BatchSize:
    """How many probes to ask together: twice as many as long as that makes a probe cheaper, then the size that was best."""

    def __init__(self) -> None:
        self.probes = FIRST
        self.seconds_per_probe: float | None = None
        """As the last batch went; None until a batch tells."""
        self._batches = 0
        self._best = FIRST
        self._rate = 0.0
        """Probes a second in batches of the best size."""
        self._misses = 0
        self._settled = False

    def took(self, probes: int, seconds: float) -> None:
        """Learn from a batch that was answered."""
        self._batches += 1
        if self._batches > 1 or seconds > SLOW_SECONDS:
            self.seconds_per_probe = seconds / probes
        if seconds > LONGEST_SECONDS:
            self._settle(min(self.probes, int(probes * LONGEST_SECONDS / seconds)))
        if self._settled or probes < self.probes:
            return
        rate = probes / max(seconds, 1e-9)
        if rate >= self._rate * WORTHWHILE:
            self._best, self._rate, self._misses = self.probes, rate, 0
        else:
            self._misses += 1
        if self._misses == MISSES or 2 * seconds > LONGEST_SECONDS or 2 * self.probes > LARGEST:
            self._settle(self._best)
        else:
            self.probes *= 2

    def too_large(self, probes: int) -> None:
        """Learn that memory did not suffice for a batch of so many."""
        self._settle(min(self.probes, probes // 2))

    def _settle(self, probes: int) -> None:
        self.probes = max(1, probes)
        self._settled = True


def answers(
    model: Model, probes: Sequence[Probe], size: BatchSize, clock: Callable[[], float] = time.perf_counter
) -> list[Reply]:
    """One reply a probe, whatever the model does: a batch that it cannot answer is asked again in halves.

    Models do the same inside; this is for what escapes them.

    Raises:
        ModelEnded: it answers nothing any more.
    """
    began = clock()
    try:
        replies = model.answer(probes)
        if len(replies) != len(probes):
            raise ValueError(f"{len(replies)} replies to {len(probes)} probes")
    except ModelEnded:
        raise
    except Exception as error:  # noqa: BLE001  the probes of others must survive whatever one does to the model
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            size.too_large(len(probes))
        if len(probes) == 1:
            return [Reply(error=one_line(error))]
        half = len(probes) // 2
        return [reply for part in (probes[:half], probes[half:]) for reply in answers(model, part, size, clock)]
    size.took(len(probes), clock() - began)
    return replies
