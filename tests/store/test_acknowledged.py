import random
import re
import shutil
from pathlib import Path

import duckdb
import pytest
from old_homes import OldBattle, write_old_home
from store_insides import connection_of, copy_home
from store_world import CLEAR_WIN, CONTESTANTS, PAIRS, RULE, furnish, make_battle

from arena.errors import StoreError
from arena.store import Store
from arena.store.acknowledged import NOTE, SLOT

BATTLES = 12
LOG = "arena.duckdb.wal"


@pytest.fixture(scope="module")
def killed(tmp_path_factory) -> Path:
    """A home as a killed process leaves it: its last 12 battles and 11 votes stand in the write-ahead log alone."""
    folder = tmp_path_factory.mktemp("killed")
    with Store.open(folder / "running", RULE) as store:
        furnish(store)
        connection_of(store).execute("CHECKPOINT arena")
        for number in range(BATTLES):
            store.add_battle(make_battle(f"{number}", played_by="visitor"))
            if number:
                store.add_vote(f"{number}", "visitor", "a")
        copy_home(folder / "running", folder / "home")
    return folder / "home"


@pytest.fixture
def home(tmp_path, killed) -> Path:
    return copy_home(killed, tmp_path / "home")


def held(home: Path) -> dict[str, int]:
    """How many battles and votes DuckDB itself finds in a copy of the home."""
    looked_at = copy_home(home, home.with_name("looked-at"))
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{looked_at / 'arena.duckdb'}' AS arena")
        counts = _counts(connection)
    shutil.rmtree(looked_at)
    return counts


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = ("battles", "votes")
    return {table: connection.execute(f"SELECT count(*) FROM arena.{table}").fetchall()[0][0] for table in tables}


def refusal(home: Path) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(home, RULE)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def counts_of(store: Store) -> dict[str, int]:
    return _counts(connection_of(store))


def test_a_log_cut_anywhere_is_told_by_numbers(home):
    whole = (home / LOG).read_bytes()
    rng = random.Random(0)
    for _ in range(12):
        (home / LOG).write_bytes(whole[: rng.randrange(len(whole))])
        there = held(home)
        assert there["battles"] < BATTLES or there["votes"] < BATTLES - 1
        message = refusal(home)
        assert re.search(r"`arena restore FILE --replace`, or go on .* ARENA_ACCEPT_LOSS=\d+$", message)
        for table, all_of_them in (("battles", BATTLES), ("votes", BATTLES - 1)):
            missing = all_of_them - there[table]
            assert (f"{missing} of {all_of_them} {table}" in message) == bool(missing)


@pytest.mark.parametrize("how", ["log lost", "log is garbage", "log is empty", "database lost", "both lost", "older database"])
def test_what_was_lost_otherwise_is_told_too(home, how, tmp_path, furnished):
    if how in ("log lost", "both lost"):
        (home / LOG).unlink()
    if how in ("database lost", "both lost"):
        (home / "arena.duckdb").unlink()
    if how.startswith("log is"):
        (home / LOG).write_bytes(random.Random(1).randbytes(5000) if how == "log is garbage" else b"")
    if how == "older database":
        (home / LOG).unlink()
        shutil.copy(furnished / "arena.duckdb", home)
    assert f"{BATTLES} of {BATTLES} battles, {BATTLES - 1} of {BATTLES - 1} votes are missing" in refusal(home)


def test_a_refused_home_stays_as_it_is(home):
    whole = (home / LOG).read_bytes()
    (home / LOG).write_bytes(whole[: len(whole) // 2])
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    refusal(home)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    (home / LOG).write_bytes(whole)
    with Store.open(home, RULE) as store:
        assert counts_of(store) == {"battles": BATTLES, "votes": BATTLES - 1}, "the log was found again"


def test_a_loss_is_accepted_once_and_by_its_number(home):
    (home / LOG).unlink()
    lost = BATTLES + BATTLES - 1
    with pytest.raises(StoreError, match="missing"):
        Store.open(home, RULE, accepted_loss=lost - 1)
    with Store.open(home, RULE, accepted_loss=lost) as store:
        store.add_battle(make_battle("new"))
    with Store.open(home, RULE) as store:
        assert counts_of(store) == {"battles": 1, "votes": 0}
    (home / "arena.duckdb").unlink()
    assert "1 of 1 battles are missing" in refusal(home)


def test_a_note_that_lags_behind_is_no_loss(home):
    """A kill between a commit and its note leaves more in the database than was noted."""
    before = (home / NOTE).read_bytes()
    with Store.open(home, RULE) as store:
        store.add_battle(make_battle("committed"))
    (home / NOTE).write_bytes(before)
    with Store.open(home, RULE) as store:
        assert counts_of(store)["battles"] == BATTLES + 1
    (home / "arena.duckdb").unlink()
    assert f"{BATTLES + 1} of {BATTLES + 1} battles" in refusal(home), "the start has noted what it found"


@pytest.mark.parametrize("slots", [[0], [1]])
def test_a_note_half_written_leaves_the_one_before(home, slots):
    content = bytearray((home / NOTE).read_bytes())
    for slot in slots:
        content[slot * SLOT + 20 : (slot + 1) * SLOT] = b"\0" * (SLOT - 20)
    (home / NOTE).write_bytes(content)
    (home / LOG).unlink()
    assert re.search(rf"({BATTLES}|{BATTLES - 1}) of \1 battles", refusal(home))


@pytest.mark.parametrize("content", [b"", b"\0" * 2 * SLOT, b"not a note\n"])
def test_without_a_note_the_database_is_taken_as_it_is(home, content):
    """A home of an earlier version has none; nothing can be told."""
    (home / NOTE).write_bytes(content)
    (home / LOG).unlink()
    Store.open(home, RULE).close()
    with Store.open(home, RULE) as store:
        assert counts_of(store) == {"battles": 0, "votes": 0}


def test_nothing_is_missing_after_checkpoints_copies_and_kills(home, tmp_path):
    with Store.open(home, RULE) as store:
        for number in range(5):
            store.add_battle(make_battle(f"more-{number}"))
            connection_of(store).execute("CHECKPOINT arena")
            copy = copy_home(home, tmp_path / f"copy-{number}")
            with Store.open(copy, RULE) as copied:
                assert counts_of(copied) == counts_of(store)
    for _ in range(2):
        Store.open(home, RULE).close()


@pytest.mark.parametrize("steps", [1, 4])
def test_a_home_of_an_older_schema_misses_nothing(tmp_path, steps):
    battle = OldBattle("old", PAIRS[0], (CONTESTANTS[0].id, CONTESTANTS[1].id), "a", CLEAR_WIN, [])
    write_old_home(tmp_path / "home", CONTESTANTS, [battle], steps)
    for _ in range(2):
        with Store.open(tmp_path / "home", RULE) as store:
            assert counts_of(store) == {"battles": 1, "votes": 0}
    (tmp_path / "home" / "arena.duckdb").unlink()
    assert "1 of 1 battles are missing" in refusal(tmp_path / "home")
