"""`arena evaluate`: contestants put to benchmarks, resumably."""

import argparse
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Self

from arena.cli.console import console, duration, positive, say, settings_of, tell
from arena.cli.headlines import print_headlines
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import EvaluationError, RepositoryError
from arena.settings import Settings

if TYPE_CHECKING:
    from rich.progress import TaskID

    from arena.evaluation.entrants import Entrant
    from arena.evaluation.evaluate import Evaluation, Options
    from arena.evaluation.workers import Workers
    from arena.store import Store
    from arena.suites.suite import Loaded, Suite

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena evaluate --model all --suite starter                                  every model of the arena, every task
  arena evaluate --model llava-mini --suite starter --task verification --limit 50
  arena evaluate --model llava-small --strategy none --strategy reminder --strategy examples:1 --suite starter
  arena evaluate --model llava-small+reminder --model blind:llava-small --model always-refuse --suite starter
  arena evaluate --model organisation/model@commit --suite vscbench-image --data ./VSCBench
  arena evaluate --model all --suite degradation --segmenter organisation/segformer    with mIoU on the same images
  arena evaluate --model all --suite starter --workers 4      in four processes, each with its cores or GPUs
  arena evaluate --model all --suite starter --engine ray     in actors of a Ray cluster, that of RAY_ADDRESS
  arena evaluate --model https://host/v1#model --suite starter --estimate        requests, tokens and time; nothing is asked
  arena evaluate --model https://host/v1#model --suite cross --data ./CROSS --judge together:organisation/judge

Every batch is committed with its readings. After Ctrl-C or a crash the same command goes on: no committed question is asked
again, and one that was answered in a battle or in another suite is not asked at all. What failed is. What an endpoint will be
asked for is told before; second turns and the questions of a judge come on top.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "evaluate",
        help="put models to benchmarks",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="MODEL",
        help="a contestant, a folder, organisation/name@commit, mybackend:NAME, an endpoint, blind:MODEL, always-refuse, "
        "always-answer, or all; may be repeated",
    )
    command.add_argument(
        "--strategy",
        action="append",
        default=[],
        metavar="STRATEGY",
        help="ask each model under it (arena strategies lists them; none is one, too); may be repeated",
    )
    command.add_argument("--suite", action="append", required=True, metavar="SUITE", help=f"{SUITE_HELP}; may be repeated")
    command.add_argument("--limit", type=positive, metavar="N", help="N items of each suite, a random sample (default: all)")
    command.add_argument("--task", action="append", default=[], metavar="NAME", help="one task of the suite; may be repeated")
    command.add_argument("--judge", metavar="MODEL", help="who reads the answers that rules cannot, or reads them too")
    command.add_argument(
        "--segmenter", metavar="MODEL", help="a segmentation model whose mIoU on the same street scenes is wanted"
    )
    command.add_argument("--data", metavar="SOURCE", help="folder or Hub dataset with the files of the suite")
    command.add_argument(
        "--max-errors", type=_share, default=0.1, metavar="SHARE", help="of failed questions that ends the run (default: 0.1)"
    )
    command.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="load and ask models in N processes, each with its share of the cores or with its own GPUs (default: in this one)",
    )
    command.add_argument(
        "--engine",
        choices=["ray"],
        help="where the workers are: ray for those of a Ray cluster, that of RAY_ADDRESS or one of this machine "
        "(default: this machine)",
    )
    command.add_argument(
        "--estimate",
        action="store_true",
        help="say how many requests and tokens endpoints would be asked for, and how long that may take, and stop",
    )
    command.set_defaults(run=_evaluate, stopped="stopped; what was answered is kept, and the same command goes on from there")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; give a number from 0 to 1")
    return share


def _evaluate(options: argparse.Namespace) -> int:
    from arena.evaluation.entrants import entrant
    from arena.evaluation.evaluate import Options, evaluate
    from arena.evaluation.results import Results
    from arena.models import memory_budget
    from arena.opening import open_store

    settings = settings_of(options)
    asked = {
        name: getattr(options, name)
        for name in ("model", "strategy", "suite", "limit", "task", "judge", "segmenter", "data", "max_errors")
    }
    wanted = Options(options.limit, tuple(options.task), options.max_errors, memory_budget(settings.memory_gigabytes), asked)
    suites = _suites(options.suite, options.data)
    with open_store(settings) as store, _orderly_stop():
        results = Results(store, {suite.name: suite for suite in suites})
        models, problems = _models(options, settings, suites)
        judge = entrant(options.judge, settings, "--judge") if options.judge else None
        tell(problems)
        if not models:
            return 1
        loaded = _load(suites, options.data)
        _tell_estimates(store, models, loaded, wanted, only=options.estimate)
        if options.estimate:
            return 1 if problems else 0
        with _Bars() as bars:
            workers = _workers(options, settings, [model.memory_bytes for model in models], wanted.memory_bytes)
            done = evaluate(store, models, loaded, wanted, judge=judge, workers=workers, watch=bars.draw)
        _tell_failures(done)
        print_headlines(results, done, options.judge)
    return 1 if problems or any(evaluation.failure for evaluation in done) else 0


