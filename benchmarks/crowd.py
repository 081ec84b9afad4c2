"""A crowd at a real server, with abusers among it and without them; then many battles, and what each leaves behind.

    python benchmarks/crowd.py [MODEL ...] [--only abuse growth] [--seconds 60] [--runs 3] [--battles 2000]

MODEL is a folder or a Hub name; the starter models by default. Everything stays on this machine (Linux: visitors come from
127.0.1.1 to 127.0.1.100, abusers from 127.0.2.1 to 127.0.2.5). It exits with 1 where a bound is broken.

`abuse`: how many visits a second the server can take is measured first. Visitors then come at random moments, half as many as
that, whether those before them are served or not; a visit is the page, a battle by the queue as the page plays it, a vote, and
now and then a board. Runs alternate, without abusers and with them; both runs of a couple have the same moments. Each abuser
has a way of its own: battles that it never comes for, streams that it does not read, slow uploads, bodies of 30 MB, reconnects.
Abusers may play what the server's shares let one client play, each.
`growth`: so many visitors play one battle after the other. What a battle leaves behind is told for both halves, and bounded for
the second: in the first, models fill what they keep of pictures, up to 64 MiB each.
Memory is what the server's process has for itself, after garbage was collected and free pages were given back.
"""

import argparse
import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from subprocess import PIPE

import crowd_abusers
import httpx
import numpy as np
from crowd_abusers import ABUSERS
from crowd_server import Server, serving
from crowd_visitors import ACTIONS, Site, Tally, client_at, visit
from rich.console import Console
from rich.table import Table

from arena.settings import from_environment
from arena.ui.shares import BATTLES, Share, shares_of

VISITORS = [f"127.0.1.{number}" for number in range(1, 101)]
MEGABYTE = 2**20
KILOBYTE = 1000


@dataclass(frozen=True)
class Run:
    """A time in which a crowd came."""

    abused: bool
    tally: Tally
    stored: frozenset[str]
    """Battles that the server stored since the run began, until the pause after it ended."""
    answers: Counter[int] = field(default_factory=Counter)
    """Status -> how often abusers were answered so."""

    @property
    def stolen(self) -> int:
        """Battles that no visitor saw: those of abusers."""
        return len(self.stored - set(self.tally.battles))

    def p95(self, action: str) -> float:
        """Seconds."""
        return percentile(self.tally.seconds[action], 95)


