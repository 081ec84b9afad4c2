"""Endpoints in battles: each is asked by a thread of its own, within its budget, and not while it fails.

Nobody who waits for an endpoint holds a thread that a model of this machine needs. Of one that hangs every visitor would learn
by waiting in vain. So it is ill as soon as the first has waited so; nobody is sent to it while a question waits for long; and
until it has answered a battle again, nobody waits for it longer than a share of the time.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from arena.contestants import Contestant
from arena.models.base import Model
from arena.models.endpoint_budget import SPENT, RequestBudget
from arena.models.endpoint_health import Health
from arena.models.pool import ModelPool, late
from arena.probes import Probe, Reply

MOST_AT_ONCE = 32
"""Endpoints that are asked at the same time."""
MOST_WAITING = 64
"""Questions that may wait for one endpoint before it is drawn no more: whoever came then would wait too long."""
DOUBT = 4
"""How much less of their time visitors have for an endpoint that let one wait in vain, and for a question before theirs."""
BUSY = "is asked faster than it answers"

log = logging.getLogger(__name__)


class EndpointPool:
    """Endpoints behind one queue each. All methods may be called from any thread.

    Args:
        endpoints: contestant -> what makes its model.
        budget: what each may be sent in a day; their models count their requests there.
        battle_requests: how many requests a battle may need; an endpoint with less left today is not drawn.
        small_question: shows whether an endpoint answers.
        seconds: that whoever asks waits at most.
        clock: seconds, from any start.
        jitter: as for `Health`.
        more: how many may come later, by `register`.
    """

    def __init__(
        self,
        endpoints: Sequence[tuple[Contestant, Callable[[], Model]]],
        budget: RequestBudget,
        battle_requests: int,
        small_question: Probe,
        seconds: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        more: int = 0,
    ) -> None:
        self._endpoints: dict[str, _Endpoint] = {}
        self._jitter = jitter
        self._budget = budget
        self._battle_requests = battle_requests
        self._small_question = small_question
        self._seconds = seconds
        self._clock = clock
        self._pool = ModelPool(0, workers=min(len(endpoints) + more, MOST_AT_ONCE), on_this_machine=False, clock=clock)
        self._probes = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="endpoint-probe")
        for contestant, load in endpoints:
            self.register(contestant, load)

    def register(self, contestant: Contestant, load: Callable[[], Model]) -> None:
        """Make one more known. One that is known stays as it is."""
        if contestant.id in self._endpoints:
            return
        endpoint = _Endpoint(contestant, self._budget, Health(clock=self._clock, jitter=self._jitter))
        self._pool.register(contestant, 0, partial(_Guarded, endpoint, load, self._seconds, self._clock))
        self._endpoints = {**self._endpoints, contestant.id: endpoint}  # whoever goes through them sees one moment

    def __contains__(self, contestant_id: str) -> bool:
        return contestant_id in self._endpoints

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order; what goes wrong is an error reply."""
        endpoint = self._endpoints[contestant_id]
        if (illness := endpoint.left_alone()) is not None:  # it was drawn before it became ill
            return [Reply(error=illness)] * len(probes)
        replies = self._ask(endpoint, probes)
        if replies and not any(reply.error for reply in replies):
            endpoint.doubted = False
        return replies

    def failed(self) -> dict[str, str]:
        """Who is not to be drawn now, and why: id -> reason. Whose pause is over is asked a small question meanwhile."""
        ill = {name: reason for name, endpoint in self._endpoints.items() if (reason := self._why_not(name, endpoint))}
        return {**self._pool.failed(), **ill}

    def warm(self) -> None:
        """Ask each that has requests left a small question in the background, so that what is wrong is told before a battle."""
        for endpoint in self._endpoints.values():
            self._try(endpoint)

    def close(self) -> None:
        """Ask nothing more, and have nobody wait for what is under way. Safe to call twice."""
        self._probes.shutdown(wait=False, cancel_futures=True)
        self._pool.close(timeout=0)

    def _why_not(self, name: str, endpoint: "_Endpoint") -> str | None:
        if (illness := endpoint.illness) is not None:
            if endpoint.left_alone() is None:
                self._try(endpoint)
            return illness
        if self._pool.longest_wait(name) > self._seconds / DOUBT:
            return BUSY
        waiting = self._pool.waiting(name)
        rest = endpoint.rest(self._battle_requests) - waiting
        if rest < self._battle_requests:
            return SPENT
        return BUSY if waiting > MOST_WAITING else None

    def _try(self, endpoint: "_Endpoint") -> None:
        if self._budget.rest(endpoint.contestant) and endpoint.trial.acquire(blocking=False):
            self._probes.submit(self._ask_small_question, endpoint)

    def _ask_small_question(self, endpoint: "_Endpoint") -> None:
        try:
            self._ask(endpoint, [self._small_question])
        finally:
            endpoint.trial.release()

    def _ask(self, endpoint: "_Endpoint", probes: Sequence[Probe]) -> list[Reply]:
        short, began = self._seconds / DOUBT, self._clock()
        seconds = short if endpoint.doubted else self._seconds
        replies = self._pool.ask(endpoint.contestant.id, probes, timeout=seconds)
        errors = [reply.error for reply in replies if reply.error is not None]
        if errors and self._clock() - began >= short:
            endpoint.doubted = True
        if (reason := late(seconds).error) in errors:
            endpoint.failed(reason, permanent=False)
        return replies


