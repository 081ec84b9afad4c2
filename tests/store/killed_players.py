"""Plays in a home until it is killed; called in a process of its own, so this imports no more than that needs."""

import os
import threading
from pathlib import Path

from store_world import RULE, furnish, make_battle

from arena.store import Store, witness


def play_for_ever(home: Path, turn: int, told: Path) -> None:
    """Have three threads play, each of which tells a file what it was told is kept."""
    store = furnish(Store.open(home, RULE))
    if turn % 2:  # every other process folds its log into the database all the time, so kills hit that as well
        witness.LARGEST_LOG = 10_000
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def play(thread: int) -> None:
        for number in range(10_000):
            name = f"{turn}-{thread}-{number}"
            acknowledged = store.add_battle(make_battle(name))
            store.add_vote(name, f"visitor-{thread}", "a")
            os.write(file, f"{name} {acknowledged.seq}\n".encode())

    threads = [threading.Thread(target=play, args=(thread,)) for thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
