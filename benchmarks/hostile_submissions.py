"""Hostile submissions at a real server with a worker beside it, a good one among them, while ten visitors play.

    python benchmarks/hostile_submissions.py [--only NAME ...] [--warm-up 180] [--seconds 60] [--visitors 10]

The Hub is that of the tests, on this machine. All submissions are in the queue at once, as if they had been good when they were
checked; the worker finds what they are. The table tells where each ended, why, and how many seconds the worker was at it.
Visits are timed before any submission, and while the worker is at them. Memory is what the server's process has for itself,
before and after without garbage: to collect that takes the server's time, so that it is not done while visits are timed. It
exits with 1 where a bound is broken.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))
import httpx
import numpy as np
import pytest
from crowd_server import Server, serving
from crowd_visitors import Site, Tally, client_at, visit
from hub_server import COMMIT, Hub
from processes import STARTERS
from rich.console import Console
from rich.table import Table
from submitted_models import hostile, serve, submission, submit, worker_settings

from arena.opening import open_store
from arena.store import Store
from arena.store.submission_records import ENDED, SubmissionStanding

VISITORS = [f"127.0.1.{number}" for number in range(1, 21)]
PAUSE = 4.0
"""Seconds, on average, that a visitor thinks between two visits."""
MOST_SECONDS, MOST_RATIO, MOST_MEGABYTES = 120, 1.3, 50
PATIENCE = 3600
GOOD = "team/good"


@dataclass(frozen=True)
class Ended:
    """What became of one submission."""

    name: str
    expected: str
    """What its reason has to name; empty for the good one."""
    state: str
    words: str
    seconds: float
    """That the worker was at it."""

    @property
    def is_as_it_should_be(self) -> bool:
        """Listed if it is good; else failed in time, with a reason that names the file."""
        if not self.expected:
            return self.state == "LISTED"
        return self.state == "FAILED" and self.expected in self.words and self.seconds <= MOST_SECONDS


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and exit with 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=hostile(), metavar="NAME", help="some of the hostile ones")
    parser.add_argument("--seconds", type=float, default=60, help="of visits before the first submission")
    words = "seconds of visits before those: models fill what they keep of pictures (default: %(default)s)"
    parser.add_argument("--warm-up", type=float, default=180, help=words)
    parser.add_argument("--visitors", type=int, default=10, help="at a time, 20 at most (default: %(default)s)")
    options = parser.parse_args(arguments)
    with Hub() as hub, tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        hub.reach(patch, Path(name) / "cache")
        os.environ.update(HF_ENDPOINT=hub.address, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1", HF_HUB_CACHE=f"{name}/cache")
        kinds = {kind: hostile()[kind] for kind in options.only or hostile()}
        for number, (change, _) in enumerate(kinds.values()):
            serve(hub, Path(name) / f"hostile-{number}", f"stranger/model-{number}", change)
        serve(hub, Path(name) / "good", GOOD)
        models = [str(STARTERS / model) for model in ("clip-mini", "clip-small", "llava-mini")]
        with serving(models, {"ARENA_SUBMISSIONS": "here", **os.environ}) as server:
            expected = {kind: words for kind, (_, words) in kinds.items()}
            broken = asyncio.run(measure(server, expected, options.warm_up, options.seconds, options.visitors))
        broken += [f"the Hub refused: {line}" for line in hub.rejected]
    if broken:
        sys.exit("\n".join(broken))


async def measure(server: Server, kinds: dict[str, str], warm_up: float, seconds: float, visitors: int) -> list[str]:
    """Visit, submit, visit until all have ended. Gives the bounds that are broken, a line each."""
    site, console = Site.of(server.url), Console(width=200)
    settings = worker_settings(server.folder / "home")
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client_at(address, site.url)) for address in VISITORS[:visitors]]
        with open_store(settings) as store:
            await visits(clients, site, Tally(), lambda _: time.monotonic() > began + warm_up, began := time.monotonic())
            alone, beside = Tally(), Tally()
            await visits(clients, site, alone, lambda _: time.monotonic() > again + seconds, again := time.monotonic())
            memory = server.memory()
            names = submit_all(store, kinds)
            peak = [memory]

            def is_over(_: object) -> bool:
                peak.append(server.resident())
                return all(one.state in ENDED for one in standings_of(store, names))

            await visits(clients, site, beside, is_over, time.monotonic())
            ended = [told(store, one, names[one.submission.id], kinds) for one in standings_of(store, names)]
            good = next(one for one in standings_of(store, names) if names[one.submission.id] == GOOD)
            plays = await plays_until(clients, site, store, str(good.event.detail.get("contestant")))
            await asyncio.sleep(5)
            after = server.memory()
    print_table(console, ended)
    return bounds(console, ended, (alone, beside), (memory, max(peak), after), plays=plays)


def submit_all(store: Store, kinds: dict[str, str]) -> dict[str, str]:
    """Put all in the queue, the good one in the middle. Gives id -> kind."""
    names, middle = {}, len(kinds) // 2
    for number, kind in enumerate(kinds):
        names[submit(store, submission(f"stranger/model-{number}", COMMIT))] = kind
        if number == middle:
            names[submit(store, submission(GOOD, COMMIT))] = GOOD
    return names


def standings_of(store: Store, names: dict[str, str]) -> list[SubmissionStanding]:
    """Where those stand."""
    return [one for one in store.submissions.standings() if one.submission.id in names]


def told(store: Store, standing: SubmissionStanding, name: str, kinds: dict[str, str]) -> Ended:
    """What became of it."""
    events = store.submissions.events(standing.submission.id)
    begins = next((one.at for one in events if one.state == "CHECKING"), standing.event.at)
    seconds = (standing.event.at - begins).total_seconds()
    return Ended(name, kinds.get(name, ""), standing.state, standing.event.words, seconds)


async def visits(
    clients: Sequence[httpx.AsyncClient], site: Site, tally: Tally, is_over: Callable[[object], bool], began: float
) -> None:
    """Let every visitor come again and again, until it is over."""
    over = asyncio.Event()

    async def come(client: httpx.AsyncClient, chance: random.Random) -> None:
        while not over.is_set():
            await visit(client, site, tally, chance)
            try:
                await asyncio.wait_for(over.wait(), chance.expovariate(1 / PAUSE))
            except TimeoutError:
                continue

    async def look() -> None:
        while not await asyncio.to_thread(is_over, None):
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError("they did not end")
            await asyncio.sleep(2)
        over.set()

    await asyncio.gather(look(), *(come(client, random.Random(number)) for number, client in enumerate(clients)))


async def plays_until(clients: Sequence[httpx.AsyncClient], site: Site, store: Store, contestant: str) -> int:
    """Battles of the good one within a minute."""
    end = time.monotonic() + 60
    over = lambda _: store.battle_counts().get(contestant, 0) > 0 or time.monotonic() > end  # noqa: E731
    await visits(clients, site, Tally(), over, time.monotonic())
    return store.battle_counts().get(contestant, 0)


def print_table(console: Console, ended: Sequence[Ended]) -> None:
    """One row each."""
    table = Table("Submission", "State", "Seconds", "As it should be", "Reason", box=None, pad_edge=False)
    for one in ended:
        table.add_row(one.name, one.state, f"{one.seconds:.1f}", "yes" if one.is_as_it_should_be else "NO", one.words[:150])
    console.print(table, highlight=False, markup=False)


def bounds(
    console: Console, ended: Sequence[Ended], tallies: tuple[Tally, Tally], memory: tuple[int, int, int], *, plays: int
) -> list[str]:
    """Print what visitors and memory did. Gives the bounds that are broken."""
    wrong = [one for one in ended if not one.is_as_it_should_be]
    broken = [f"{one.name}: {one.state} after {one.seconds:.0f} s: {one.words}" for one in wrong]
    for action in [one for one in ("page", "battle", "vote") if all(tally.seconds[one] for tally in tallies)]:
        alone, beside = (float(np.percentile(tally.seconds[action], 95)) for tally in tallies)
        counts = [len(tally.seconds[action]) for tally in tallies]
        console.print(
            f"{action}: p95 {alone:.2f} s alone ({counts[0]}), {beside:.2f} s beside ({counts[1]}): {beside / alone:.2f}"
        )
        if beside > MOST_RATIO * alone:
            broken.append(f"{action}: p95 is {beside / alone:.2f} times as long")
    before, peak, after = (round(value / 2**20) for value in memory)
    console.print(f"memory of the server: {before} MB before, {peak} at most, {after} after")
    console.print(f"errors of visitors: {dict(tallies[1].errors)}")
    console.print(f"battles of the good one: {plays}")
    if after - before > MOST_MEGABYTES:
        broken.append(f"memory: {after - before} MB more")
    return broken + ([] if plays else ["the good one does not play"])


if __name__ == "__main__":
    main()
