"""How many battles a second the store keeps: group commit against one commit each, by number of writers.

    python benchmarks/store_writes.py [--seconds 3] [--home FOLDER]

Each battle is what a starter pair makes: 4 tasks, 28 outcomes, 28 replies, two moves of the online ratings, one flush to disk
before it is acknowledged. Both ways run in turn on the same disk, on a fresh store each.
"""

import argparse
import itertools
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from arena.contestants import Contestant
from arena.images import picture_from_pixels
from arena.pairs import MinimalPair, Side, minimal_pair
from arena.probes import Outcome, Reply
from arena.store import BattleRecord, EloRule, OutcomeRecord, ReplyRecord, Store
from arena.store.records import SEATS

CELLS = {"caption_choice": 4, "image_choice": 4, "verification": 4, "request": 2}
CONTESTANTS = [Contestant(f"organisation/model-{number}", f"{number:040x}", "generative") for number in range(6)]


def _move(a: float, b: float, only_a: int, only_b: int) -> tuple[float, float]:
    return a + only_a - only_b, b + only_b - only_a


RULE = EloRule("benchmark", 1000.0, _move)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=3, help="how long each case runs")
    parser.add_argument("--home", type=Path, help="a folder on the disk to measure (default: the temporary folder)")
    options = parser.parse_args(arguments)
    print(f"{'writers':>7}  {'commits':<13}  {'battles/s':>9}  {'battles a commit':>16}  {'median ms':>9}  {'p99 ms':>7}")
    for writers, (name, largest_group) in itertools.product((1, 20), (("one each", 1), ("group commit", 256))):
        with tempfile.TemporaryDirectory(dir=options.home) as folder, Store.open(Path(folder), RULE, largest_group) as store:
            waits, commits = measure(store, writers, options.seconds)
        median, slow = np.percentile(waits, [50, 99]) * 1000
        rate = len(waits) / options.seconds
        print(f"{writers:>7}  {name:<13}  {rate:>9.0f}  {len(waits) / commits:>16.1f}  {median:>9.1f}  {slow:>7.1f}")


def measure(store: Store, writers: int, seconds: float) -> tuple[list[float], int]:
    """Seconds that each acknowledged battle waited, and the commits they took."""
    pair = make_pair()
    store.add_pairs([pair])
    store.add_contestants(CONTESTANTS)
    waits: list[float] = []
    before = store.transactions
    end = time.perf_counter() + seconds

    def play(writer: int) -> None:
        for number in itertools.count():
            battle, replies = make_battle(f"{writer}-{number}", pair, writer + number)
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
    return waits, store.transactions - before


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
