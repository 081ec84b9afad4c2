"""Holds a home until it is killed; called in a process of its own."""

import os
import time
from pathlib import Path

from store_world import RULE

from arena.store import Store


def hold(home: Path, begun: Path) -> None:
    """Open the store, make the file `begun`, and wait."""
    with Store.open(home, RULE):
        begun.touch()
        time.sleep(600)


def hold_and_fork(home: Path, begun: Path) -> None:
    """The same, with a child that goes on for a while when this process is killed."""
    with Store.open(home, RULE):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        begun.touch()
        time.sleep(600)
