"""Opens an old home so slowly that it can be killed at any step; called in a process of its own."""

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from arena.battles.scoring import ELO_RULE
from arena.store import Store, derived, migrations, rebuild
from arena.store.scored_battles import ScoredBattle

PAUSE = 0.02
"""Seconds before each step."""


def open_slowly(home: Path, begun: Path) -> None:
    """Open the store, a few battles a step, and make the file `begun` before."""
    count, steps = derived.count, list(migrations.MIGRATIONS)

    def count_slowly(connection: duckdb.DuckDBPyConnection, battles: Sequence[ScoredBattle]) -> None:
        count(connection, battles)
        time.sleep(PAUSE)

    rebuild.derived.count = count_slowly
    rebuild.go_on.__defaults__ = (rebuild.silent, 8)
    last = steps[-1]

    def last_step(connection: duckdb.DuckDBPyConnection) -> None:
        last(connection)
        time.sleep(PAUSE)

    last_step.__name__ = last.__name__
    migrations.MIGRATIONS[-1] = last_step
    begun.touch()
    Store.open(home, ELO_RULE).close()
