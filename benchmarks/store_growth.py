"""What a battle, a vote and a board cost in arenas that have kept ever more battles.

    python benchmarks/store_growth.py [--battles 1000 10000 100000 1000000] [--contestants 6 200] [--operations 200]
        [--pairs N] [--homes FOLDER] [--prove 10000]

Homes of so many battles are written by SQL, and derived by the arena's own rules (`grown_homes.py`); `--homes` keeps them for
the next time. Then models that answer at once play in all of them in turn, so that a busy machine slows all alike; printed are
medians. With `--prove`, that many battles are given to the writer one by one as well, and must leave the same tables.

Ends with 1 where something costs more than 1.5 times as much after the most battles as after the fewest, where the board after
one more battle takes more than 50 ms of processor with 6 contestants, or where opening the store takes more than 2 s, or 300 MB
more after the most battles.
"""

import argparse
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import duckdb
from grown_homes import FRESH_SHARE, contestants_of, first_replies, grow
from rich.console import Console
from rich.table import Table

from arena.battles import Arena, BattleFilter
from arena.battles.leaderboard import PointEstimates, count_point_estimates, rows_of
from arena.battles.scoring import ELO_RULE
from arena.contestants import Contestant
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply
from arena.store import ReplyRecord, Store
from arena.store.facts import add_pairs
from arena.store.rebuild import fingerprints
from arena.store.rows import aware
from arena.suites.starter import starter_pairs

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from processes import forked

LARGEST_RATIO = 1.5
SLOWEST_BOARD = 0.05
"""Seconds of processor, with `FEW` contestants."""
SLOWEST_OPENING = 2.0
"""Seconds."""
MOST_MEMORY = 300
"""Megabytes."""
FEW = 6
OPEN, WRITE, VOTE, SHOW, BOARD = "open a battle", "write a battle", "vote", "show one again", "board after one more"
SPREAD = 500
"""Battles that are shown again come from so many places of an arena's life."""
T = TypeVar("T")


class Quick:
    """Models that answer at once, what they are asked."""

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """The right answer, or the first one, as the contestant and the probe will have it."""
        knows = [hash((contestant_id, probe.key)) % 4 > 0 for probe in probes]
        first = [probe.options[0] if probe.options else "Sure." for probe in probes]
        return [
            Reply(probe.expected if known and probe.options else word)
            for probe, known, word in zip(probes, knows, first, strict=True)
        ]

    def failed(self) -> Mapping[str, str]:
        """Nobody."""
        return {}


