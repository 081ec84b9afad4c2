"""The arena from a terminal: `arena serve`, `arena battle`, `arena leaderboard`, `arena models`."""

import argparse
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from arena import __version__
from arena.errors import ArenaError
from arena.pairs import DOMAINS
from arena.settings import Settings, from_environment, read_port

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from arena.battles import BoardRow

EXAMPLES = """examples:
  arena serve --port 8000                     start the web arena
  arena battle --count 200                    play 200 battles without a browser
  arena battle --count 50 --domain culture    only pairs of one domain
  arena leaderboard                           the board as a table
  arena leaderboard --json | jq '.[0].model'  the board as JSON
  arena models list                           who takes part
  arena models check ./my-model               may this folder enter the arena?

The state lives in ARENA_HOME (default ./arena-home). ARENA_MODELS adds contestants: folders or organisation/name@commit.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a one-line message on standard error when it did not."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except ArenaError as error:
        print(f"arena: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("arena: stopped; everything acknowledged so far is kept", file=sys.stderr)  # noqa: T201
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

    serve = commands.add_parser("serve", help="start the web arena")
    serve.add_argument("--port", help="port to listen on (default: ARENA_PORT or 7860)")
    serve.add_argument("--host", help="address to listen on (default: ARENA_HOST or 127.0.0.1)")
    serve.add_argument("--autoplay", action="store_true", help="play battles while nobody waits")
    serve.set_defaults(run=_serve)

    battle = commands.add_parser("battle", help="play battles without a browser")
    battle.add_argument("--count", type=_positive, default=1, metavar="N", help="how many (default: 1)")
    battle.add_argument("--domain", choices=DOMAINS, help="default: any")
    battle.add_argument("--category", help="one category of the domain")
    battle.add_argument("--source", help="starter or fresh (default: both)")
    battle.set_defaults(run=_battle)

    board = commands.add_parser("leaderboard", help="print the leaderboard")
    board.add_argument("--domain", choices=DOMAINS, help="default: both")
    board.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    board.set_defaults(run=_leaderboard)

    models = commands.add_parser("models", help="list or check models").add_subparsers(required=True, metavar="ACTION")
    listing = models.add_parser("list", help="the contestants of this arena")
    listing.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    listing.set_defaults(run=_models_list)
    check = models.add_parser("check", help="whether a model may enter, and why not")
    check.add_argument("reference", metavar="PATH", help="a local folder, or organisation/name@commit on the Hub")
    check.set_defaults(run=_models_check)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give a number from 1 up")
    return int(text)


def _settings(options: argparse.Namespace) -> Settings:
    settings = from_environment()
    return replace(settings, home=options.home) if options.home else settings


# The imports below stand inside functions so that `arena --help` answers at once, without loading torch or gradio.
# ruff: noqa: PLC0415


def _serve(options: argparse.Namespace) -> int:
    from arena.opening import open_arena
    from arena.ui.app import launch

    settings = _settings(options)
    if options.port is not None:
        settings = replace(settings, port=read_port(options.port, "--port"))
    if options.host is not None:
        settings = replace(settings, host=options.host)
    if options.autoplay:
        settings = replace(settings, autoplay=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop ends it as orderly as Ctrl-C
    with open_arena(settings) as (arena, problems):
        _tell(problems)
        launch(arena, host=settings.host, port=settings.port)
    return 0


def _battle(options: argparse.Namespace) -> int:
    from rich.progress import track

    from arena.battles import BattleFilter
    from arena.opening import open_arena
    from arena.ui.words import RESULTS

    filters = BattleFilter(options.domain, options.category, options.source)
    results: Counter[str] = Counter()
    with open_arena(_settings(options)) as (arena, problems):
        _tell(problems)
        arena.open_battle(filters, "command")  # so that what is wrong with the filters is said before a bar begins
        for _ in track(range(options.count), "Battles", console=_console(stderr=True)):
            results[arena.play_through(filters)] += 1
    for result, title in RESULTS.items():
        if results[result]:
            _console().print(f"{results[result]:>6}  {title}", highlight=False)
    return 0


def _leaderboard(options: argparse.Namespace) -> int:
    from arena.battles.board import leaderboard
    from arena.opening import open_store

    with open_store(_settings(options)) as store:
        rows = leaderboard(store, {}, options.domain)
    if options.json:
        _print_json([row.as_json() for row in rows])
    elif rows:
        _console().print(_board_table(rows))
    else:
        _console().print("No battles yet; play some with `arena battle --count 200`.", highlight=False)
    return 0


def _models_list(options: argparse.Namespace) -> int:
    from arena.roster import gather

    roster = gather(_settings(options))
    _tell(roster.problems)
    if options.json:
        _print_json([entry.as_json() for entry in roster.entries])
        return 0
    table = _table("Model", "Commit", "Kind", "Architecture", "Parameters")
    for entry in roster.entries:
        report = entry.report
        table.add_row(
            report.repository, report.revision[:12], report.kind, report.architecture, f"{report.parameters / 1e6:.1f} M"
        )
    _console().print(table)
    return 0


def _models_check(options: argparse.Namespace) -> int:
    from arena.models import check_repository

    report = check_repository(options.reference)
    _console().print(
        f"{report.repository} may enter: {report.architecture} ({report.kind}), {report.parameters / 1e6:.1f} M parameters, "
        f"{report.memory_bytes / 2**20:.0f} MB of memory, revision {report.revision}",
        highlight=False,
        soft_wrap=True,
    )
    return 0


def _board_table(rows: "Sequence[BoardRow]") -> "Table":
    tasks = list(dict.fromkeys(task for row in rows for task in row.solved))
    table = _table("Rank", "Model", "Rating", "95 % interval", "Elo", "Battles", *(task.replace("_", " ") for task in tasks))
    for row in rows:
        interval = f"{_number(row.low)} – {_number(row.high)}" if row.rating is not None else row.why_not_ranked or ""
        solved = (_share(row.solved.get(task)) for task in tasks)
        rank = str(row.rank) if row.rank else "–"
        table.add_row(
            rank, row.contestant.repository, _number(row.rating), interval, f"{row.elo:.0f}", str(row.battles), *solved
        )
    return table


def _table(*columns: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        words = column in ("Model", "Commit", "Kind", "Architecture")
        table.add_column(column, justify="left" if words else "right", no_wrap=words)
    return table


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    # Where no terminal says how wide it is, nothing needs to be broken or cut.
    return Console(stderr=stderr, width=None if (sys.stderr if stderr else sys.stdout).isatty() else 160)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201


def _tell(problems: Sequence[str]) -> None:
    for problem in problems:
        print(f"arena: left out: {problem}", file=sys.stderr)  # noqa: T201
