"""How many battles a second the store keeps, by number of writers: by who holds the home, through its socket, by machines.

    python benchmarks/store_writes.py [--seconds 3] [--home FOLDER]

Each battle is what a starter pair makes: 4 tasks, 28 outcomes, 28 replies, two moves of the online ratings, one flush to disk
before it is acknowledged. All ways run in turn on the same disk, on a fresh store each. `one commit each` writes no two battles
together. Through the socket, three writers are three processes, and twenty are threads of one. `machines` gives each process a
home of its own, on one arena in a PostgreSQL that is started for it; it is left out where none is installed.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psycopg
from PIL import Image

from arena.contestants import Contestant
from arena.images import picture_from_pixels
from arena.pairs import MinimalPair, Side, minimal_pair
from arena.probes import Outcome, Reply
from arena.store import BattleRecord, ClusterAddress, EloRule, OutcomeRecord, ReplyRecord, Store
from arena.store.records import SEATS
from arena.store.writer import LARGEST_GROUP

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from postgres import postgres, programs
from processes import forked

CELLS = {"caption_choice": 4, "image_choice": 4, "verification": 4, "request": 2}
CONTESTANTS = [Contestant(f"organisation/model-{number}", f"{number:040x}", "generative") for number in range(6)]
PROCESSES = {1: 1, 3: 3, 20: 1}
"""Writers -> processes that they are, through the socket and as machines."""


def _move(a: float, b: float, only_a: int, only_b: int) -> tuple[float, float]:
    return a + only_a - only_b, b + only_b - only_a


RULE = EloRule("benchmark", 1000.0, _move)
WAYS = ("one commit each", "direct", "socket", "machines")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=3, help="how long each case runs")
    parser.add_argument("--writers", type=int, nargs="+", choices=PROCESSES, default=list(PROCESSES), help="default: all")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="default: all")
    parser.add_argument("--home", type=Path, help="a folder on the disk to measure (default: the temporary folder)")
    options = parser.parse_args(arguments)
    print(f"{'writers':>7}  {'way':<15}  {'battles/s':>9}  {'a commit':>8}  {'median ms':>9}  {'p95 ms':>7}  {'p99 ms':>7}")
    ways = [way for way in options.ways if way != "machines" or programs()]
    for writers, way in itertools.product(options.writers, ways):
        with tempfile.TemporaryDirectory(dir=options.home) as folder:
            waits, commits = measure(Path(folder), way, writers, options.seconds)
        median, slow, slowest = np.percentile(waits, [50, 95, 99]) * 1000
        rate = len(waits) / options.seconds
        together = len(waits) / commits
        print(f"{writers:>7}  {way:<15}  {rate:>9.0f}  {together:>8.1f}  {median:>9.1f}  {slow:>7.1f}  {slowest:>7.1f}")


def measure(home: Path, way: str, writers: int, seconds: float) -> tuple[list[float], int]:
    """Seconds that each acknowledged battle waited, and the commits they took."""
    if way == "machines":
        return measure_machines(home, writers, seconds)
    group = 1 if way == "one commit each" else LARGEST_GROUP
    with holder(home) if way == "socket" else contextlib.nullcontext(), Store.open(home, RULE, group) as store:
        store.add_pairs([make_pair()])
        store.add_contestants(CONTESTANTS)
        before = store.transactions
        waits = write_elsewhere(home, writers, seconds) if way == "socket" else write(store, "", writers, seconds)
        return waits, store.transactions - before


def measure_machines(folder: Path, writers: int, seconds: float) -> tuple[list[float], int]:
    """The same where each process is a machine; the commits are those of their shared log."""
    with postgres(is_durable=True) as server:
        address = ClusterAddress(server.database(), str(folder / "data"))
        with Store.open(folder / "founder", RULE, cluster=address) as store:
            store.add_pairs([make_pair()])
            store.add_contestants(CONTESTANTS)
        waits = write_elsewhere(folder, writers, seconds, address)
        with psycopg.connect(address.postgres) as connection:
            commits = connection.execute("SELECT place - 2 FROM arena_head").fetchall()[0][0]
        return waits, commits


@contextlib.contextmanager
def holder(home: Path) -> Iterator[None]:
    """Another process that holds the home."""
    ours, theirs = Pipe()
    with forked(hold, home, theirs):
        ours.recv()
        yield
        ours.send("the end")
        ours.recv()


def hold(home: Path, outside: Connection) -> None:
    """What that process does."""
    with Store.open(home, RULE):
        outside.send("open")
        outside.recv()
    outside.send("closed")


def write_elsewhere(home: Path, writers: int, seconds: float, cluster: ClusterAddress | None = None) -> list[float]:
    """The waits of processes of their own, which begin together; as machines of an arena they have homes of their own, too."""
    processes = PROCESSES[writers]
    with contextlib.ExitStack() as stack:
        pipes = [Pipe() for _ in range(processes)]
        for number, (_, theirs) in enumerate(pipes):
            own = home if cluster is None else home / f"machine-{number}"
            share = writers // processes
            stack.enter_context(forked(write_when_told, own, str(number), share, seconds, theirs, cluster))
        for word in ("open", "begin"):
            for ours, _ in pipes:
                ours.recv() if word == "open" else ours.send(word)
        return [wait for ours, _ in pipes for wait in ours.recv()]


def write_when_told(
    home: Path, name: str, writers: int, seconds: float, outside: Connection, cluster: ClusterAddress | None
) -> None:
    """What each of them does."""
    with Store.open(home, RULE, cluster=cluster) as store:
        outside.send("open")
        outside.recv()
        outside.send(write(store, name, writers, seconds))


def write(store: Store, name: str, writers: int, seconds: float) -> list[float]:
    """The waits of threads of this process."""
    pair = make_pair()
    waits: list[float] = []
    end = time.perf_counter() + seconds

    def play(writer: int) -> None:
        for number in itertools.count():
            battle, replies = make_battle(f"{name}-{writer}-{number}", pair, writer + number)
            start = time.perf_counter()
            if start > end:
                return
            store.add_battle(battle, replies)
            waits.append(time.perf_counter() - start)

    threads = [threading.Thread(target=play, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def make_pair() -> MinimalPair:
    pictures = [picture_from_pixels(Image.new("RGB", (64, 64), colour)) for colour in ("red", "green")]
    sides = (Side(pictures[0], "a red square", "unsafe"), Side(pictures[1], "a green square", "safe"))
    return minimal_pair(family="squares", domain="safety", category="colour", source="benchmark", sides=sides)


def make_battle(name: str, pair: MinimalPair, number: int) -> tuple[BattleRecord, list[ReplyRecord]]:
    """A battle of two of the contestants in which every probe is a new one."""
    names = (CONTESTANTS[number % 6].id, CONTESTANTS[(number + 1) % 6].id)
    outcomes = tuple(
        OutcomeRecord(seat, task, f"cell{cell}", f"{name}/{task}/{cell}".ljust(64, "0"), Outcome.CORRECT, "A")
        for task, count in CELLS.items()
        for seat in SEATS
        for cell in range(count)
    )
    replies = [
        ReplyRecord(names[SEATS.index(one.seat)], one.probe_key, one.task, Reply("The first caption.", (-0.2, -1.7)))
        for one in outcomes
    ]
    return BattleRecord(name, pair.id, names, 1 / 15, "visitor", "both_good", "1", outcomes), replies


if __name__ == "__main__":
    main()
