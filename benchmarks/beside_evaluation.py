"""What visitors feel of a submission that is evaluated beside them, on a real server with its own worker.

    python benchmarks/beside_evaluation.py [--seconds 6] [--rounds 7] [--visitors 10]

The Hub is that of the tests, on this machine. Windows alternate and are short, so that they bear what else the machine does:
in `alone` the worker and all its processes are stopped (SIGSTOP), in `beside` they go on, and in `processor` they are stopped
while one process of the same niceness asks a model for ever and stores nothing. Ratios are to `alone`: of all windows, and of
each round.
Memory is what the server's process has for itself: after each window with garbage and free pages; without those before the
windows, when visitors alone have filled the caches, and when all windows are over.
"""

import argparse
import asyncio
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))
import httpx
import numpy as np
import psutil
import pytest
from crowd_server import Server, serving
from crowd_visitors import Site, Tally, client_at, visit
from hub_server import COMMIT, Hub
from processes import STARTERS, forked
from rich.console import Console
from rich.table import Table
from submitted_models import serve, submission, submit, worker_settings
from visitors import cpu_seconds

from arena.models import check_repository, contestant_of, load
from arena.opening import open_store
from arena.store import Store
from arena.store.submission_records import ENDED
from arena.suites.starter import starter_pairs
from arena.tasks import TASKS
from arena.worker.niceness import serve_others_first

ALONE, BESIDE, PROCESSOR = KINDS = ("alone", "beside", "processor")
ACTIONS = ("page", "battle", "vote")
PATIENCE = 300.0
"""Seconds until the first answers of a submission."""
NAME, SUITES = "team/good", "starter,degradation"
MODELS = ("clip-mini", "clip-small", "llava-mini")
MEGABYTE = 2**20


@dataclass(frozen=True)
class Window:
    """Some seconds of visits."""

    kind: str
    tally: Tally
    memory: int
    """Bytes that the server had for itself in the end, with garbage and free pages."""
    answers: int
    """Of evaluations, that were stored meanwhile."""
    seconds: float
    """Of the processor, that the server took."""


class Processes:
    """A process and all that came of it, which go on or stop together."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def stop(self) -> None:
        """Stop them, also those that begin meanwhile."""
        stopped: set[int] = set()
        while fresh := [one for one in self._all() if one.pid not in stopped]:
            stopped |= {one.pid for one in fresh}
            self._tell(fresh, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them go on."""
        self._tell(self._all(), signal.SIGCONT)

    def _all(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return [self._process, *self._process.children(recursive=True)]
        return []

    def _tell(self, processes: Sequence[psutil.Process], number: signal.Signals) -> None:
        for one in processes:
            with suppress(psutil.Error):
                one.send_signal(number)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--seconds", type=float, default=6, help="of each window (default: %(default)s)")
    add("--rounds", type=int, default=7, help="of one window of each kind (default: %(default)s)")
    add("--only", nargs="+", choices=KINDS, default=KINDS, help="kinds of windows (default: all)")
    add("--warm-up", type=float, default=20, help="seconds of visits that fill the caches first (default: %(default)s)")
    add("--visitors", type=int, default=10, help="at a time, 100 at most (default: %(default)s)")
    add("--pause", type=float, default=3, help="seconds, on average, between two visits of one (default: %(default)s)")
    options = parser.parse_args(arguments)
    with Hub() as hub, tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        hub.reach(patch, Path(name) / "cache")
        reached = {"ENDPOINT": hub.address, "HUB_OFFLINE": "0", "HUB_DISABLE_XET": "1", "HUB_CACHE": f"{name}/cache"}
        for setting, value in reached.items():
            patch.setenv(f"HF_{setting}", value)
        serve(hub, Path(name) / "good", NAME)
        models = [str(STARTERS / model) for model in MODELS]
        more = {**os.environ, "ARENA_SUBMISSIONS": "here", "ARENA_SUBMISSION_SUITES": SUITES}
        with serving(models, more) as server, forked(ask_for_ever, models[-1]) as asker:
            worker, idle = Processes(worker_of(server)), Processes(psutil.Process(asker.pid))
            try:
                asyncio.run(measure(server, worker, idle, options, Console(width=200)))
            finally:
                for one in (worker, idle):
                    one.go_on()  # what is stopped cannot end


async def measure(server: Server, worker: Processes, asker: Processes, options: argparse.Namespace, console: Console) -> None:
    """Visit in windows that alternate, and print what came of it."""
    site, memory = Site.of(server.url), dict[str, int]()
    clients = [f"127.0.1.{number}" for number in range(1, options.visitors + 1)]
    async with AsyncExitStack() as stack:
        crowd = Crowd([await stack.enter_async_context(client_at(one, site.url)) for one in clients], site, options.pause)
        with open_store(worker_settings(server.folder / "home")) as store:
            if BESIDE in options.only:
                name = submit(store, submission(NAME, COMMIT))
                await until_answered(store, name)
            for one in (worker, asker):
                one.stop()
            await crowd.visit(Tally(), options.warm_up)
            memory["after visitors alone"] = server.memory()
            turns = [options.only[:: 1 if turn % 2 == 0 else -1] for turn in range(options.rounds)]
            others = {ALONE: None, BESIDE: worker, PROCESSOR: asker}
            windows = [
                await window(kind, others[kind], crowd, server, store, options.seconds) for turn in turns for kind in turn
            ]
            memory["after the windows"] = server.memory()
            standings = store.submissions.standings()
    console.print(window_table(windows), ratio_table(windows), sep="\n")
    for one in standings:
        console.print(f"the submission: {one.state}, {one.event.words}")
    console.print(f"memory, MB: {', '.join(f'{amount / MEGABYTE:.0f} {when}' for when, amount in memory.items())}")


class Crowd:
    """Visitors who come again and again, and think meanwhile."""

    def __init__(self, clients: Sequence[httpx.AsyncClient], site: Site, pause: float) -> None:
        self._clients = clients
        self._site = site
        self._pause = pause
        self._chance = random.Random(3)

    async def visit(self, tally: Tally, seconds: float) -> None:
        """Begin visits for so long, and come back when the last has ended."""
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._come(client, tally, end) for client in self._clients))

    async def _come(self, client: httpx.AsyncClient, tally: Tally, end: float) -> None:
        while time.monotonic() + (pause := self._chance.expovariate(1 / self._pause)) < end:
            await asyncio.sleep(pause)
            await visit(client, self._site, tally, self._chance)


