"""Logs whose folding was broken off, as a kill leaves them."""

import itertools
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from store_insides import connection_of, copy_home
from store_world import RULE, furnish, make_battle

from arena.errors import StoreError
from arena.store import Store
from arena.store import database as opening
from arena.store.log_fold import DIGEST, HEADERS, PLACE, copies_of, fold, log_size, mend
from arena.store.log_fold import _copy_blocks as copy_blocks

BATTLES = 40
PAGE = 4096
"""Bytes after which a write may break off."""


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory) -> dict[str, Path]:
    """Where folding ends -> a home that was killed there."""
    left = {}
    for end in ("after_free_list_write", "before_truncate"):
        home = tmp_path_factory.mktemp(end) / "home"
        store = furnish(Store.open(home, RULE))
        connection, database = connection_of(store), home / "arena.duckdb"
        for number in range(BATTLES):
            store.add_battle(make_battle(f"{number}"))
            if number == BATTLES // 2:
                fold(connection, database)
        connection.execute(f"SET debug_checkpoint_abort = '{end}'")
        with pytest.raises(duckdb.Error):
            fold(connection, database)
        left[end] = copy_home(home, home.with_name("left"))
        with suppress(StoreError):
            store.close()
    return left


@pytest.fixture
def before_the_header(broken_off, tmp_path) -> Path:
    """A home whose old header still holds, though blocks were written over."""
    return shutil.copytree(broken_off["after_free_list_write"], tmp_path / "home")


def copied_blocks(database: Path) -> dict[int, bytes]:
    """Place in the file -> the block that was there before."""
    content, position, blocks = copies_of(database).read_bytes(), DIGEST + HEADERS, {}
    while position < len(content):
        place, size = PLACE.unpack_from(content, position)
        position += PLACE.size
        blocks[place] = content[position : position + size]
        position += size
    return blocks


def tear(database: Path, pages: int) -> None:
    """Leave of each block that was written over so many pages of the new one, and the rest of the old one."""
    content = bytearray(database.read_bytes())
    for place, before in copied_blocks(database).items():
        content[place + pages * PAGE : place + len(before)] = before[pages * PAGE :]
    database.write_bytes(content)


def battles_in(home: Path) -> int:
    with Store.open(home, RULE) as store:
        count = len(connection_of(store).execute("SELECT * FROM arena.battles").fetchall())
        assert store.rebuild() == (), "what is derived moved with it"
    with Store.open(home, RULE) as store:
        assert len(connection_of(store).execute("SELECT * FROM arena.battles").fetchall()) == count
    return count


@pytest.mark.parametrize("pages", [1, 4, 64])
def test_a_block_that_was_written_over_by_half_is_put_back(before_the_header, pages):
    database = before_the_header / "arena.duckdb"
    tear(database, pages)
    assert battles_in(before_the_header) == BATTLES
    assert not copies_of(database).exists()


def test_of_two_starts_at_once_the_one_that_finds_it_mended_goes_on(before_the_header, monkeypatch):
    path = before_the_header / "arena.duckdb"
    tear(path, 1)
    connect, starts = opening._connected, []

    def connect_beside_another(path: Path) -> duckdb.DuckDBPyConnection:
        starts.append(path)
        try:
            return connect(path)
        except StoreError:
            mend(path)  # as the other does right now
            raise

    monkeypatch.setattr(opening, "_connected", connect_beside_another)
    assert battles_in(before_the_header) == BATTLES
    assert len(starts) == 3, "twice by the first start, once by the second"


def test_a_rebuild_leaves_no_log(tmp_path):
    with Store.open(tmp_path / "home", RULE) as store:
        furnish(store).add_battle(make_battle("first"))
        assert log_size(tmp_path / "home" / "arena.duckdb") > 0
        store.rebuild()
        assert log_size(tmp_path / "home" / "arena.duckdb") == 0


