"""The same model on the same questions by the arena, by lmms-eval and by hand: do the answers agree, and what do they cost?

    python benchmarks/peers.py [--model FOLDER] [--questions N] [--environment FOLDER] [--without-lmms-eval]

All questions of the starter suite to `llava-mini`, in single precision and on one thread. `by hand` is the stock processor and
`generate`, one question at a time. Times are processor time without that of the start, which stands beside them: loading and a
first question of each length of answers, and for lmms-eval, which is a process of its own, its imports too; it is started twice
for that, and the shorter time counts.
An answer differs where its text is not that of `by hand`; `margin` is how much likelier, in nats, the best token was than the
second where the texts part, the largest over all that differ: near 0, rounding decides.
lmms-eval is installed into an environment of its own, which is kept where --environment names a folder.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from lmms_eval_peer import LmmsEval
from naive import NaiveModel
from rich.console import Console
from rich.table import Table

from arena.evaluation.batches import BatchSize, answers
from arena.models import check_repository, contestant_of, load
from arena.probes import Probe
from arena.suites.starter import SUITE

MODEL = Path(__file__).parents[1] / "starter" / "models" / "drawn-world" / "llava-mini"


@dataclass(frozen=True)
class Run:
    """What one engine answered, and its processor time."""

    engine: str
    start: float
    seconds: float
    texts: dict[str, str]
    """Key of a probe -> what the model wrote."""


def first(probes: Sequence[Probe]) -> list[Probe]:
    """One question of each length of answers, as the first pass of a model allocates."""
    return list({probe.max_new_tokens: probe for probe in probes}.values())


def ours(folder: Path, probes: Sequence[Probe]) -> Run:
    """As `arena evaluate` asks: in batches that grow as long as that pays."""
    began = time.process_time()
    report = check_repository(str(folder))
    model = load(report, contestant_of(report))
    model.answer(first(probes))
    begun = time.process_time()
    size, replies = BatchSize(), []
    while len(replies) < len(probes):
        batch = probes[len(replies) : len(replies) + size.probes]
        replies += answers(model, batch, size, time.process_time)
    seconds = time.process_time() - begun
    texts = {probe.key: reply.text or reply.error or "" for probe, reply in zip(probes, replies, strict=True)}
    return Run("ours", begun - began, seconds, texts)


def by_hand(folder: Path, probes: Sequence[Probe]) -> Run:
    """One question at a time."""
    began = time.process_time()
    model = NaiveModel(folder)
    for probe in first(probes):
        model.ask(probe)
    begun = time.process_time()
    texts = {probe.key: model.ask(probe) for probe in probes}
    return Run("by hand", begun - began, time.process_time() - begun, texts)


def lmms_eval(environment: LmmsEval, folder: Path, probes: Sequence[Probe]) -> Run:
    """As lmms-eval asks."""
    start = min(environment.ask(folder, first(probes)).seconds for _ in range(2))
    run = environment.ask(folder, probes)
    return Run("lmms-eval", start, run.seconds - start, run.texts)


def margins(run: Run, reference: Run, model: NaiveModel, probes: Sequence[Probe]) -> list[float]:
    """For each answer that differs, how sure the model was of its own where the two part."""
    return [model.margin(probe, run.texts[probe.key]) for probe in probes if run.texts[probe.key] != reference.texts[probe.key]]


def results_table(runs: Sequence[Run], differences: Sequence[Sequence[float]]) -> Table:
    """One row an engine; ours comes first."""
    columns = ("engine", "questions", "start s", "questions s", "ms a question", "times ours", "differ", "margin")
    table = Table(*columns, box=None)
    for run, margin in zip(runs, differences, strict=True):
        count = len(run.texts)
        times = f"{run.seconds / runs[0].seconds:.1f}x"
        cost = (f"{run.start:.1f}", f"{run.seconds:.1f}", f"{1000 * run.seconds / count:.1f}", times)
        table.add_row(run.engine, str(count), *cost, str(len(margin)), f"{max(margin):.1e}" if margin else "")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask by all engines, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of a LLaVA (default: llava-mini)")
    parser.add_argument("--questions", type=int, help="the first so many (default: all)")
    parser.add_argument("--environment", type=Path, help="of lmms-eval; made where it is missing (default: for this run only)")
    parser.add_argument("--without-lmms-eval", action="store_true", help="leave it out")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    probes = [question.probe for question in SUITE.load(None).questions[: options.questions]]
    engines: list[Callable[[], Run]] = [lambda: ours(options.model, probes), lambda: by_hand(options.model, probes)]
    with tempfile.TemporaryDirectory() as folder:
        if not options.without_lmms_eval:
            environment = LmmsEval(options.environment or Path(folder))
            if not environment.installed:
                environment.install()
            engines.append(lambda: lmms_eval(environment, options.model, probes))
        runs = [engine() for engine in engines]
    model = NaiveModel(options.model)
    Console().print(results_table(runs, [margins(run, runs[1], model, probes) for run in runs]))


if __name__ == "__main__":
    main()
