"""Holds a home until it is killed; called in a process of its own."""

import time
from pathlib import Path

from store_world import RULE

from arena.store import Store


def hold(home: Path, begun: Path) -> None:
    """Open the store, make the file `begun`, and wait."""
    with Store.open(home, RULE):
        begun.touch()
        time.sleep(600)