def test_without_the_copies_such_a_block_is_damage(before_the_header):
    database = before_the_header / "arena.duckdb"
    tear(database, 1)
    copies_of(database).unlink()
    with pytest.raises(StoreError, match=r"arena\.duckdb is damaged"):
        battles_in(before_the_header)


def test_copies_that_were_broken_off_are_no_copies(before_the_header):
    database = before_the_header / "arena.duckdb"
    tear(database, 0)  # the log is folded only once they are whole
    whole = copies_of(database).read_bytes()
    copies_of(database).write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 4))
    assert battles_in(before_the_header) == BATTLES
    assert not copies_of(database).exists()


def test_what_was_folded_in_whole_stays(broken_off, tmp_path):
    home = shutil.copytree(broken_off["before_truncate"], tmp_path / "home")
    assert battles_in(home) == BATTLES
    assert not copies_of(home / "arena.duckdb").exists()


def test_an_open_home_is_left_alone(before_the_header):
    database = before_the_header / "arena.duckdb"
    copies = copies_of(database).read_bytes()
    with Store.open(before_the_header, RULE) as store:
        store.add_battle(make_battle("one more"))
        copies_of(database).write_bytes(copies)  # as while its owner folds the log
        with Store.open(before_the_header, RULE) as other:
            assert other.battle("one more") is not None
        assert copies_of(database).read_bytes() == copies


def test_a_log_is_folded_once_it_is_large_and_at_the_end(tmp_path, monkeypatch):
    home = tmp_path / "home"
    log, size = home / "arena.duckdb.wal", 40_000
    monkeypatch.setattr("arena.store.witness.LARGEST_LOG", size)
    sizes = []
    with Store.open(home, RULE) as store:
        furnish(store)
        for number in range(BATTLES):
            store.add_battle(make_battle(f"{number}"))
            sizes.append(log.stat().st_size if log.exists() else 0)
    assert max(sizes) <= size
    assert any(after < before for before, after in itertools.pairwise(sizes)), "it was folded on the way"
    assert not log.exists()
    assert not copies_of(home / "arena.duckdb").exists()


def test_a_log_that_cannot_be_folded_stays_and_costs_no_answer(tmp_path, caplog):
    home = tmp_path / "home"
    with Store.open(home, RULE) as store:
        furnish(store)
        copies_of(home / "arena.duckdb").mkdir()
        store.add_battle(make_battle("first"))
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "arena.duckdb stays beside it" in line
    assert (home / "arena.duckdb.wal").exists()
    copies_of(home / "arena.duckdb").rmdir()
    with Store.open(home, RULE) as store:
        assert store.battle("first") is not None


def test_a_log_that_somebody_reads_beside_is_folded_later_and_seldom_tried(tmp_path, monkeypatch, caplog):
    home = tmp_path / "home"
    monkeypatch.setattr("arena.store.witness.LARGEST_LOG", 20_000)
    tried = []
    monkeypatch.setattr("arena.store.log_fold._copy_blocks", lambda *arguments: tried.append(copy_blocks(*arguments)))
    with Store.open(home, RULE) as store, connection_of(store).cursor() as reader:
        furnish(store)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM arena.battles").fetchall()
        for number in range(BATTLES):
            store.add_battle(make_battle(f"{number}"))
        beside = len(tried)
        reader.execute("COMMIT")
        for number in range(BATTLES, 2 * BATTLES):
            store.add_battle(make_battle(f"{number}"))
        assert log_size(home / "arena.duckdb") <= 20_000
    assert beside < BATTLES // 2
    assert not copies_of(home / "arena.duckdb").exists()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_the_log_of_a_database_behind_a_link_is_folded(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    Store.open(home, RULE).close()
    elsewhere.mkdir()
    shutil.move(home / "arena.duckdb", elsewhere / "arena.duckdb")
    (home / "arena.duckdb").symlink_to(elsewhere / "arena.duckdb")
    with Store.open(home, RULE) as store:
        furnish(store)
        assert log_size(home / "arena.duckdb") > 0
        fold(connection_of(store), home / "arena.duckdb")
        assert log_size(home / "arena.duckdb") == 0