@dataclass
class Grown:
    """An arena after some battles."""

    battles: int
    arena: Arena
    opening: float
    """Seconds that its store took to open."""
    memory: float
    """Megabytes that it then took, with all that a board reads at first."""
    shown: Sequence[str]
    """Ids of battles on pairs of the starter suite, from all of its life."""
    board: PointEstimates
    """As it was counted last."""
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Step -> how long it took, each time; of the board, the time of the processor."""
    turn: int = 0

    def timed(self, step: str, work: Callable[[], T], clock: Callable[[], float] = time.perf_counter) -> T:
        """What `work` gives; how long it took is noted."""
        start = clock()
        value = work()
        self.seconds[step].append(clock() - start)
        return value

    def median(self, step: str) -> float:
        """Seconds that the step takes."""
        return median(self.seconds[step])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--battles", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], help="sizes of arenas")
    parser.add_argument("--contestants", type=int, nargs="+", default=[FEW, 200], help="how many play")
    parser.add_argument("--operations", type=int, default=200, help="how often each step is timed")
    parser.add_argument("--homes", type=Path, help="a folder that keeps the arenas (default: a temporary one)")
    parser.add_argument("--prove", type=int, metavar="N", help="give N battles to the writer, too, and compare the tables")
    parser.add_argument("--pairs", type=int, help="how many pairs of the starter suite come again (default: all)")
    options = parser.parse_args(arguments)
    pairs = starter_pairs()[: options.pairs]
    console = Console()
    breaches: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        homes = options.homes or Path(folder)
        for number in options.contestants:
            with grown_arenas(homes, options.battles, number, pairs, console) as arenas:
                for _ in range(options.operations):
                    for grown in arenas:
                        take_steps(grown)
            console.print(table_of(number, arenas))
            breaches += breaches_of(number, arenas)
        if options.prove:
            breaches += prove(Path(folder), options.prove, pairs)
    for breach in breaches:
        print(f"store growth: {breach}", file=sys.stderr)
    return 1 if breaches else 0


@contextmanager
def grown_arenas(
    homes: Path, sizes: Sequence[int], number: int, pairs: Sequence[MinimalPair], console: Console
) -> Iterator[list[Grown]]:
    """Arenas with so many contestants after these numbers of battles, all open at once; missing homes are made."""
    contestants = contestants_of(number)
    with ExitStack() as stack:
        arenas = []
        for size in sizes:
            home = homes / f"{number}-{size}"
            if not home.exists():
                with console.status(f"{size:,} battles of {number} contestants are written"):
                    grow(home, size, contestants, pairs)
                    Store.open(home, ELO_RULE).close()  # derives, and replays the ratings
            seconds, memory = opening(home)
            store = stack.enter_context(Store.open(home, ELO_RULE))
            arena = Arena(store, Quick(), {one.id: one for one in contestants}, pairs, seed=1)
            stack.enter_context(closing(arena))
            board = count_point_estimates(store, {one.id: one for one in contestants}, None)
            arenas.append(Grown(size, arena, seconds, memory, starter_battles(store, size), board))
        yield arenas


def opening(home: Path) -> tuple[float, float]:
    """Seconds that it takes to open a store, and megabytes that it takes with what a board reads; in a process of its own."""
    ours, theirs = Pipe()
    with forked(tell_opening, home, theirs):
        theirs.close()
        return ours.recv()


def tell_opening(home: Path, asked: Connection) -> None:
    """What that process does."""
    before, start = resident(), time.perf_counter()
    with Store.open(home, ELO_RULE) as store:
        seconds = time.perf_counter() - start
        for read in (store.elo, store.battle_counts, store.tallies, store.unit_counts):
            read()
        asked.send((seconds, (resident() - before) / 1000))


def resident() -> int:
    """Kilobytes of this process in memory, on Linux; elsewhere nothing is measured."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) if found else 0


