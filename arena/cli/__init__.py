"""The arena from a terminal: `arena serve`, `arena battle`, `arena evaluate`, `arena report` and others."""

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from arena import __version__
from arena.cli import (
    agreeing,
    backup,
    calibration_report,
    deploy,
    evaluating,
    export,
    generating,
    labels,
    models,
    pairs,
    playing,
    publish,
    rebuild,
    reporting,
    settings,
    strategies,
    submissions,
    submit,
    suites,
    tune,
    worker,
)
from arena.cli.console import say
from arena.errors import ArenaError

EXAMPLES = """examples:
  arena serve --port 8000                                  start the web arena
  arena battle --count 200                                 play 200 battles without a browser
  arena battle --count 50 --domain culture                 only pairs of one domain
  arena leaderboard                                        the board as a table
  arena leaderboard --json | jq '.[0].model'               the board as JSON; --csv for spreadsheets
  arena models list                                        who takes part
  arena models check ./my-model                            may this folder enter the arena?
  arena submit organisation/name --check                   may this model of the Hub be submitted?
  arena submissions list                                   what was submitted, and how far it is
  arena worker                                             evaluate what was submitted
  arena suites list                                        the benchmarks
  arena evaluate --model all --suite starter               put every model of the arena to a benchmark
  arena strategies                                         ways to calibrate them, for arena evaluate --strategy
  arena calibration-report                                 what they change in safety, and what they cost
  arena report --suite starter --by category               its metrics with intervals
  arena label llava-mini --suite starter                   say how well its replies to requests are read
  arena compare llava-mini llava-small --suite starter     two models on the same questions
  arena export preferences --suite starter --out ./twins   data to tune models on
  arena tune --method dpo --model llava-mini --data ./twins --out ./tuned/mini    a model tuned on it
  arena generate --source starter --count 50               make fresh pairs, which people then review
  arena pairs list --state pending                         what waits for review
  arena backup arena.zip                                   the whole state in one file, beside a running arena, too
  arena deploy space me/arena                              put it on the Hub as a Space
  arena publish me/arena-battles                           its battles as a dataset on the Hub
  arena settings                                           every setting: value, source, meaning
  arena rebuild                                            counts and ratings anew, should they ever be in doubt

The state lives in ARENA_HOME (default ./arena-home). ARENA_MODELS adds contestants: folders or organisation/name@commit, with
options such as ?thinking=2048 and strategies such as +reminder.
Most commands have examples of their own: arena evaluate --help.
"""


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command, and end the process with its exit code."""
    code = main(arguments)
    if threading.active_count() > 1:
        # A thread that still loads a model cannot be stopped, and torch aborts an interpreter that ends under it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a one-line message on standard error when it did not."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except ArenaError as error:
        say(str(error))
        return 1
    except (KeyboardInterrupt, RuntimeError) as error:
        # Ctrl-C during a query is an error of DuckDB, which names it as the cause.
        if isinstance(error, RuntimeError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        say(getattr(options, "stopped", "stopped; everything acknowledged so far is kept"))
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arena",
        description="Vision-language models compared on minimal pairs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"arena {__version__}")
    parser.add_argument(
        "--home", type=Path, metavar="FOLDER", help="where the state lives (default: ARENA_HOME or ./arena-home)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for part in (
        playing,
        evaluating,
        strategies,
        calibration_report,
        reporting,
        labels,
        agreeing,
        suites,
        export,
        tune,
        generating,
        pairs,
        models,
        submit,
        submissions,
        worker,
        backup,
        deploy,
        publish,
        rebuild,
        settings,
    ):
        part.add_commands(commands)
    return parser
