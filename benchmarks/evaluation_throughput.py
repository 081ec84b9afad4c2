"""How fast the starter models are evaluated on the starter suite, where the time goes, and what asking naively would take.

    python benchmarks/evaluation_throughput.py [MODEL ...] [--limit PAIRS] [--naive 60] [--clock processor]

MODEL is the name of a starter model; all by default. All tasks, both orders, into a new home: nothing is cached, models are
loaded, and every answer is committed. Then each model that writes is asked some of the same probes again as one would by hand:
the stock processor and `generate`, one probe at a time, on as many threads as it had before. `times` is how many times as many
probes a second the evaluation answers. On a machine that does other things meanwhile, the processor time of the threads that
ask tells more than the clock on the wall.
"""

import argparse
import random
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from naive import NaiveModel
from rich.console import Console
from rich.table import Table

from arena.evaluation.entrants import EVERYBODY, Entrant, entrants
from arena.evaluation.evaluate import Evaluation, Options, evaluate
from arena.models import generative, this_machine
from arena.models.contrastive import ContrastiveModel
from arena.models.runtime import cores
from arena.models.shared_prefixes import SharedPrefixes
from arena.models.shared_vision import SharedVision
from arena.models.vision import Vision
from arena.probes import Probe
from arena.roster import STARTER_MODELS, gather
from arena.settings import from_environment
from arena.store import Store
from arena.store.evaluations import Evaluations
from arena.suites import SUITES
from arena.suites.suite import Loaded

Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "processor": time.thread_time}
STEPS: tuple[tuple[str, Any, str], ...] = (
    ("vision", Vision, "encode"),
    ("prefill", SharedVision, "read"),
    ("prefill", SharedPrefixes, "read"),
    ("writing", generative, "write"),
    ("images and captions (CLIP)", ContrastiveModel, "answer"),
    ("reading and committing", Evaluations, "add"),
)
"""A step, and a function that is timed for it. All calls are one after the other within a thread, none inside another."""


class Stopwatch:
    """Seconds spent in named steps by each thread."""

    def __init__(self, clock: Clock) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._clock = clock
        self._lock = threading.Lock()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time the steps within the block."""
        with ExitStack() as patches:
            for step, place, name in STEPS:
                patches.enter_context(patch.object(place, name, self._around(step, getattr(place, name))))
            yield

    def _around(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            start = self._clock()
            try:
                return function(*arguments, **named)
            finally:
                with self._lock:
                    self.seconds[step] += self._clock() - start

        return timed


class Pace:
    """When each model began and ended."""

    def __init__(self, clock: Clock) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self._clock = clock

    def __call__(self, evaluation: Evaluation) -> None:
        self.times[evaluation.contestant.name].append(self._clock())

    def seconds(self, name: str) -> float:
        """From the moment it was its turn, its loading included, to its last commit."""
        return self.times[name][-1] - self.times[name][0]


def naive_rate(folder: Path, probes: Sequence[Probe], clock: Clock) -> float:
    """Probes a second of a model that is asked one probe at a time, through its stock processor and `generate`."""
    model = NaiveModel(folder)
    model.ask(probes[0])  # the first pass allocates
    began = clock()
    for probe in probes:
        model.ask(probe)
    return len(probes) / (clock() - began)


def evaluated(
    home: Path, models: Sequence[Entrant], loaded: Loaded, limit: int | None, clock: Clock
) -> tuple[list[Evaluation], Pace, Stopwatch, float]:
    """Evaluate in a new home. Gives what was done, when, the steps, and the seconds of all of it on the wall.

    Raises:
        SystemExit: a model could not be evaluated.
    """
    pace, stopwatch = Pace(clock), Stopwatch(clock)
    began = time.perf_counter()
    with Store.open(home) as store, stopwatch.watching():
        done = evaluate(store, models, [(SUITES["starter"], loaded)], Options(limit), watch=pace)
    seconds = time.perf_counter() - began
    if failures := [f"{one.contestant.name}: {one.failure}" for one in done if one.failure]:
        raise SystemExit("\n".join(failures))
    return done, pace, stopwatch, seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate, ask naively, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=[EVERYBODY])
    parser.add_argument("--limit", type=int, help="pairs (default: all)")
    parser.add_argument("--naive", type=int, default=60, help="probes to ask naively (default: %(default)s)")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="by which rates and shares are told (default: wall)")
    options = parser.parse_args(arguments)
    clock = CLOCKS[options.clock]
    loaded = SUITES["starter"].load(None)
    with tempfile.TemporaryDirectory() as home:
        settings = from_environment({"ARENA_HOME": home})
        models, _ = entrants(options.models, settings)
        entries = gather(settings).entries
        cpu = time.process_time()
        done, pace, stopwatch, seconds = evaluated(settings.home, models, loaded, options.limit, clock)
        cpu = time.process_time() - cpu
    folders = {
        entry.contestant.name: STARTER_MODELS / entry.contestant.repository for entry in entries if entry.kind == "generative"
    }
    probes = random.Random(0).sample([question.probe for question in loaded.questions], options.naive)
    torch.set_num_threads(max(1, cores() // this_machine().workers()))
    names = [one.contestant.name for one in done if one.contestant.name in folders]
    naive = {name: naive_rate(folders[name], probes, clock) for name in names}
    console = Console(width=120)
    console.print(models_table(done, pace, naive))
    console.print(steps_table(stopwatch, sum(pace.seconds(one.contestant.name) for one in done)))
    pairs = options.limit or len({question.item for question in loaded.questions})
    asked = sum(one.count.asked for one in done)
    console.print(
        f"{asked} probes, {len(done)} models x {pairs} pairs in {seconds:.0f} s: "
        f"{len(done) * pairs / seconds:.1f} pairs/s, {asked / seconds:.0f} probes/s, {cpu:.0f} s of processor time, "
        f"{sum(one.count.errors for one in done)} errors",
        highlight=False,
    )


def models_table(done: Sequence[Evaluation], pace: Pace, naive: dict[str, float]) -> Table:
    """Each model's rates."""
    table = Table("model", "seconds", "probes/s", "naively/s", "times", box=None)
    for one in sorted(done, key=lambda one: one.contestant.repository):
        seconds = pace.seconds(one.contestant.name)
        rate, by_hand = one.count.asked / seconds, naive.get(one.contestant.name)
        compared = ("", "") if by_hand is None else (f"{by_hand:.1f}", f"{rate / by_hand:.1f}x")
        table.add_row(one.contestant.name, f"{seconds:.1f}", f"{rate:.0f}", *compared)
    return table


def steps_table(stopwatch: Stopwatch, total: float) -> Table:
    """What share of the models' time each step takes."""
    table = Table("step", "seconds", "share", box=None)
    rest = total - sum(stopwatch.seconds.values())
    for step, seconds in (*stopwatch.seconds.items(), ("loading, preparing, scoring, the rest", rest)):
        table.add_row(step, f"{seconds:.1f}", f"{seconds / total:.0%}")
    return table


if __name__ == "__main__":
    main()
