"""How long a battle takes, step by step, and how many more are played when twenty visitors come at once.

    python benchmarks/battle_latency.py [MODEL ...] [--battles 100] [--visitors 20]

MODEL is a folder or a Hub name; the starter models by default. Nothing is cached: each phase has a new home and freshly loaded
models, and no contestant sees a pair twice. Each battle is opened, played to its end, committed, and judged.
"""

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from arena.battles import Arena, BattleFilter
from arena.battles.pair_choice import Chosen
from arena.battles.playing import probes_of
from arena.battles.scoring import ELO_RULE
from arena.generators.scenes import FAMILIES, draw_pair
from arena.models import ModelPool
from arena.pairs import MinimalPair
from arena.roster import CALIBRATION_SEEDS, gather, register
from arena.settings import Settings
from arena.store import Store
from arena.suites.starter import starter_pairs


class Stopwatch:
    """Seconds spent in named steps, over all threads."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, timed."""

        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                with self._lock:
                    self.seconds[step].append(time.perf_counter() - start)

        return timed


@contextmanager
def fresh_arena(models: Sequence[str], stopwatch: Stopwatch, battles: int) -> Iterator[Arena]:
    """An arena with a pair for each battle that has played nothing, all models loaded, no picture or reply in any cache."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder), ELO_RULE) as store,
        closing(ModelPool(2**33)) as pool,
    ):
        roster = gather(Settings(home=Path(folder), models=tuple(models), starter_models=not models))
        pairs = starter_pairs()
        random.Random(0).shuffle(pairs)
        del pairs[battles:]
        store.add_pairs(pairs)
        contestants = register(roster, pool)
        store.add_contestants(contestants.values())
        pool.warm(timeout=None)
        warm_up(pool, contestants)
        pool.ask = stopwatch.around("models answer", pool.ask)
        store.add_battle = stopwatch.around("commit", store.add_battle)
        store.replies = stopwatch.around("look up replies", store.replies)
        with closing(Arena(store, pool, contestants, pairs, seed=0)) as arena:
            deal(arena, pairs)
            yield arena


def warm_up(pool: ModelPool, contestants: Collection[str]) -> None:
    """The first forward pass of a model allocates; a pair that no battle shows takes it."""
    pair = draw_pair(next(iter(FAMILIES)), CALIBRATION_SEEDS[0], source="calibration")
    probes = [probe for asked in probes_of(pair).values() for probe in asked]
    for contestant in contestants:
        pool.ask(contestant, probes)


def deal(arena: Arena, pairs: Sequence[MinimalPair]) -> None:
    """Each battle gets the next pair, so that no contestant sees one twice."""
    lock, left = threading.Lock(), iter(pairs)

    def choose(filters: BattleFilter, repositories: Collection[str]) -> Chosen:  # noqa: ARG001 - as the arena calls it
        with lock:
            return Chosen(next(left))

    arena._choice.choose = choose  # noqa: SLF001 - the benchmark deals the pairs


def play(arena: Arena) -> float:
    """Seconds of one battle, from the click to the names."""
    start = time.perf_counter()
    battle_id = arena.open_battle().battle_id
    for _ in arena.play(battle_id):
        pass
    arena.vote(battle_id, "visitor", "skip")
    return time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--battles", type=int, default=100, help="in each phase, at most 240 (default: %(default)s)")
    parser.add_argument("--visitors", type=int, default=20, help="at once in the second phase (default: %(default)s)")
    options = parser.parse_args(arguments)

    alone = Stopwatch()
    with fresh_arena(options.models, alone, options.battles) as arena:
        began = time.perf_counter()
        latencies = [play(arena) for _ in range(options.battles)]
        alone_rate = options.battles / (time.perf_counter() - began)
        print_steps(latencies, alone)

    whole = fresh_arena(options.models, Stopwatch(), options.battles)
    with whole as arena, ThreadPoolExecutor(options.visitors) as visitors:
        began = time.perf_counter()
        together = list(visitors.map(lambda _: play(arena), range(options.battles)))
        together_rate = options.battles / (time.perf_counter() - began)
        stored = arena.store.settled()

    table = Table("visitors", "battles/s", "median s", "95 % s", "ratio", box=None)
    for count, rate, seconds in ((1, alone_rate, latencies), (options.visitors, together_rate, together)):
        middle, slow = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        table.add_row(str(count), f"{rate:.2f}", f"{middle:.3f}", f"{slow:.3f}", f"{rate / alone_rate:.2f}x")
    console = Console()
    console.print(table)
    console.print(f"{stored} of {options.battles} battles stored by {options.visitors} visitors", highlight=False)


def print_steps(latencies: list[float], stopwatch: Stopwatch) -> None:
    """The median battle and what share of all battles each step took. Seats and tasks wait for models side by side."""
    total = sum(latencies)
    table = Table("step", "ms a battle", "share", box=None)
    table.add_row("whole battle (median)", f"{1000 * statistics.median(latencies):.0f}", "")
    for step, seconds in stopwatch.seconds.items():
        # The questions of a battle wait together: their longest wait is what the battle waits.
        share = longest_waits(seconds, len(latencies)) if step == "models answer" else sum(seconds)
        table.add_row(step, f"{1000 * share / len(latencies):.1f}", f"{share / total:.0%}")
    Console().print(table)


def longest_waits(seconds: list[float], battles: int) -> float:
    """Sum over battles of the longest of its simultaneous waits."""
    size = len(seconds) / battles
    return sum(max(seconds[round(n * size) : round((n + 1) * size)], default=0.0) for n in range(battles))


if __name__ == "__main__":
    main()
