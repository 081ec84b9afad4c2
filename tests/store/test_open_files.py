import logging
import shutil

import pytest
from store_insides import connection_of, copy_home
from store_world import RULE, furnish, make_battle, make_contestant

from arena.errors import StoreError
from arena.store import Store
from arena.store.open_files import OpenFiles


def delete(path):
    path.unlink()


def move(path):
    path.rename(path.with_name("moved-away"))


def replace(path):
    """By a copy with the same bytes, as a restore from elsewhere would."""
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def delete_home(path):
    shutil.rmtree(path.parent)


def replace_home(path):
    copy_home(path.parent, path.parent.with_name("copy"))
    shutil.rmtree(path.parent)
    path.parent.with_name("copy").rename(path.parent)


@pytest.mark.parametrize("name", ["arena.duckdb", "arena.duckdb.wal"])
@pytest.mark.parametrize("harm", [delete, move, replace, delete_home, replace_home])
def test_nothing_is_acknowledged_once_a_file_is_gone(store, home, name, harm, caplog):
    assert store.add_battle(make_battle("before", played_by="visitor")).first
    harm(home / name)
    with caplog.at_level(logging.ERROR):
        for write in (
            lambda: store.add_battle(make_battle("after")),
            lambda: store.add_vote("before", "visitor", "a"),
            lambda: store.add_contestants([make_contestant(99)]),
        ):
            with pytest.raises(StoreError, match=r"was deleted, moved or replaced while the arena ran") as caught:
                write()
            assert "\n" not in str(caught.value)
    assert len(caplog.records) == 1, "the log is told once"
    battle = store.battle("before")
    assert battle is not None, "what is read is read on"
    assert battle.seq == 1


def test_what_is_put_back_goes_on(store, home):
    moved = home.with_name("moved-away")
    for number in (1, 2):
        home.rename(moved)
        with pytest.raises(StoreError):
            store.add_battle(make_battle("meanwhile"))
        moved.rename(home)
        assert store.add_battle(make_battle(f"after-{number}")).seq == number
    assert store.battle("meanwhile") is None


def test_the_home_that_took_its_place_is_left_alone(store, home):
    store.add_battle(make_battle("first"))
    replace_home(home / "arena.duckdb")
    with pytest.raises(StoreError):
        store.add_battle(make_battle("refused"))
    before = {path: path.read_bytes() for path in home.glob("arena.duckdb*")}
    assert home / "arena.duckdb.wal" in before
    for _ in range(2):
        store.close()
    assert {path: path.read_bytes() for path in home.glob("arena.duckdb*")} == before


def test_checkpoints_end_a_log_and_no_acknowledgements(store, home):
    for number in range(3):
        assert store.add_battle(make_battle(f"{number}")).seq == number + 1
        connection_of(store).execute("CHECKPOINT arena")
        assert not (home / "arena.duckdb.wal").exists()


def test_a_home_behind_a_link_is_known_by_where_it_leads(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "disk")
    with Store.open(tmp_path / "home", RULE) as store:
        assert furnish(store).add_battle(make_battle("first")).first
        (tmp_path / "disk" / "arena.duckdb.wal").unlink()
        with pytest.raises(StoreError):
            store.add_battle(make_battle("second"))


def test_another_file_is_not_taken_for_a_log_that_has_ended(tmp_path):
    """A file that is opened right after a checkpoint often gets both numbers of the log: of the descriptor and of the file."""
    database, log = tmp_path / "arena.duckdb", tmp_path / "arena.duckdb.wal"
    database.touch()
    files = OpenFiles(database)
    with log.open("wb"):
        files.check()
    log.unlink()
    with (tmp_path / "another").open("wb"):
        files.check()
