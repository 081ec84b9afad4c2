"""A small arena in this process, over a real store, whose players say what is expected of them; and what watches over it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
import httpx
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from arena.battles import Arena
from arena.battles.scoring import ELO_RULE
from arena.contestants import Contestant
from arena.generators.scenes import draw_pair
from arena.probes import Probe, Reply
from arena.store import Store
from arena.ui.admission import Admission, AdmittedRequests
from arena.ui.app import application
from arena.ui.clients import Clients
from arena.ui.health import HealthCheck, Saves
from arena.ui.metrics import Metrics
from arena.ui.request_times import RequestTimes
from arena.ui.shares import READS, SHARES, Share, Shares
from arena.ui.visitor_queue import queue_visitors

NAMES = ("quick-fox", "lazy-dog")


class Players:
    """Puts probes to players of these names, who are right about everything."""

    def __init__(self, names: Sequence[str]) -> None:
        made = [Contestant(f"people/{name}", "0" * 40, "test") for name in names]
        self.contestants = {one.id: one for one in made}
        self.unable: dict[str, str] = {}
        self.error: str | None = None

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe."""
        return [Reply(error=self.error) if self.error else Reply(probe.expected) for probe in probes]

    def failed(self) -> dict[str, str]:
        """Who cannot be asked, and why."""
        return self.unable

    def loaded(self) -> list[str]:
        """All of them are in memory."""
        return list(self.contestants)


@dataclass(frozen=True)
class Watched:
    """It, with the ways to look at it."""

    arena: Arena
    players: Players
    home: Path
    app: ASGIApp

    def get(self, path: str, peer: str = "127.0.0.1", **headers: str) -> httpx.Response:
        """What the app answers to somebody at that address."""

        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(peer, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.get(path, headers=[(name.encode(), value.encode()) for name, value in headers.items()])

        return asyncio.run(answer())


@contextmanager
def watched(home: Path, saves: Saves | None = None, token: str | None = None) -> Iterator[Watched]:
    """Open it until the block ends; of each client two pages are let in."""
    players = Players(NAMES)
    pairs = [draw_pair(family, 5, size=64, source="starter") for family in ("stove", "tea")]
    with Store.open(home, ELO_RULE) as store:
        store.add_pairs(pairs)
        store.add_contestants(players.contestants.values())
        with closing(Arena(store, players, players.contestants, pairs, seed=1)) as arena:
            yield Watched(arena, players, home, _app(arena, saves, token))


def _app(arena: Arena, saves: Saves | None, token: str | None) -> ASGIApp:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("arena")
    admission = Admission(Clients().client_of, Shares({**SHARES, READS: Share(2, 1)}))
    queue = queue_visitors(blocks, admission)
    health = HealthCheck(arena, saves, seconds=0)
    metrics = Metrics(arena, admission, queue, health, token)
    routes = [Route("/healthz", health.answer), Route("/metrics", metrics.answer)]
    return application(blocks, routes, [Middleware(RequestTimes, metrics.requests), Middleware(AdmittedRequests, admission)])