def starter_battles(store: Store, size: int) -> list[str]:
    """Ids of battles on pairs of the starter suite, from all of an arena's life."""
    wanted = range(1, size + 1, max(1, size // SPREAD))
    query = """
        SELECT battles.id FROM arena.battles JOIN arena.pairs ON pairs.id = battles.pair_id
        WHERE seq IN (SELECT unnest(?)) AND pairs.source = 'starter' AND result <> 'void'
    """
    return [name for (name,) in store._read(selected, query, [list(wanted)])]  # noqa: SLF001 - nobody else asks so


def selected(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of any query."""
    return connection.execute(query, list(values)).fetchall()


def take_steps(grown: Grown) -> None:
    """Play one battle from its opening to the board after it, and show an old one again."""
    arena = grown.arena
    source = "fresh" if grown.turn % FRESH_SHARE == 0 else "starter"
    view = grown.timed(OPEN, lambda: arena.open_battle(BattleFilter(source=source)))
    grown.timed(WRITE, lambda: list(arena.play(view.battle_id)))
    grown.timed(VOTE, lambda: arena.vote(view.battle_id, f"visitor-{grown.turn}", "skip"))
    entered = {one.id: one for one in arena.contestants}

    def board() -> PointEstimates:
        estimates = count_point_estimates(arena.store, entered, None, grown.board)
        rows_of(estimates, {})
        return estimates

    grown.board = grown.timed(BOARD, board, time.thread_time)
    shown = grown.shown[grown.turn * 7919 % len(grown.shown)]
    arena.store.add_vote(shown, "somebody", "skip")  # battles that nobody voted on are shown without their reveal
    grown.timed(SHOW, lambda: arena.view(shown))
    grown.turn += 1


def table_of(number: int, arenas: Sequence[Grown]) -> Table:
    """Medians, in milliseconds, and how they grow."""
    table = Table(f"{number} contestants: battles", *(f"{one.battles:,}" for one in arenas), "growth", box=None)
    for step in (OPEN, WRITE, VOTE, SHOW, BOARD):
        growth = arenas[-1].median(step) / arenas[0].median(step)
        table.add_row(step, *(f"{1000 * one.median(step):.1f} ms" for one in arenas), f"{growth:.2f}")
    table.add_row("open the store", *(f"{one.opening:.2f} s" for one in arenas), "")
    table.add_row("its memory", *(f"{one.memory:.0f} MB" for one in arenas), "")
    return table


def breaches_of(number: int, arenas: Sequence[Grown]) -> Iterator[str]:
    """What costs more than it may."""
    fewest, most = arenas[0], arenas[-1]
    for step in (OPEN, WRITE, VOTE, SHOW, BOARD):
        growth = most.median(step) / fewest.median(step)
        if growth > LARGEST_RATIO:
            yield (
                f"{step}: takes {growth:.2f} times as long after {most.battles:,} battles of {number} contestants as after "
                f"{fewest.battles:,}; at most {LARGEST_RATIO}"
            )
    if number <= FEW and most.median(BOARD) > SLOWEST_BOARD:
        yield f"{BOARD}: takes {most.median(BOARD):.3f} s after {most.battles:,} battles; at most {SLOWEST_BOARD}"
    if most.opening > SLOWEST_OPENING:
        yield f"the store opens in {most.opening:.1f} s after {most.battles:,} battles; at most {SLOWEST_OPENING}"
    if most.memory - fewest.memory > MOST_MEMORY:
        yield f"the store takes {most.memory - fewest.memory:.0f} MB more after {most.battles:,} battles; at most {MOST_MEMORY}"


def prove(folder: Path, battles: int, pairs: Sequence[MinimalPair]) -> Iterator[str]:
    """Give the battles of a grown home to the writer, one by one, and compare what is derived there with what SQL led to."""
    contestants = contestants_of(FEW)
    grow(folder / "by-sql", battles, contestants, pairs)
    with Store.open(folder / "by-sql", ELO_RULE) as grown, Store.open(folder / "by-writer", ELO_RULE) as written:
        give_to_writer(grown, written, contestants, pairs)
        rebuilt, moved = (store._read(fingerprints) for store in (grown, written))  # noqa: SLF001 - nobody else compares them
    for table, fingerprint in rebuilt.items():
        if moved[table] != fingerprint:
            yield f"{table}: the writer leaves something else than a rebuild"


def give_to_writer(grown: Store, written: Store, contestants: Sequence[Contestant], pairs: Sequence[MinimalPair]) -> None:
    """Let the writer keep what the grown store knows, one battle and one vote at a time."""
    written.add_pairs(pairs)
    written.add_contestants(contestants)
    for contestant in contestants:
        written.add_replies(first_replies(contestant, pairs))
    query = "SELECT battles.id, drawn_at FROM arena.battles JOIN arena.pairs ON pairs.id = battles.pair_id ORDER BY seq"
    rows = grown._read(selected, query)  # noqa: SLF001 - nobody else asks for all battles in their order
    for name, drawn_at in rows:
        battle = grown.battle(name)
        assert battle is not None
        replies = []
        if drawn_at is not None:
            drawn = grown.pairs_without_images([battle.pair_id]).values()
            written._write_one(partial(add_pairs, drawn_at=aware(drawn_at)), drawn)  # noqa: SLF001 - they have no pictures
            replies = [
                ReplyRecord(who, key, "", reply, battle.played_at)
                for who in battle.seats
                for key, reply in grown.replies(who, [one.probe_key for one in battle.outcomes], [battle.pair_id]).items()
            ]
        written.add_battle(battle, replies)
        if (vote := grown.vote_of(name)) is not None:
            written.add_vote(name, vote.visitor, vote.choice, vote.voted_at)


if __name__ == "__main__":
    raise SystemExit(main())
