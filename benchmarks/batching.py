"""What batching gains: probes a second of one visitor and of twenty, each asking all probes of one fresh pair after another.

    python benchmarks/batching.py [MODEL ...] [--visitors 1 20] [--seconds 10] [--workers 1 2]

MODEL is a folder or a Hub name; by default all starter models, one row each and one row for all together, where a visitor asks
two of them about a pair, as a battle does. No image is seen twice. `vs one` is the throughput divided by that of one visitor.
"""

import argparse
import itertools
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from arena.generators.scenes import FAMILIES, draw_pair
from arena.models import ModelPool, check_repository, contestant_of, load
from arena.models.base import Model
from arena.probes import Probe
from arena.tasks import TASKS

STARTERS = Path(__file__).parents[1] / "starter" / "models"
FIRST_SEED = 700_000


@dataclass(frozen=True)
class Line:
    """How fast a crowd of visitors was answered."""

    visitors: int
    probes_per_second: float
    median_seconds: float
    errors: int


class Pairs:
    """Fresh pairs drawn ahead of time, so that drawing does not count, and never twice, so that no model has seen them."""

    seeds = itertools.count(FIRST_SEED)

    def __init__(self, count: int) -> None:
        families = itertools.cycle(FAMILIES)
        pairs = [draw_pair(next(families), seed) for seed in itertools.islice(self.seeds, count)]
        self._asked = [[probe for task in TASKS.values() for probe in task.probes(pair)] for pair in pairs]
        self._lock = threading.Lock()
        self._next: Iterator[list[Probe]] = iter(self._asked)

    def take(self) -> list[Probe] | None:
        """The probes of a pair that nobody was asked about yet; None when there is none left."""
        with self._lock:
            return next(self._next, None)


def measure(models: Sequence[Model], visitors: int, workers: int, seconds: float, pairs: Pairs) -> Line:
    """Let `visitors` ask for `seconds`, or until the pairs run out, each about one pair at a time, two models if there are."""
    pool = ModelPool(2**40, workers=workers)
    for model in models:
        pool.register(model.contestant, model.memory_bytes, lambda model=model: model)
    pool.warm(timeout=None)
    turns = itertools.cycle(itertools.combinations([model.contestant.id for model in models], min(2, len(models))))
    latencies: list[float] = []
    errors: list[str] = []
    answered = itertools.count()
    end = time.monotonic() + seconds

    def visit() -> None:
        while time.monotonic() < end and (probes := pairs.take()):
            start = time.monotonic()
            for identifier in next(turns):
                replies = pool.ask(identifier, probes)
                errors.extend(reply.error for reply in replies if reply.error)
                for _ in replies:
                    next(answered)
            latencies.append(time.monotonic() - start)

    start = time.monotonic()
    with ThreadPoolExecutor(visitors) as crowd:
        for visit_done in [crowd.submit(visit) for _ in range(visitors)]:
            visit_done.result()
    took = time.monotonic() - start
    pool.close()
    return Line(visitors, next(answered) / took, statistics.median(latencies), len(errors))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=sorted(str(path.parent) for path in STARTERS.glob("*/*/config.json")))
    parser.add_argument("--visitors", nargs="+", type=int, default=[1, 20])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--workers", nargs="+", type=int, default=[2])
    parser.add_argument("--pairs", type=int, default=400, help="fresh pairs to draw for each measurement")
    options = parser.parse_args(arguments)
    reports = [check_repository(reference) for reference in options.models]
    models = [load(report, contestant_of(report, threshold=0.0, calibration="none")) for report in reports]
    crowds = [[model] for model in models] + ([models] if len(models) > 1 else [])
    print(f"{'models':32} {'workers':>7} {'visitors':>8} {'probes/s':>9} {'vs one':>7} {'median ms':>9} {'errors':>6}")
    runs: list[tuple[list[Model], int]] = [(crowd, workers) for crowd in crowds for workers in options.workers]
    for crowd, workers in runs:
        name = crowd[0].contestant.name if len(crowd) == 1 else f"battles of all {len(crowd)}"
        alone = None
        for visitors in options.visitors:
            line = measure(crowd, visitors, workers, options.seconds, Pairs(options.pairs))
            alone = alone or line.probes_per_second
            ratio = line.probes_per_second / alone
            times = f"{line.probes_per_second:9.0f} {ratio:7.2f} {line.median_seconds * 1000:9.0f}"
            print(f"{name:32} {workers:7} {visitors:8} {times} {line.errors:6}", flush=True)


if __name__ == "__main__":
    main()
