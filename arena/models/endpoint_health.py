"""Whether an endpoint is asked: not while it fails, and after a pause again, with one small question first.

This is the circuit breaker of Nygard (Release It!, 2007, 5.2), with exponential backoff and jitter.
"""

import math
import random
import time
from collections.abc import Callable

SHORTEST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds for which an endpoint that failed is left alone."""


class Health:
    """How one endpoint does, by what was last asked of it. It belongs to one thread at a time."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = random.random) -> None:
        """Believed to be well.

        Args:
            clock: seconds, from any start.
            jitter: a number from 0 to 1, drawn for each pause, so that arenas that were failed together do not return together.
        """
        self.illness: str | None = None
        """Why it answers nothing, in one line; None while it is well."""
        self._clock = clock
        self._jitter = jitter
        self._longest = SHORTEST_PAUSE
        """What the last pause was at most; the next one in a row may be twice as long."""
        self._pause = 0.0
        self._resumes_at = -math.inf
        self._well_since = -math.inf

    def may_be_asked(self) -> bool:
        """Whether it is well, or its pause is over, and a question shows how it is."""
        return self.illness is None or self._clock() >= self._resumes_at

    def answered(self) -> bool:
        """It has answered all that it was asked. Returns whether it was ill before."""
        recovered, self.illness = self.illness is not None, None
        if recovered:
            self._well_since = self._clock()
        return recovered

    def failed(self, reason: str, *, permanent: bool) -> float:
        """It has left a question without an answer.

        One that fails again before it was well for as long as its last pause has not recovered: the pauses go on growing.

        Args:
            reason: one line.
            permanent: whether only people can change that, so that the longest pause begins at once.

        Returns:
            Seconds for which it is left alone.
        """
        now = self._clock()
        if self.illness is None and now - self._well_since > self._pause:
            self._longest = SHORTEST_PAUSE
        self._longest = LONGEST_PAUSE if permanent else min(LONGEST_PAUSE, 2 * self._longest)
        self.illness = reason
        self._pause = self._longest * (1 + self._jitter()) / 2
        self._resumes_at = now + self._pause
        return self._pause
