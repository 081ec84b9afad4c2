"""What the arena does, in numbers, as Prometheus reads them from `/metrics`.

Who reads them on end must learn no more than a visitor about who plays. So no line names a model, or belongs to one battle:
what is told of models is how many there are. All labels have few values.
"""

import hmac
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from arena import __version__
from arena.battles import Arena
from arena.errors import StoreError
from arena.ui.admission import Admission
from arena.ui.health import Health, HealthCheck
from arena.ui.loopback import is_from_here
from arena.ui.refusals import unknown_address
from arena.ui.shares import SHARES
from arena.ui.visitor_queue import VisitorQueue

BATTLE_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
REQUEST_SECONDS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10)
FACTS: Mapping[str, str] = {
    "battles": "battles kept, of visitors, programs and autoplay",
    "replies": "answers of models kept",
    "votes": "votes kept",
    "generations": "pairs generated",
    "reviews": "verdicts of reviewers",
    "reports": "reports of pictures",
}
"""Tables of which the rows are told, and what these are."""


class Metrics:
    """Counts and times, in a registry of its own. What is kept elsewhere is read when somebody asks.

    Args:
        arena: the open arena; its battles are timed from now on.
        admission: who has been refused, and who is here.
        queue: what waits.
        health: looks at the arena.
        token: who sends it may read; None for who uses this machine.
    """

    def __init__(
        self, arena: Arena, admission: Admission, queue: VisitorQueue, health: HealthCheck, token: str | None = None
    ) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "arena_request_seconds",
            "Until the answer to a request began, by what was asked for and status",
            ("place", "status"),
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self._battles = Histogram(
            "arena_battle_seconds",
            "From the first question of a battle until it is kept, by whether it counts",
            ("counts",),
            buckets=BATTLE_SECONDS,
            registry=self.registry,
        )
        for counts in ("yes", "no"):
            self._battles.labels(counts)
        self._scrapes = Counter("arena_metrics_read", "How often these numbers were read", registry=self.registry)
        ProcessCollector(registry=self.registry)
        self._arena = arena
        self._health = health
        self._token = token
        self._present = _Present(arena, admission, queue)
        self.registry.register(self._present)
        arena.on_played = self._played

    async def answer(self, request: Request) -> Response:
        """All numbers, for who may read them; for others there is nothing here."""
        if not self._may_read(request):
            return unknown_address(request.scope)
        self._scrapes.inc()
        health = await run_in_threadpool(self._health.look)
        facts, submissions = await run_in_threadpool(self._kept)
        # Queue and admission belong to the event loop, which is here.
        self._present.see(health, facts, submissions)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def _may_read(self, request: Request) -> bool:
        if self._token is None:
            return is_from_here(request.headers, request.client.host if request.client else "")
        sent = request.headers.get("authorization", "")
        return hmac.compare_digest(sent.encode(errors="replace"), f"Bearer {self._token}".encode())

    def _played(self, seconds: float, failed: bool) -> None:
        self._battles.labels("no" if failed else "yes").observe(seconds)

    def _kept(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        try:
            submissions = {str(state): count for state, count in self._arena.store.submissions.counts().items()}
            return self._arena.store.record_counts(), submissions
        except StoreError:  # what can be told without it is
            return {}, {}


class _Present(Collector):
    """How things stand at the moment; `see` is called before each reading."""

    def __init__(self, arena: Arena, admission: Admission, queue: VisitorQueue) -> None:
        self._arena = arena
        self._admission = admission
        self._queue = queue
        self._seen: tuple[Health, Mapping[str, int], Mapping[str, int]] | None = None

    def see(self, health: Health, facts: Mapping[str, int], submissions: Mapping[str, int]) -> None:
        """Keep what is dearer to look at."""
        self._seen = health, facts, submissions

    def collect(self) -> Iterator[Metric]:
        """All of it."""
        if self._seen is None:  # the registry asks once what there is
            return
        health, facts, submissions = self._seen
        yield _gauge("arena_info", "The version that runs", {("version",): {(__version__,): 1}})
        yield _gauge("arena_ready", "1 where battles can be played and kept", health.is_ready)
        yield from self._visitors()
        yield from self._waiting()
        models = {("present",): health.contestants, ("able",): health.able, ("loaded",): health.loaded}
        yield _gauge("arena_models", "How many take part, can be asked, and are in memory here", {("state",): models})
        for table, meaning in FACTS.items():
            if table in facts:
                yield CounterMetricFamily(f"arena_{table}", f"How many {meaning}", value=facts[table])
        stand = {(state.lower(),): count for state, count in submissions.items()}
        yield _gauge("arena_submissions", "Models that were submitted, by where they stand", {("state",): stand})
        if health.saves is not None:
            yield _gauge("arena_unsaved_seconds", "How long the oldest fact waits to be saved", health.saves.age_seconds)
            yield _gauge("arena_unsaved_facts", "Facts that are stored and not saved yet", health.saves.facts_waiting)
            yield _gauge("arena_saving_paused", "1 where battles wait for facts to be saved", health.saves.paused)

    def _visitors(self) -> Iterator[Metric]:
        streams = self._admission.streams()
        yield _gauge("arena_clients", "Addresses and accounts that have a page or a call open", len(streams))
        yield _gauge("arena_streams", "Streams of results that are open", sum(streams.values()))
        refused = CounterMetricFamily("arena_refusals", "Requests refused with 429, by their kind", labels=("kind",))
        for kind in SHARES:
            refused.add_metric((kind,), self._admission.refused[kind])
        yield refused

    def _waiting(self) -> Iterator[Metric]:
        waiting, begun = self._queue.lengths()
        counts = {(kind, state): count for state, of in (("waiting", waiting), ("begun", begun)) for kind, count in of.items()}
        yield _gauge("arena_events", "Events of visitors in the queue, by kind", {("kind", "state"): counts})


def _gauge(name: str, meaning: str, value: float | Mapping[tuple[str, ...], Mapping[tuple[str, ...], float]]) -> Metric:
    """One number, or those of a set of labels."""
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(name, meaning, value=float(value))
    ((labels, values),) = value.items()
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for each, number in values.items():
        family.add_metric(each, number)
    return family
