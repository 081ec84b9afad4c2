"""How many questions a second are answered by threads of one process, and by one, two or more worker processes.

    python benchmarks/evaluation_workers.py [MODEL ...] [--limit PAIRS] [--workers 1 2] [--repeats 1]

MODEL is the name of a starter model; all by default, on the starter suite. Each evaluation is into a new home, loads its models
and commits every answer; what it takes to begin workers counts. Where threads are measured, libraries are imported already, as
they are when `arena evaluate` has looked at its models. The order of the ways changes from repeat to repeat.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from arena.evaluation.entrants import EVERYBODY, Entrant, entrants
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.local_workers import LocalWorkers
from arena.models import memory_budget
from arena.settings import from_environment
from arena.store import Store
from arena.suites import SUITES
from arena.suites.suite import Loaded

THREADS = 0
"""Workers of an evaluation without any."""


def measured(models: Sequence[Entrant], loaded: Loaded, limit: int | None, workers: int) -> tuple[int, float, float]:
    """Questions answered, seconds on the wall, and seconds of processor of all processes.

    Raises:
        SystemExit: a model could not be evaluated.
    """
    options = Options(limit, memory_bytes=memory_budget(None))
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        began, processor = time.perf_counter(), sum(os.times()[:4])
        engine = LocalWorkers(workers, Path(home), options.memory_bytes) if workers else None
        done = evaluate(store, models, [(SUITES["starter"], loaded)], options, workers=engine)
        seconds, processor = time.perf_counter() - began, sum(os.times()[:4]) - processor
    if failures := [f"{one.contestant.name}: {one.failure}" for one in done if one.failure]:
        raise SystemExit("\n".join(failures))
    return sum(one.count.asked for one in done), seconds, processor


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate in every way, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=[EVERYBODY])
    parser.add_argument("--limit", type=int, help="pairs (default: all)")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="(default: 1 2)")
    parser.add_argument("--repeats", type=int, default=1, help="(default: %(default)s)")
    options = parser.parse_args(arguments)
    loaded = SUITES["starter"].load(None)
    table = Table("asked by", "questions", "seconds", "questions/s", "seconds of processor", box=None)
    ways = [THREADS, *options.workers]
    with tempfile.TemporaryDirectory() as home:
        models, _ = entrants(options.models, from_environment({"ARENA_HOME": home}))
        for repeat in range(options.repeats):
            for workers in ways[repeat % len(ways) :] + ways[: repeat % len(ways)]:
                asked, seconds, processor = measured(models, loaded, options.limit, workers)
                name = f"--workers {workers}" if workers else "threads"
                table.add_row(name, f"{asked}", f"{seconds:.1f}", f"{asked / seconds:.0f}", f"{processor:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
