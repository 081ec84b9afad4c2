"""Opens an old home so slowly that it can be killed at any step; called in a process of its own."""

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from arena.battles.scoring import ELO_RULE
from arena.store import EloRule, Store, migrations, rebuild

PAUSE = 0.02
"""Seconds before each step."""


def open_slowly(home: Path, begun: Path) -> None:
    """Open the store, a few battles a step, and make the file `begun` before."""
    add_up, steps = rebuild.add_up, list(migrations.MIGRATIONS)

    def slowly(connection: duckdb.DuckDBPyConnection, battle_ids: Sequence[str], rule: EloRule | None) -> None:
        add_up(connection, battle_ids, rule)
        time.sleep(PAUSE)

    rebuild.add_up = slowly
    rebuild.go_on.__defaults__ = (rebuild.silent, 8)
    last = steps[-1]

    def last_step(connection: duckdb.DuckDBPyConnection) -> None:
        last(connection)
        time.sleep(PAUSE)

    last_step.__name__ = last.__name__
    migrations.MIGRATIONS[-1] = last_step
    begun.touch()
    Store.open(home, ELO_RULE).close()
