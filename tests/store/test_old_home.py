"""A home that an earlier arena left: battles of six models, judged and unjudged, before anything was derived from them."""

import json
import math
import time
import zipfile
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from processes import wait_until
from slow_opening import PAUSE, open_slowly

from arena.battles.scoring import ELO_RULE
from arena.cli import main
from arena.store import Store
from arena.store.database import open_database
from arena.store.migrations import MIGRATIONS

PLACE = Path(__file__).parent / "homes" / "m011.zip"
"""The database, and what `arena leaderboard --json` said of it then, without and with `--fresh-since`."""
LAST = "m011_scored_by"
KILLS = 5


@pytest.fixture
def old_home(tmp_path) -> Path:
    home = tmp_path / "home"
    with zipfile.ZipFile(PLACE) as archive:
        archive.extract("arena.duckdb", home)
    return home


def facts(home: Path) -> dict[str, list]:
    """Table -> its rows, of those that there were, in the columns that there were."""
    connection = open_database(home / "arena.duckdb")
    try:
        tables = connection.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'arena' GROUP BY table_name"
        ).fetchall()
        known = {"pairs", "contestants", "replies", "battles", "judgements", "votes", "settlements", "elo"}
        later = {"drawn_at", "drawn", "key"}
        rows = {}
        for table, columns in tables:
            if table in known:
                names = ", ".join(name for name in columns if name not in later)
                rows[table] = connection.execute(f"SELECT {names} FROM arena.{table} ORDER BY ALL").fetchall()
        return rows
    finally:
        connection.close()


def board(home: Path, capsys, *options: str) -> str:
    assert main(["--home", str(home), "leaderboard", *options, "--json"]) == 0
    return capsys.readouterr().out


def said(name: str) -> str:
    with zipfile.ZipFile(PLACE) as archive:
        return archive.read(name).decode()


def is_still_said(now: Any, then: Any) -> bool:
    """Whether what is told now holds what was told then: later versions add fields and take none away, and the last digit of a
    sum is that of the processor.
    """
    if isinstance(then, dict):
        return all(key in now and is_still_said(now[key], value) for key, value in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(map(is_still_said, now, then))
    if isinstance(then, float):
        return isinstance(now, float) and math.isclose(now, then, rel_tol=1e-12)
    return now == then


def test_it_is_what_it_says(old_home):
    connection = open_database(old_home / "arena.duckdb")
    applied = [name for (name,) in connection.execute("SELECT name FROM arena.migrations ORDER BY name").fetchall()]
    connection.close()
    assert applied == [step.__name__ for step in MIGRATIONS[: len(applied)]]
    assert applied[-1] == LAST


@pytest.mark.parametrize(("name", "options"), [("board.json", ()), ("fresh.json", ("--fresh-since",))])
def test_its_board_is_the_same(old_home, capsys, name, options):
    assert is_still_said(json.loads(board(old_home, capsys, *options)), json.loads(said(name)))


def test_no_row_of_it_is_lost(old_home):
    before = facts(old_home)
    Store.open(old_home, ELO_RULE).close()
    assert facts(old_home) == before


def test_it_is_brought_up_to_date_though_it_is_killed_at_any_step(old_home, tmp_path, capsys):
    before = facts(old_home)
    for number in range(KILLS):
        begun = tmp_path / f"begun-{number}"
        process = get_context("fork").Process(target=open_slowly, args=(old_home, begun))
        process.start()
        wait_until(begun.exists, process)
        time.sleep(2 * PAUSE * number)
        process.kill()
        process.join()
    assert is_still_said(json.loads(board(old_home, capsys)), json.loads(said("board.json")))
    assert facts(old_home) == before
    with Store.open(old_home, ELO_RULE) as store:
        assert store.rebuild() == ()
