"""`arena rebuild`: all numbers that are kept beside the facts, made anew from them."""

import argparse

from arena.cli.console import console, say, settings_of
from arena.errors import StoreError

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena rebuild                               make counts and ratings anew, and say whether they were right

Beside a running arena, too: its visitors wait meanwhile. Nothing that was played is changed. Killed, the next start goes on.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    rebuild = commands.add_parser(
        "rebuild",
        help="make counts and ratings anew from the battles",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rebuild.set_defaults(run=_rebuild, stopped="stopped; the next command that opens this home goes on")


def _rebuild(options: argparse.Namespace) -> int:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from arena.opening import open_store
    from arena.store import COUNTED, holds_arena

    settings = settings_of(options)
    if not holds_arena(settings.home):
        raise StoreError(f"{settings.home} is no home of an arena; set ARENA_HOME or give --home")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console(stderr=True)) as progress:

        def watch(work: str, done: int, total: int) -> None:
            if work not in bars:
                bars[work] = progress.add_task(work, total=total)
            progress.update(bars[work], completed=done)

        with open_store(settings, watch) as store:
            if COUNTED in bars:  # an older arena left none of them, or a rebuild was stopped
                told = "they were not whole before"
            else:
                changed = store.rebuild(watch)
                told = f"{', '.join(changed)} held something else before" if changed else "all of it was right before, too"
            battles = store.settled()
    say(f"counts and ratings of {battles:,} battles are made anew; {told}")
    return 0
