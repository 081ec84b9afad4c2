"""How fast an endpoint is asked: as many questions at once as it bears, and none while it needs a rest.

Additive increase, multiplicative decrease, as in TCP (Chiu and Jain, 1989, Computer Networks 17): each round of answers allows
one more question at once, each round of overload half as many. Failures pause all questions, not only the one that failed,
because a limit of the server is one for all of them.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pacing:
    """The bounds within which an endpoint is asked."""

    start: int = 2
    """Questions at once, before anything is known of the endpoint."""
    most: int = 32
    """Questions at once, at most."""
    attempts: int = 6
    """How often one question is asked, at most."""
    timeout: float = 120.0
    """Seconds that one attempt may take."""
    patience: float = 300.0
    """Seconds after which a question, or an endpoint that answers nothing, is given up."""
    first_pause: float = 0.5
    """Seconds to wait after a failure; twice as long after each further round of failures."""
    longest_pause: float = 30.0
    """Seconds to wait, at most, where the endpoint does not ask for more."""


class Pace:
    """How many questions may be under way, and from when on. All times are seconds of `clock`."""

    def __init__(
        self, pacing: Pacing, *, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = random.random
    ) -> None:
        """Begin carefully.

        Args:
            pacing: the bounds.
            clock: seconds, from any start.
            jitter: a number from 0 to 1, drawn for each pause, so that clients that failed together do not return together.
        """
        self.limit = float(pacing.start)
        """Questions that may be under way at once; the whole part counts."""
        self._pacing = pacing
        self._clock = clock
        self._jitter = jitter
        self._failed_rounds = 0
        self._failed_at = -math.inf
        """When the last round of failures began: those of questions asked before belong to the same round."""
        self._answered_at = -math.inf
        self._failing_since: float | None = None
        """When the first question was asked of those that failed since the last answer."""
        self._resumes_at = -math.inf
        self._given_up = False

    def allows(self, under_way: int) -> bool:
        """Whether one more question may be asked now."""
        return under_way < int(self.limit) and self.pause() == 0

    def pause(self) -> float:
        """Seconds until the next question may be asked."""
        return max(0.0, self._resumes_at - self._clock())

    def hopeless(self) -> bool:
        """Whether waiting for the next question would exceed the patience with an endpoint that answers nothing."""
        if self._given_up:
            return True
        begun = self._clock() if self._failing_since is None else self._failing_since
        return self._resumes_at - begun > self._pacing.patience

    def begin(self) -> None:
        """New questions, new hope: what failed before the last pause ended is forgotten."""
        self._given_up = False
        if self.pause() == 0:
            self._failed_rounds, self._failing_since = 0, None

    def give_up(self) -> None:
        """Waiting is in vain for what is asked now."""
        self._given_up = True

    def answered(self) -> None:
        """A question was answered."""
        self.limit = min(float(self._pacing.most), self.limit + 1 / self.limit)
        self._failed_rounds, self._failing_since, self._answered_at = 0, None, self._clock()

    def failed(self, asked_at: float, *, overloaded: bool, wait: float | None) -> None:
        """A question failed, and may be asked again after a pause.

        Args:
            asked_at: when it was asked.
            overloaded: whether the endpoint says, or shows by its silence, that it is asked too much.
            wait: seconds that the endpoint asks to wait; None where it says nothing.
        """
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = max(asked_at, self._answered_at)
        if asked_at >= self._failed_at:
            self._failed_at = now
            self._failed_rounds += 1
            if overloaded:
                self.limit = max(1.0, self.limit / 2)
        pause = min(self._pacing.longest_pause, self._pacing.first_pause * 2 ** max(0, self._failed_rounds - 1))
        pause *= (1 + self._jitter()) / 2
        self._resumes_at = max(self._resumes_at, now + pause, now + (wait or 0.0))