class _Endpoint:
    """What is known of one endpoint. Any thread may call it."""

    def __init__(self, contestant: Contestant, budget: RequestBudget, health: Health) -> None:
        self.contestant = contestant
        self.trial = threading.Lock()
        """Held while a small question is under way."""
        self.doubted = False
        """Whether it let somebody wait in vain, and has answered no battle since."""
        self._budget = budget
        self._health = health
        self._lock = threading.Lock()
        self._told_of_budget = False

    @property
    def illness(self) -> str | None:
        return self._health.illness

    def left_alone(self) -> str | None:
        """Why it is asked nothing now; None where it is well, or its pause is over."""
        with self._lock:
            return None if self._health.may_be_asked() else self._health.illness

    def rest(self, least: int) -> int:
        """Requests that are left today. The log is told once when they become less than `least`."""
        rest = self._budget.rest(self.contestant)
        with self._lock:
            told, self._told_of_budget = self._told_of_budget, rest < least
        if rest < least and not told:
            log.warning("%s: plays no battle until tomorrow (UTC): %s", self.contestant.reference, SPENT)
        return rest

    def answered(self) -> None:
        with self._lock:
            # What comes while it is left alone was asked before, and by nobody who still waits.
            recovered = self._health.may_be_asked() and self._health.answered()
        if recovered:
            log.warning("%s: answers again", self.contestant.reference)

    def failed(self, reason: str, *, permanent: bool) -> None:
        reason = reason.removeprefix(f"{self.contestant.repository}: ")
        with self._lock:
            if not self._health.may_be_asked():
                return  # it is known
            pause = self._health.failed(reason, permanent=permanent)
        log.warning("%s: plays no battle for %.0f minutes: %s", self.contestant.reference, pause / 60, reason)


class _Guarded:
    """The model of an endpoint, which is asked nothing while it is left alone, and tells how it does."""

    memory_bytes = 0

    def __init__(self, endpoint: _Endpoint, load: Callable[[], Model], seconds: float, clock: Callable[[], float]) -> None:
        self.contestant = endpoint.contestant
        self._endpoint = endpoint
        self._model = load()
        self._seconds = seconds
        self._clock = clock
        self.capabilities = self._model.capabilities

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        if (illness := self._endpoint.left_alone()) is not None:
            return [Reply(error=illness)] * len(probes)
        began = self._clock()
        replies = self._model.answer(probes)
        spent = self._clock() - began
        self.capabilities = self._model.capabilities
        errors = {reply.error: reply.permanent for reply in replies if reply.error is not None}
        if not errors and spent > self._seconds:
            self._endpoint.failed(f"{len(probes)} questions took it {spent:.0f} s", permanent=False)
        elif not errors:
            self._endpoint.answered()
        elif failures := {reason: permanent for reason, permanent in errors.items() if reason != SPENT}:
            reason = max(failures, key=failures.__getitem__)
            self._endpoint.failed(reason, permanent=failures[reason])
        return replies
