"""What all commands share: where the state lives, tables, and what is told beside them."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from arena.errors import InputError
from arena.settings import Settings, from_environment

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# Rich is imported inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

MOST = 10**9
"""Of anything that is measured; more is a slip, and some numbers have no end."""
PROSE = ("Reader", "Summary", "Tasks", "Threshold")
"""Columns of several words, which may be broken between them."""
LEFT = (
    *("Model", "Commit", "Kind", "Architecture", "Metric", "Slice", "Suite", "Judge", "Files", "Dimension"),
    *("Id", "State", "By", "For", "Domain", "Category", "Family", "Made", "Editor", "Strategy", "Fit", *PROSE),
)
"""Columns of words; all others hold numbers."""
BETWEEN = 2
"""Blanks between two columns."""


def positive(text: str) -> int:
    """An argument that counts something."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MOST)) or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no count; give a number from 1 to {MOST}")
    return int(text)


def amount(text: str) -> float:
    """An argument that measures something."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount; give a number above 0")
    return value


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of the environment, with the home that the command line gives."""
    settings = from_environment()
    return replace(settings, home=options.home) if options.home else settings


def settings_of_home(options: argparse.Namespace) -> Settings:
    """As `settings_of`, of a home that is there.

    Raises:
        InputError: there is none.
    """
    from arena.store import holds_arena

    settings = settings_of(options)
    if not holds_arena(settings.home):
        raise InputError(f"{settings.home} is no home of an arena; set ARENA_HOME or give --home")
    return settings


def reason_of(options: argparse.Namespace) -> str:
    """What `--reason` says, on one line.

    Raises:
        InputError: nothing.
    """
    reason = printable(" ".join(options.reason.split()))
    if not reason:
        raise InputError("--reason: is empty; say in a few words why")
    return reason


def printable(text: str) -> str:
    """Without what would steer a terminal: strangers wrote it."""
    return "".join(character if character.isprintable() else " " for character in text)


def table(*columns: str) -> "Table":
    """An empty table without lines."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="left" if column in LEFT else "right", no_wrap=column in LEFT and column not in PROSE)
    return made


def print_table(made: "Table") -> None:
    """Print it with every name, number and word whole. A terminal that is too narrow for them breaks its lines."""
    from rich.cells import cell_len

    printed, needed = console(), 0
    for column in made.columns:
        texts = [str(text) for text in (column.header, *column.cells)]
        parts = texts if column.no_wrap else " ".join(texts).split()
        column.min_width = max((cell_len(part) for part in parts), default=0)
        needed += column.min_width + BETWEEN
    printed.width = max(printed.width, needed)
    printed.print(made, highlight=False, crop=False)


def console(*, stderr: bool = False) -> "Console":
    """Where to print."""
    from rich.console import Console

    # Where no terminal says how wide it is, nothing needs to be broken or cut.
    return Console(stderr=stderr, width=None if (sys.stderr if stderr else sys.stdout).isatty() else 160)


def duration(seconds: float) -> str:
    """About how long, in a unit that people would choose."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"about {seconds / size:.0f} {unit}s"
    return f"about {seconds:.0f} seconds" if seconds >= 1.5 else "about a second"


def print_json(value: object) -> None:
    """A value for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201


def say(line: str) -> None:
    """One line beside the output."""
    print(f"arena: {line}", file=sys.stderr)  # noqa: T201


def tell(problems: Sequence[str]) -> None:
    """Who is left out, and why."""
    for problem in problems:
        say(f"left out: {problem}")
