"""`arena pairs drop`: pictures of pairs that were drawn for one battle, which nobody is likely to see again."""

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING

from arena.cli.console import positive, say, settings_of
from arena.errors import StoreError

if TYPE_CHECKING:
    from arena.cli.ids import IdParser

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

MOST_DAYS = 36_500
EXAMPLES = """examples:
  arena pairs drop                            pictures older than 30 days
  arena pairs drop --days 7                   beside a running arena, too; once a day, from cron

A quarter of all battles is about a pair that is drawn for it, two pictures each, and nobody draws it again. What is dropped is
drawn again when somebody opens the link of such a battle: only pictures of which today's code draws every pixel are dropped.
Pairs of suites stay, generated and uploaded ones, and what was reported or taken down.
"""


def add_action(actions: "argparse._SubParsersAction[IdParser]") -> None:
    """Make it known to the parser of `arena pairs`."""
    drop = actions.add_parser(
        "drop",
        help="drop old pictures that can be drawn again",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    drop.add_argument("--days", type=_days, default=30, metavar="N", help="older than so many days (default: 30)")
    drop.set_defaults(run=_drop)


def _days(text: str) -> int:
    """An argument that counts days up to today."""
    if (days := positive(text)) > MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is before all that was drawn; give a number up to {MOST_DAYS}")
    return days


def _drop(options: argparse.Namespace) -> int:
    from arena.battles.drawings import drop_drawings
    from arena.opening import open_store
    from arena.store import holds_arena, now

    settings = settings_of(options)
    if not holds_arena(settings.home):
        raise StoreError(f"{settings.home} is no home of an arena; set ARENA_HOME or give --home")
    before = now() - timedelta(days=options.days)
    pictures = freed = 0
    last = ""
    with open_store(settings) as store:
        while (dropped := drop_drawings(store, before, last)).last:
            pictures, freed, last = pictures + dropped.pictures, freed + dropped.freed, dropped.last
    say(f"{pictures:,} pictures older than {options.days} days are dropped ({freed / 1e6:,.1f} MB); all can be drawn again")
    return 0
