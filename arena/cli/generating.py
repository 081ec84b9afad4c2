"""`arena generate`: fresh pairs in bulk, resumably."""

import argparse
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from arena.cli.console import console, positive, say, settings_of
from arena.errors import GenerationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from arena.generation.makers import Maker
    from arena.generation.produce import Progress
    from arena.generators.proposals import Proposal
    from arena.pairs import MinimalPair
    from arena.settings import Settings
    from arena.store import Store

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena generate --source starter --count 50                     edit 50 freshly drawn scenes with the editor that ships
  arena generate --source starter --count 50 --seed 50           the next 50
  arena generate --source ./my-pairs --editor black-forest-labs/FLUX.2-klein-4B@commit
  arena generate --source ./my-pairs --writer https://host/v1#model --locale Japan    a model proposes the edits
  arena generate --scenes 100                                    draw 100 pairs, without an editor

Every pair is judged by the gate. What passes waits for review (see `arena pairs list --state pending`); pairs that are drawn on
both sides are true by construction, and those that pass are in play at once. Every batch is committed whole: after Ctrl-C or a
crash the same command goes on, and does not make again what is there.
"""
STARTER = "starter"
COUNT = 50
PROPOSER = "command line"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "generate", help="make fresh pairs", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--source", metavar="starter|FOLDER", help="freshly drawn scenes of the starter families, or an imagefolder of pairs"
    )
    what.add_argument("--scenes", type=positive, metavar="N", help="draw N pairs on both sides, without an editor")
    command.add_argument("--count", type=positive, metavar="N", help=f"at most N edits (default: {COUNT}, or all of a folder)")
    command.add_argument(
        "--editor", metavar="EDITOR", help="a folder or organisation/name@commit (default: ARENA_EDITOR, or the one that ships)"
    )
    command.add_argument("--seed", type=_seed, default=0, metavar="N", help="of the first edit and scene (default: 0)")
    command.add_argument("--strength", type=_strength, metavar="SHARE", help="how much may change, for inpainting")
    command.add_argument("--writer", metavar="MODEL", help="a model or endpoint that proposes edits of a folder's images")
    command.add_argument("--locale", metavar="PLACE", help="whose customs the writer's edits shall show")
    command.set_defaults(run=_generate, stopped="stopped; what was committed is kept, and the same command goes on from there")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; give a whole number from 0 up")
    return int(text)


def _strength(text: str) -> float:
    try:
        strength = float(text)
    except ValueError:
        strength = 0.0
    if not 0 < strength <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no strength; give a number above 0, at most 1")
    return strength


def _generate(options: argparse.Namespace) -> int:
    from arena.generation.opening import open_gate
    from arena.generation.produce import produce
    from arena.opening import open_store
    from arena.suites.starter import starter_pairs

    settings = settings_of(options)
    with open_store(settings) as store:
        store.add_pairs(starter_pairs())  # so that none of them is made again
        proposals, total = _proposals(options, settings, store)
        maker, gate = _maker(options, settings), open_gate(settings)
        with _progress(total) as watch:
            how = {"seed": options.seed, "proposer": PROPOSER, "strength": options.strength}
            done = produce(store, proposals, maker, gate, **how, watch=watch)
    return _conclude(done)


def _proposals(options: argparse.Namespace, settings: "Settings", store: "Store") -> "tuple[Iterable[Proposal], int | None]":
    """What to make, and how many those are where that is known."""
    from arena.generation.makers import drawn_proposals
    from arena.generators.proposals import pair_proposals, scene_proposals
    from arena.suites.imagefolder import read_imagefolder

    if options.writer and options.source in (None, STARTER):
        raise GenerationError("--writer: drawn scenes come with proposals of their own; use it with --source FOLDER")
    if options.scenes:
        return drawn_proposals(options.seed, options.scenes), options.scenes
    if options.source == STARTER:
        count = options.count or COUNT
        return scene_proposals(options.seed, count), count
    folder = Path(options.source)
    pairs = read_imagefolder(folder, folder.resolve().name)
    if not options.writer:
        return islice(pair_proposals(pairs), options.count), min(len(pairs), options.count or len(pairs))
    return islice(_written(options, settings, store, pairs), options.count), options.count


def _written(
    options: argparse.Namespace, settings: "Settings", store: "Store", pairs: "Sequence[MinimalPair]"
) -> "Iterator[Proposal]":
    from arena.evaluation.entrants import entrant
    from arena.generation.writing import Remembering, written_proposals

    writer = entrant(options.writer, settings, "--writer")
    return written_proposals(Remembering(writer.load(), store), pairs, options.locale, said=say)


def _maker(options: argparse.Namespace, settings: "Settings") -> "Maker":
    from arena.generation.makers import Drawing
    from arena.generation.opening import editor_reference, open_editor

    return Drawing() if options.scenes else open_editor(editor_reference(settings, options.editor))


def _conclude(done: "Progress") -> int:
    """Say what came of it; 1 where nothing but failures did."""
    refused = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in done.refused_by.most_common())
    lines = {
        "passed the gate": done.passed,
        f"refused by the gate ({refused})": done.refused,
        "failed; the same command tries them again": done.failed,
        "were there before": done.skipped,
    }
    for words, count in lines.items():
        if count:
            console().print(f"{count:>6}  {words}", highlight=False)
    for error, count in done.errors.most_common(5):
        say(f"failed: {error}" + (f" ({count} times)" if count > 1 else ""))
    return 1 if done.failed == done.done and done.failed else 0


@contextmanager
def _progress(total: int | None) -> "Iterator[Callable[[Progress], None]]":
    """A bar with what became of the pairs so far, and the time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    counted = TextColumn("{task.fields[counted]}")
    columns = (TextColumn("Pairs"), BarColumn(), MofNCompleteColumn(), counted, TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True)) as bars:
        bar = bars.add_task("", total=total, counted="")

        def watch(done: "Progress") -> None:
            counts = {"passed": done.passed, "refused": done.refused, "failed": done.failed, "there before": done.skipped}
            counted = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            bars.update(bar, completed=done.done, counted=counted)

        yield watch
