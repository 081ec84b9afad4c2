"""The arena from a terminal: `arena serve`, `arena battle`, `arena leaderboard`, `arena models`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from arena import __version__
from arena.errors import ArenaError
from arena.settings import Settings, from_environment, read_port

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
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where the state lives (default: ARENA_HOME or ./arena-home)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the web arena")
    serve.add_argument("--port", help="port to listen on (default: ARENA_PORT or 7860)")
    serve.add_argument("--host", help="address to listen on (default: ARENA_HOST or 127.0.0.1)")
    serve.add_argument("--autoplay", action="store_true", help="play battles while nobody waits")
    serve.set_defaults(run=_serve)

    battle = commands.add_parser("battle", help="play battles without a browser")
    battle.add_argument("--count", type=_positive, default=1, metavar="N", help="how many (default: 1)")
    battle.add_argument("--domain", help="safety or culture (default: any)")
    battle.add_argument("--category", help="one category of the domain")
    battle.add_argument("--source", help="starter or fresh (default: both)")
    battle.set_defaults(run=_battle)

    board = commands.add_parser("leaderboard", help="print the leaderboard")
    board.add_argument("--domain", help="safety or culture (default: both)")
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


# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.


def _serve(options: argparse.Namespace) -> int:
    from arena.ui.serve import serve

    settings = _settings(options)
    if options.port is not None:
        settings = replace(settings, port=read_port(options.port, "--port"))
    if options.host is not None:
        settings = replace(settings, host=options.host)
    if options.autoplay:
        settings = replace(settings, autoplay=True)
    serve(settings)
    return 0


def _battle(options: argparse.Namespace) -> int:
    from rich.progress import track

    from arena.battles import Arena, BattleFilter

    filters = BattleFilter(options.domain, options.category, options.source)
    with Arena.open(_settings(options)) as arena:
        results = [arena.play_through(filters) for _ in track(range(options.count), "Battles", console=_console(error=True))]
    counted = {result: results.count(result) for result in sorted(set(results))}
    _console().print(f"{len(results)} battles: " + ", ".join(f"{count} {result}" for result, count in counted.items()))
    return 0


def _leaderboard(options: argparse.Namespace) -> int:
    from arena.battles import Arena

    with Arena.open(_settings(options), with_models=False) as arena:
        rows = arena.leaderboard(options.domain)
    if options.json:
        print(json.dumps([_row_as_json(row) for row in rows], indent=2))  # noqa: T201
        return 0
    _console().print(_board_table(rows))
    return 0


def _models_list(options: argparse.Namespace) -> int:
    from arena.models import check_repository
    from arena.roster import references

    reports = [check_repository(reference) for reference in references(_settings(options))]
    if options.json:
        print(json.dumps([report.as_json() for report in reports], indent=2))  # noqa: T201
    return 0


def _models_check(options: argparse.Namespace) -> int:
    from arena.models import check_repository

    report = check_repository(options.reference)
    _console().print(str(report))
    return 0
