"""`arena publish`: the facts of the arena as a dataset on the Hub."""

import argparse
import re
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from arena.cli.console import console, say, settings_of, settings_of_home
from arena.errors import SettingsError

if TYPE_CHECKING:
    from arena.hub.publication import PublicationOrder, Published
    from arena.store import Store

# The imports below stand inside functions so that `arena --help` answers at once, without huggingface_hub.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena publish me/arena-battles                   what is new since the last time; made where there is none
  arena publish me/arena-battles --every 24h       go on so until Ctrl-C; a server does it by itself with ARENA_PUBLISH
  arena publish me/arena-battles --private         to look at it first

Battles, outcomes, replies, votes without visitors, contestants and pairs as Parquet, with a card, and the board. Pairs that
were made for the arena follow ARENA_EMBARGO_DAYS (30) after they were made. What was taken down is left out, and taken out of
what is there. It asks the Hub with HF_TOKEN, or as `hf auth login` has signed in, and runs beside a server. See docs/space.md.
"""
STOPPED = "stopped; what was committed is whole, and the same command goes on"
DURATION = re.compile(r"(\d{1,6})(m|h|d)", re.ASCII)
UNITS = {"m": 60, "h": 3600, "d": 86_400}
SHORTEST = timedelta(minutes=10)
PAUSE = timedelta(minutes=5)
"""After a publication that failed, with --every."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    shape = argparse.RawDescriptionHelpFormatter
    publish = commands.add_parser("publish", help="the facts as a dataset on the Hub", epilog=EXAMPLES, formatter_class=shape)
    publish.add_argument("name", metavar="ORG/NAME", nargs="?", help="the dataset (default: ARENA_PUBLISH)")
    how_often = publish.add_mutually_exclusive_group()
    how_often.add_argument(
        "--every", type=_duration, metavar="24h", help="again and again, so many minutes (m), hours or days (d)"
    )
    how_often.add_argument("--once", action="store_true", help="once (default)")
    publish.add_argument("--private", action="store_true", help="a new dataset is for members of ORG alone")
    publish.add_argument("--licence", default="apache-2.0", metavar="NAME", help="as the Hub calls it (default: %(default)s)")
    publish.set_defaults(run=_publish, stopped=STOPPED)


def _duration(text: str) -> timedelta:
    found = DURATION.fullmatch(text)
    every = timedelta(seconds=int(found[1]) * UNITS[found[2]]) if found else timedelta()
    if every < SHORTEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of 10 minutes or more; write 24h, 90m or 7d")
    return every


def _publish(options: argparse.Namespace) -> int:
    from huggingface_hub.utils import disable_progress_bars

    from arena.hub.publication import PublicationOrder
    from arena.opening import open_store

    settings = settings_of(options)
    name = options.name or settings.publish
    if not name:
        raise SettingsError("publish: no dataset is named; write arena publish ORG/NAME, or set ARENA_PUBLISH")
    if not (settings.outbox or settings.database):
        settings_of_home(options)  # where a folder is mistaken, an empty dataset would be made
    if not sys.stderr.isatty():
        disable_progress_bars()
    order = PublicationOrder(name, settings.embargo_days, options.private, options.licence)
    with open_store(settings) as store:
        if options.every is None:
            _print(_once(store, order))
            return 0
        _print(_once(store, order))  # what is wrong from the start ends it
        wait: timedelta = options.every
        while True:
            time.sleep(wait.total_seconds())
            wait = _next(store, order, options.every)


def _once(store: "Store", order: "PublicationOrder") -> "Published":
    from huggingface_hub import HfApi

    from arena.hub.publication import publish
    from arena.hub_client import limit_time

    limit_time()
    return publish(HfApi(), store, order, say)


def _next(store: "Store", order: "PublicationOrder", every: timedelta) -> timedelta:
    """Publish, and say how long to wait then. A Hub that fails for a while ends nothing."""
    try:
        _print(_once(store, order))
    except SettingsError as error:
        say(f"{error}; the next try is in {PAUSE.seconds // 60} minutes")
        return PAUSE
    return every


def _print(done: "Published") -> None:
    again = f", {done.parts_again} parts made again" if done.parts_again else ""
    held = f"; {done.held_back:,} are held back" if done.held_back else ""
    console().print(
        f"{done.address}: {done.battles:,} battles more{again}{held}", highlight=False, markup=False, soft_wrap=True
    )
