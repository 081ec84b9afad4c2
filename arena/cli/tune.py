"""`arena tune`: a model tuned on exported data, which then is a contestant like any other."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from arena.cli.console import amount, console, positive, say, settings_of

if TYPE_CHECKING:
    from arena.models import RepositoryReport
    from arena.settings import Settings

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena tune --method dpo --model llava-small-permissive --data ./twins --out ./tuned/dpo --epochs 4 --rate 3e-4
  arena tune --method sft --lora --model organisation/model@commit --data ./learn --out ./my-organisation/adapter
  arena tune --method dpo --shuffle-labels --model llava-mini --data ./twins --out ./tuned/control --rate 3e-4
  arena evaluate --model ./tuned/dpo --suite starter          the result is a contestant: it is tested on the fold left out

It needs minimal-pair-arena[tune]. The state is kept ten times on the way: after Ctrl-C or a crash the same command goes on. Two
cores tune a model of a few million parameters in minutes; for larger ones use a GPU, and --lora.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "tune",
        help="tune a model on exported data",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--method", choices=("sft", "dpo"), required=True, help="what `arena export` wrote: sft, or preferences"
    )
    command.add_argument("--model", required=True, metavar="MODEL", help="a contestant, a folder, or organisation/name@commit")
    command.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="what `arena export` wrote")
    command.add_argument(
        "--out", type=Path, required=True, metavar="ORGANISATION/NAME", help="folder of the new repository, and its name"
    )
    command.add_argument("--lora", action="store_true", help="train an adapter, and leave the weights as they are")
    command.add_argument("--epochs", type=amount, default=1.0, metavar="N", help="times through the data (default: 1)")
    command.add_argument(
        "--rate", type=amount, default=0.0, metavar="R", help="learning rate (default: as TRL, for large models)"
    )
    command.add_argument("--batch", type=positive, default=8, metavar="N", help="rows a step (default: 8)")
    command.add_argument("--beta", type=amount, default=0.1, metavar="B", help="of dpo: price of moving away (default: 0.1)")
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="of the order of rows and of adapters (default: 0)")
    command.add_argument("--shuffle-labels", action="store_true", help="a control: replies that do not depend on the image")
    command.set_defaults(run=_tune, stopped="stopped; the last checkpoint is kept, and the same command goes on from there")


def _seed(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; give a number from 0 to 999999999")
    return int(text)


def _tune(options: argparse.Namespace) -> int:
    from contextlib import ExitStack

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from arena.logs import start_log
    from arena.models import best_device
    from arena.tuning.tune import tune
    from arena.tuning.tuned import Recipe

    settings = settings_of(options)
    start_log(settings.home)
    base = _base(options.model, settings)
    recipe = Recipe(
        method=options.method,
        lora=options.lora,
        epochs=options.epochs,
        rate=options.rate,
        batch=options.batch,
        beta=options.beta,
        seed=options.seed,
        shuffled=options.shuffle_labels,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[loss]}"))
    progress = Progress(*columns, TimeRemainingColumn(), console=console(stderr=True))
    with ExitStack() as shown:

        def watch(done: int, total: int, loss: float | None) -> None:
            if not progress.tasks:
                shown.enter_context(progress)
                progress.add_task(f"{base.repository} by {options.method}", total=None, loss="")
            told = "" if loss is None else f"loss {loss:.3f}"
            progress.update(progress.task_ids[0], completed=done, total=total or None, loss=told)

        made = tune(base, options.data, recipe, options.out, device=best_device(), watch=watch)
    say(f"{made.repository} is in {options.out}, revision {made.revision[:12]}; its card tells on which fold it may be tested")
    say(f"next: arena evaluate --model {options.out} --suite SUITE")
    return 0


def _base(reference: str, settings: "Settings") -> "RepositoryReport":
    """The model that a name, a folder or a commit on the Hub means.

    Raises:
        TuningError: it has no weights here, or means more than its weights.
        RepositoryError: there is none, or it cannot enter.
    """
    from arena.errors import TuningError
    from arena.models import check_repository
    from arena.models.endpoint_reference import is_endpoint
    from arena.roster import references
    from arena.strategies import constant_entry, split

    if is_endpoint(reference) or constant_entry(reference):
        raise TuningError("--model: has no weights here; name a contestant, a folder, or organisation/name@commit")
    model, strategy = split(reference)
    if strategy:
        raise TuningError(f"--model {reference}: is under a strategy, which cannot be tuned; name {model}")

    named = [one for one in references(settings) if reference in (Path(one).name, "/".join(Path(one).parts[-2:]))]
    return check_repository(named[0] if named and not Path(reference).exists() else reference)