async def window(kind: str, others: Processes | None, crowd: Crowd, server: Server, store: Store, seconds: float) -> Window:
    """Visits, while those others go on."""
    pid = server.process.pid
    assert pid
    tally, known, before = Tally(), readings(store), cpu_seconds(pid)
    if others:
        others.go_on()
    try:
        await crowd.visit(tally, seconds)
    finally:
        if others:
            others.stop()
    taken = cpu_seconds(pid) - before
    return Window(kind, tally, server.resident(), readings(store) - known, taken)


async def until_answered(store: Store, name: str) -> None:
    """Wait until the first answers of a submission are stored."""
    end = time.monotonic() + PATIENCE
    while not readings(store):
        standing = store.submissions.get(name)
        if standing is None or standing.state in ENDED or time.monotonic() > end:
            raise RuntimeError(f"the submission was not evaluated: {standing.event.words if standing else 'is gone'}")
        await asyncio.sleep(1)


def readings(store: Store) -> int:
    """Answers of evaluations that are stored."""
    return sum(one.readings for one in store.evaluations.evaluated())


def worker_of(server: Server) -> psutil.Process:
    """The worker that a server has started beside itself."""
    (found,) = [one for one in psutil.Process(server.process.pid).children() if "worker" in one.cmdline()]
    return found


def ask_for_ever(model: str) -> None:
    """What the process does that only takes the processor, as those of the worker take it."""
    os.setsid()
    serve_others_first()
    report = check_repository(model)
    asked = load(report, contestant_of(report))
    probes = [probe for pair in starter_pairs() for task in TASKS.values() for probe in task.probes(pair)]
    while True:
        for first in range(0, len(probes), 128):
            asked.answer(probes[first : first + 128])


def window_table(windows: Sequence[Window]) -> Table:
    """A line a window, in their order."""
    times = (f"{action}, p50/p95 ms" for action in ACTIONS)
    table = Table("window", *times, "visits", "errors", "server CPU ms a visit", "answers", "server MB", box=None)
    for one in windows:
        visits = len(one.tally.battles)
        shares = [percentiles(one.tally.seconds[action]) for action in ACTIONS]
        cells = [f"{1000 * middle:.0f}/{1000 * late:.0f}" for middle, late in shares]
        counts = visits, one.tally.errors.total(), round(1000 * one.seconds / max(1, visits)), one.answers
        table.add_row(one.kind, *cells, *map(str, counts), f"{one.memory / MEGABYTE:.0f}")
    return table


def ratio_table(windows: Sequence[Window]) -> Table:
    """A line a kind and an action."""
    table = Table("window", "action", "visits", "p50 ms", "p95 ms", "ratio of p50", "ratio of p95", "in rounds", box=None)
    for kind in [one for one in KINDS if any(window.kind == one for window in windows)]:
        for action in ACTIONS:
            mine, alone = (seconds_of(windows, name, action) for name in (kind, ALONE))
            (middle, late), (first, last) = percentiles(flat(mine)), percentiles(flat(alone))
            rounds = [percentiles(one)[1] / percentiles(other)[1] for one, other in zip(mine, alone, strict=False)]
            scatter = " ".join(f"{one:.2f}" for one in rounds)
            cells = f"{1000 * middle:.0f}", f"{1000 * late:.0f}", f"{middle / first:.2f}", f"{late / last:.2f}"
            table.add_row(kind, action, str(len(flat(mine))), *cells, scatter)
    return table


def seconds_of(windows: Sequence[Window], kind: str, action: str) -> list[list[float]]:
    """How long an action took in each window of a kind."""
    return [one.tally.seconds[action] for one in windows if one.kind == kind]


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The middle one and the 95th percentile; no numbers where there are none."""
    middle, late = np.percentile(seconds, (50, 95)) if seconds else (np.nan, np.nan)
    return float(middle), float(late)


def flat(parts: Sequence[Sequence[float]]) -> list[float]:
    """All in one list."""
    return list(itertools.chain.from_iterable(parts))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever is stopped goes on, and ends
    main()