def _models(options: argparse.Namespace, settings: Settings, suites: "Sequence[Suite]") -> "tuple[list[Entrant], list[str]]":
    """Who is evaluated, and one line for each that cannot take part."""
    from arena.evaluation.entrants import entrants, segmenter

    models, problems = entrants(options.model, settings, options.strategy)
    if options.segmenter:
        try:
            models.append(segmenter(options.segmenter, suites))
        except RepositoryError as error:
            problems.append(str(error))
    return models, problems


def _workers(options: argparse.Namespace, settings: Settings, sizes: Sequence[int], memory_bytes: float) -> "Workers | None":
    """Who loads and asks models of these sizes; None for this process.

    Raises:
        SettingsError: there is no Ray, or no cluster.
    """
    if options.engine == "ray":
        from arena.evaluation.ray_workers import RayWorkers

        return RayWorkers(options.workers)
    if options.workers:
        from arena.evaluation.local_workers import LocalWorkers, count_within

        return LocalWorkers(count_within(options.workers, sizes, memory_bytes), settings.home, memory_bytes)
    return None


def _suites(names: Sequence[str], data: str | None) -> "list[Suite]":
    """The suites that are meant; `imagefolder` is stored under the name of its source."""
    from arena.suites import folder_suite

    own = folder_suite.suite_name(Path(data)) if data else folder_suite.NAME
    return chosen_suites([own if name == folder_suite.NAME else name for name in names])


def _load(suites: "Sequence[Suite]", data: str | None) -> "list[tuple[Suite, Loaded]]":
    if data and len(suites) > 1:
        raise EvaluationError("--data: holds the files of one suite; evaluate the others with commands of their own")
    found: list[tuple[Suite, Loaded]] = []
    for suite in suites:
        loaded = suite.load(Path(data) if data else None)
        for note in loaded.notes:
            say(f"{suite.name}: {note}")
        found.append((suite, loaded))
    return found


def _tell_estimates(
    store: "Store", models: "Sequence[Entrant]", loaded: "Sequence[tuple[Suite, Loaded]]", wanted: "Options", *, only: bool
) -> None:
    """Say what endpoints will be asked for; where nothing else is wanted, also that it is nothing."""
    from arena.evaluation.estimates import SECONDS_PER_ANSWER, estimates

    told = False
    for one in estimates(store, models, loaded, wanted):
        told = True
        if not one.requests:
            say(f"{one.contestant.reference} on {one.suite}: no request, all is answered")
            continue
        pace = "as fast as before" if one.measured else f"if an answer takes {SECONDS_PER_ANSWER:.0f} seconds"
        say(
            f"{one.contestant.reference} on {one.suite}: {one.requests:,} requests, "
            f"about {one.picture_tokens + one.text_tokens:,} tokens to read ({one.picture_tokens:,} of pictures) "
            f"and at most {one.written_tokens:,} to write; {duration(one.seconds)} {pace}"
        )
    if only and not told:
        say("no endpoint is asked, and a model that runs here costs nothing but time")


def _tell_failures(done: "Sequence[Evaluation]") -> None:
    """Say what failed, and whom it left out."""
    for evaluation in done:
        name = f"{evaluation.contestant.reference} on {evaluation.suite}"
        if evaluation.failure:
            say(f"left out: {name}: {evaluation.failure.removeprefix(f'{evaluation.contestant.repository}: ')}")
            continue
        if evaluation.contestant.strategy and (silent := evaluation.count.not_applicable):
            say(f"{name}: {silent} of {evaluation.count.asked} questions cannot be asked so, and count nowhere")
        if evaluation.count.errors:
            failed = f"{evaluation.count.errors} of {evaluation.count.asked} questions failed"
            why = f", the last with: {evaluation.count.last_error}" if evaluation.count.last_error else ""
            say(f"{name}: {failed} and count nowhere{why}; the same command asks them again")


class _Bars:
    """A bar for each contestant and suite, and once a line that says how long it will take; nothing before there is one."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        told = (TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *told)
        self._progress = Progress(*columns, console=console(stderr=True))
        self._bars: dict[str, TaskID] = {}
        self._forecast: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars:
            self._progress.stop()

    def draw(self, evaluation: "Evaluation") -> None:
        """Show how far an evaluation is."""
        judged = f" judged by {evaluation.judge.name}" if evaluation.judge else ""
        title = f"{evaluation.contestant.label} on {evaluation.suite}{judged}"
        count = evaluation.count
        with self._lock:
            if not self._bars:
                self._progress.start()
            if title not in self._bars:
                self._bars[title] = self._progress.add_task(title, total=count.total, completed=count.done, rate="")
            bar = self._progress.tasks[self._progress.task_ids.index(self._bars[title])]
            parts = (f"{bar.speed:.0f}/s" if bar.speed else "", f"{count.errors} failed" if count.errors else "")
            self._progress.update(bar.id, completed=count.done, rate=", ".join(filter(None, parts)))
            if count.seconds_left and title not in self._forecast:
                self._forecast.add(title)
                say(f"{title}: {count.total - count.done:,} of {count.total:,} questions left, {duration(count.seconds_left)}")


@contextmanager
def _orderly_stop() -> Iterator[None]:
    """The first Ctrl-C lets the batches in flight be committed; a second one does not wait for them."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        say("stopping after the batch in flight; Ctrl-C again does not wait for it")
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
