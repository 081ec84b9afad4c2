"""`arena serve`, `arena battle`, `arena leaderboard`: the arena itself."""

import argparse
import logging
import os
import signal
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from arena.cli.console import console, positive, print_json, print_table, say, settings_of, table, tell
from arena.environment import Variables, read_port
from arena.errors import ArenaError, SettingsError
from arena.pairs import DOMAINS
from arena.settings import Settings, unknown_names
from arena.ui.listener import listening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from arena.battles import BoardRow, MemorisationRow
    from arena.battles.solved_gaps import Measured

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch or gradio.
# ruff: noqa: PLC0415

READING = """
Frozen and fresh: share solved of that many tasks on pairs, over the same families and tasks. Gap: frozen - fresh, in percentage
points, with its 95 % interval; it grows where fresh pairs are harder, too. Beyond others: that gap minus the median gap of the
others. A model that knows the frozen pairs too well is above 0 in both. Rating gap: Elo points, among those rated on both; no
proof by itself:"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    serve = commands.add_parser("serve", help="start the web arena")
    serve.add_argument("--port", help="port to listen on (default: ARENA_PORT or 7860)")
    serve.add_argument("--host", help="address to listen on (default: ARENA_HOST or 127.0.0.1)")
    serve.add_argument(
        "--root-path",
        metavar="FOLDER",
        help="folder of a larger site in which a proxy shows it, such as /arena (default: ARENA_ROOT_PATH, or none)",
    )
    serve.add_argument("--autoplay", action="store_true", help="play battles while nobody waits")
    serve.add_argument("--endpoints", action="store_true", help="let --autoplay ask endpoints, too, which may cost money")
    serve.set_defaults(run=_serve)

    battle = commands.add_parser("battle", help="play battles without a browser")
    battle.add_argument("--count", type=positive, default=1, metavar="N", help="how many (default: 1)")
    battle.add_argument("--domain", choices=DOMAINS, help="default: any")
    battle.add_argument("--category", help="one category of the domain")
    battle.add_argument(
        "--source", help="starter, fresh (drawn on the spot) or generated (accepted by reviewers); default: any"
    )
    battle.set_defaults(run=_battle)

    board = commands.add_parser("leaderboard", help="print the leaderboard")
    board.add_argument("--domain", choices=DOMAINS, help="default: both")
    board.add_argument(
        "--fresh-since",
        nargs="?",
        const="",
        metavar="DATE",
        help="fresh pairs beside frozen ones: who knows the frozen ones too well? Only fresh pairs made since that day (UTC), "
        "such as 2026-03-01; all of them without a day",
    )
    form = board.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    form.add_argument("--csv", action="store_true", help="a CSV file; text that begins as a formula gets an apostrophe")
    board.set_defaults(run=_leaderboard)


def _serve(options: argparse.Namespace) -> int:
    settings = _settings_to_serve(options)
    from arena.logs import log_on_terminal

    os.umask(0o077)  # what it writes is for its owner alone, also in a home that is open to others
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop ends it as orderly as Ctrl-C
    start = logging.getLogger("arena.start")
    with log_on_terminal(settings.log):
        try:
            with listening(settings.host, settings.port):
                pass  # a port that is taken is said at once, and not after imports that take seconds
            _serve_arena(settings, start)
        except ArenaError as error:
            if settings.log != "json":
                raise
            start.error("%s", error)
            return 1
    return 0


def _serve_arena(settings: Settings, start: logging.Logger) -> None:
    from arena.generation.opening import complaints
    from arena.generation.workshop import Workshop
    from arena.hub.publication_schedule import publication_order, published_daily
    from arena.opening import allowances, open_arena
    from arena.suites.registry import installed_suites
    from arena.ui.proxies import without_proxies

    with without_proxies():
        from arena.ui.app import launch, notices

    with open_arena(settings, at_once=True) as (arena, problems):
        left_out = [f"left out: {problem}" for problem in (*problems, *installed_suites().problems)]
        workshop = Workshop(arena.store, settings, arena.pairs)
        others = (*unknown_names(), *notices(settings), *complaints(settings), *allowances(settings, arena.contestants))
        saving = arena.store.save_status()
        waits = [f"ARENA_OUTBOX: {saving.read_only}"] if saving and saving.read_only else []
        for line in (*left_out, *others, *waits):
            start.warning("%s", line) if settings.log == "json" else say(line)
        with published_daily(arena.store, publication_order(settings)):
            launch(arena, workshop, settings)


def _settings_to_serve(options: argparse.Namespace) -> Settings:
    settings = settings_of(options)
    if options.port is not None:
        settings = replace(settings, port=read_port(options.port, "--port"))
    if options.host is not None:
        settings = replace(settings, host=options.host)
    if options.root_path is not None:
        settings = replace(settings, root_path=Variables({"--root-path": options.root_path}).folder("--root-path"))
    if options.autoplay:
        settings = replace(settings, autoplay=True)
    if options.endpoints:
        settings = replace(settings, autoplay_endpoints=True)
    return settings


def _battle(options: argparse.Namespace) -> int:
    from rich.progress import track

    from arena.battles import BattleFilter
    from arena.opening import open_arena
    from arena.ui.words import RESULTS

    filters = BattleFilter(options.domain, options.category, options.source)
    results: Counter[str] = Counter()
    with open_arena(settings_of(options)) as (arena, problems):
        tell(problems)
        try:
            arena.open_battle(filters, "command")  # so that what is wrong with the filters is said before a bar begins
            for _ in track(range(options.count), "Battles", console=console(stderr=True)):
                results[arena.play_through(filters)] += 1
        finally:
            for failure in arena.failures.all():
                say(str(failure))
    for result, title in RESULTS.items():
        if results[result]:
            console().print(f"{results[result]:>6}  {title}", highlight=False)
    return 0


def _leaderboard(options: argparse.Namespace) -> int:
    from arena import method
    from arena.battles.board_files import board_csv, board_records
    from arena.battles.leaderboard import leaderboard
    from arena.opening import open_store
    from arena.ui.words import older_battles

    if options.fresh_since is not None:
        return _fresh_beside_frozen(options)
    settings = settings_of(options)
    with open_store(settings) as store:
        settled = store.settled()
        rows = leaderboard(store, {}, options.domain)
        older = older_battles(store.counted_by_older_methods(method.VERSION))
    if options.json:
        print_json([row.as_json() for row in rows])
    elif options.csv:
        print(board_csv(board_records(rows, options.domain, settled, settled)), end="")  # noqa: T201
    elif rows:
        print_table(_board(rows))
        if older:
            console().print(older, highlight=False)
    else:
        console().print(
            f"No battles yet in {settings.home}; play some with `arena battle --count 200`.", highlight=False, markup=False
        )
    return 0


def _fresh_beside_frozen(options: argparse.Namespace) -> int:
    from arena.battles import read_day
    from arena.battles.leaderboard import fresh_beside_frozen
    from arena.battles.memorisation import CAUTION
    from arena.opening import open_store

    if options.csv:
        raise SettingsError("--csv: fresh pairs beside frozen ones come as a table or with --json; leave one of them out")
    since = read_day(options.fresh_since, "--fresh-since")
    with open_store(settings_of(options)) as store:
        rows = fresh_beside_frozen(store, options.domain, since)
    if options.json:
        print_json([row.as_json() for row in rows])
    elif rows:
        print_table(_gaps(rows))
        console().print(f"{READING} {CAUTION}.\n", highlight=False)
    else:
        console().print(
            "No battles on such pairs yet; play some with `arena battle --source fresh --count 100`.", highlight=False
        )
    return 0


def _gaps(rows: "Sequence[MemorisationRow]") -> "Table":
    from arena.ui.words import rating_or_bound

    made = table("Model", "Frozen", "Fresh", "Gap", "Beyond others", "Rating, frozen", "Rating, fresh", "Rating gap")
    for row in rows:
        solved = (f"{_share(score.solved.value)} of {score.units}" for score in (row.frozen, row.fresh))
        gaps = (_signed(gap, 100) for gap in (row.gap, row.excess))
        ratings = (rating_or_bound(*score.rating) for score in (row.frozen, row.fresh))
        made.add_row(row.contestant.reference, *solved, *gaps, *ratings, _signed(row.rating_gap, 1))
    return made


def _signed(found: "Measured", scale: float) -> str:
    """A difference with its interval."""
    if found.value is None:
        return "–"
    limits = ("…" if limit is None else f"{scale * limit:+.0f}" for limit in (found.low, found.high))
    return f"{scale * found.value:+.0f} ({' to '.join(limits)})"


def _board(rows: "Sequence[BoardRow]") -> "Table":
    from arena.ui.words import interval_or_record, rating_or_bound

    tasks = list(dict.fromkeys(task for row in rows for task in row.solved))
    board = table("Rank", "Model", "Rating", "95 % interval", "Elo", "Battles", *(task.replace("_", " ") for task in tasks))
    for row in rows:
        found = (row.rating, row.low, row.high)
        rating, interval = rating_or_bound(*found), row.why_not_ranked or interval_or_record(*found)
        solved = (_share(row.solved.get(task)) for task in tasks)
        rank = str(row.rank) if row.rank else "–"
        board.add_row(rank, row.contestant.reference, rating, interval, f"{row.elo:.0f}", str(row.battles), *solved)
    return board


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