@dataclass(frozen=True)
class Setup:
    """A server that is warm, and those who visit it."""

    server: Server
    site: Site
    clients: Iterator[httpx.AsyncClient]
    """In turn, over and over: whoever has just visited comes again last, and has its whole share by then."""
    options: argparse.Namespace

    async def closed_loop(self, tally: Tally, visits: int) -> float:
        """Let a few visitors be there at any time, until there were so many; visits a second."""
        queue, chance = iter(list(itertools.islice(self.clients, visits))), random.Random(5)

        async def one_after_the_other() -> None:
            for client in queue:
                await visit(client, self.site, tally, chance)

        began = time.perf_counter()
        await asyncio.gather(*(one_after_the_other() for _ in range(self.options.at_once)))
        return visits / (time.perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, and exit with 1 where a bound is broken."""
    broken = asyncio.run(measure(_parser().parse_args(arguments)))
    if broken:
        sys.exit("\n".join(broken))


async def measure(options: argparse.Namespace) -> list[str]:
    """Start a server, warm it up, and do what is asked. Gives the bounds that are broken, a line each."""
    with serving(options.models) as server:
        site, warm_up = Site.of(server.url), Tally()
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(client_at(address, site.url)) for address in VISITORS]
            setup = Setup(server, site, itertools.cycle(clients), options)
            await setup.closed_loop(warm_up, options.warm_up)
            broken = too_many(warm_up.errors)
            for mode in options.only:
                broken += await MODES[mode](setup, Console())
            return broken


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("models", nargs="*", metavar="MODEL")
    add("--only", nargs="+", choices=MODES, default=list(MODES), help="default: both")
    add("--capacity", type=int, default=100, help="visits that measure it (default: %(default)s)")
    add("--warm-up", type=int, default=300, help="visits that fill the caches first (default: %(default)s)")
    add("--at-once", type=int, default=20, help="visitors but in the runs of `abuse` (default: %(default)s)")
    add("--seconds", type=float, default=60, help="of each run (default: %(default)s)")
    add("--runs", type=int, default=3, help="couples of runs (default: %(default)s)")
    add("--rate", type=float, help="visits a second (default: half the capacity, which is measured)")
    add("--pace", type=float, default=20, help="requests a second of each abuser (default: %(default)s)")
    add("--pause", type=float, default=20, help="seconds after each run, until what is left over ends (default: %(default)s)")
    add("--rest", type=float, default=60, help="seconds before the last look at the memory (default: %(default)s)")
    add("--battles", type=int, default=2000, help="of `growth` (default: %(default)s)")
    add("--most-ratio", type=float, default=1.6, help="of the 95th percentiles with and without (default: %(default)s)")
    add("--most-growth", type=float, default=150, help="megabytes of memory after everything (default: %(default)s)")
    add("--most-memory", type=float, default=20, help="kilobytes of memory a battle (default: %(default)s)")
    return parser


async def abuse(setup: Setup, console: Console) -> list[str]:
    """Alternate runs with and without abusers. Gives the bounds that are broken, a line each."""
    options, tally = setup.options, Tally()
    capacity = await setup.closed_loop(tally, options.capacity)
    rate = options.rate or capacity / 2
    await asyncio.sleep(options.pause)
    memory = [setup.server.memory()]
    runs = [
        await crowd(setup, arrivals(rate, options.seconds, couple), abused)
        for couple in range(options.runs)
        for abused in ((False, True) if couple % 2 == 0 else (True, False))
    ]
    memory.append(setup.server.memory())
    await asyncio.sleep(options.rest)
    memory.append(setup.server.memory())
    ratios = {action: ratio(runs, action) for action in ACTIONS if all(run.tally.seconds[action] for run in runs)}
    console.print(f"capacity {capacity:.2f} visits a second; visitors come at {rate:.2f}")
    console.print(latency_table(runs, ratios), run_table(runs), memory_table(memory), sep="\n")
    share = len(ABUSERS) * battles_of_client(shares_of(from_environment())[BATTLES], options.seconds)
    return [
        *too_many(sum((run.tally.errors for run in runs), start=tally.errors)),
        *(line for action, one in ratios.items() for line in too_much(f"{action}: ratio of p95", one, options.most_ratio)),
        *(line for run in runs if run.abused for line in too_much("battles of abusers", run.stolen, share)),
        *too_much("memory after a rest, MB more", (memory[-1] - memory[0]) / MEGABYTE, options.most_growth),
    ]


async def growth(setup: Setup, console: Console) -> list[str]:
    """Many battles, one after the other, by clients apart. Gives the bounds that are broken, a line each."""
    options, server, tally = setup.options, setup.server, Tally()
    table = Table("battles", "a second", "memory, kB a battle", "files a battle", "database, kB a battle", box=None)
    half, memory = options.battles // 2, float("nan")
    await asyncio.sleep(options.pause)
    before = server.memory(), server.files(), server.database_bytes()
    for _ in range(2):
        rate = await setup.closed_loop(tally, half)
        await asyncio.sleep(options.pause)
        after = server.memory(), server.files(), server.database_bytes()
        memory, files, database = ((late - early) / half for early, late in zip(before, after, strict=True))
        cells = f"{rate:.2f}", f"{memory / KILOBYTE:.1f}", f"{files:.3f}", f"{database / KILOBYTE:.1f}"
        table.add_row(str(len(tally.battles)), *cells)
        before = after
    console.print(table)
    return [*too_many(tally.errors), *too_much("memory, kB a battle", memory / KILOBYTE, options.most_memory)]


MODES = {"abuse": abuse, "growth": growth}


async def crowd(setup: Setup, moments: Sequence[float], abused: bool) -> Run:
    """Let visitors come at these moments, perhaps among abusers, and wait until all that they began has ended."""
    server, options, tally, chance = setup.server, setup.options, Tally(), random.Random(7)
    before = server.battles()
    async with abusers(setup) if abused else nullcontext(Counter[int]()) as answers, asyncio.TaskGroup() as visits:
        began = time.perf_counter()
        for moment, client in zip(moments, setup.clients, strict=False):
            await asyncio.sleep(began + moment - time.perf_counter())
            visits.create_task(visit(client, setup.site, tally, chance))
        await asyncio.sleep(began + options.seconds - time.perf_counter())
    await asyncio.sleep(options.pause)
    return Run(abused, tally, frozenset(server.battles() - before), answers)


@asynccontextmanager
async def abusers(setup: Setup) -> AsyncIterator[Counter[int]]:
    """Abuse the server until the block ends; by then, how often it answered with each status."""
    command = [sys.executable, crowd_abusers.__file__, setup.site.url, str(setup.options.pace)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert process.stdout
    await process.stdout.readline()
    answers = Counter[int]()
    try:
        yield answers
    finally:
        output, _ = await process.communicate(b"")
    if process.returncode:
        raise RuntimeError("abusers ended early; the lines above say why")
    answers.update({int(status): count for status, count in json.loads(output).items()})


def arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Moments of a Poisson process, in seconds after its begin."""
    return list(itertools.takewhile(lambda moment: moment < seconds, _poisson(rate, random.Random(seed))))


def _poisson(rate: float, chance: random.Random) -> Iterator[float]:
    return itertools.accumulate(chance.expovariate(rate) for _ in itertools.count())


def battles_of_client(share: Share, seconds: float) -> float:
    """How many battles the server lets one client play in so many seconds, when it has rested before."""
    return share.burst + share.per_minute * seconds / 60


def percentile(values: Sequence[float], share: float) -> float:
    """Interpolated between values; not a number where there are none."""
    return float(np.percentile(values, share)) if values else float("nan")


def ratio(runs: Sequence[Run], action: str) -> float:
    """Median over the couples of runs: the 95th percentile with abusers over that without."""
    without, among = ([run.p95(action) for run in runs if run.abused is abused] for abused in (False, True))
    return statistics.median(late / early for early, late in zip(without, among, strict=True))


def latency_table(runs: Sequence[Run], ratios: Mapping[str, float]) -> Table:
    """A line an action: medians over the runs."""
    table = Table("action", "p50 ms", "p95 ms", "p50 among abusers", "p95 among abusers", "ratio of p95", box=None)
    for action, times in ratios.items():
        cells = [
            statistics.median(percentile(run.tally.seconds[action], share) for run in runs if run.abused is abused)
            for abused in (False, True)
            for share in (50, 95)
        ]
        table.add_row(action, *(f"{1000 * cell:.0f}" for cell in cells), f"{times:.2f}")
    return table


def run_table(runs: Sequence[Run]) -> Table:
    """A line a run."""
    names = "abusers", "visits", "errors", "battles of visitors", "battles of abusers", "their part", "answers to abusers"
    table = Table(*names, box=None)
    for run in runs:
        visits, errors = len(run.tally.seconds["page"]), run.tally.errors.total()
        part = run.stolen / len(run.stored) if run.stored else 0
        counts = visits, errors, len(run.tally.battles), run.stolen
        answers = ", ".join(f"{count} x {status}" for status, count in run.answers.most_common())
        table.add_row("yes" if run.abused else "no", *map(str, counts), f"{100 * part:.0f} %", answers)
    return table


def memory_table(memory: Sequence[int]) -> Table:
    """The server's, in the order in which it was looked at."""
    table = Table("memory after warm-up, MB", "at the end", "after a rest", box=None)
    table.add_row(*(f"{amount / MEGABYTE:.0f}" for amount in memory))
    return table


def too_much(name: str, amount: float, most: float) -> list[str]:
    """The line about a bound that is broken, if it is."""
    return [] if amount <= most else [f"{name}: {amount:.2f}, and {most:g} is the most"]


def too_many(errors: Counter[str]) -> list[str]:
    """The lines about visitors who met errors: the most frequent ones."""
    return [f"errors of visitors: {count} x {line}" for line, count in errors.most_common(5)]


if __name__ == "__main__":
    main()
