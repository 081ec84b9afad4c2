"""Who takes the place of the process that held a home."""

import os
import shutil
import struct
import threading
import time

import duckdb
import pytest
from store_world import RULE, furnish

from arena.errors import StoreBusy, StoreError
from arena.store import Store, owner_socket
from arena.store.database import store_error
from arena.store.messages import Request, packed
from arena.store.owner_socket import connect
from arena.store.takedowns import Takedowns


def _large(_: duckdb.DuckDBPyConnection) -> bytes:
    return bytes(2**24)


CONTENT = packed(Request("read", _large, ()))
REQUEST = struct.pack("!i", len(CONTENT)) + CONTENT


def test_who_asks_for_nothing_takes_the_place_too(home):
    first = furnish(Store.open(home, RULE))
    with Store.open(home, RULE) as second:
        first.close()
        end = time.monotonic() + 5
        while not second._database.is_owner:
            assert time.monotonic() < end
            time.sleep(0.01)
        with Store.open(home, RULE) as third:
            assert not third._database.is_owner
            assert len(third.contestants()) == 4


def test_a_closed_store_leaves_no_thread(home):
    before = set(threading.enumerate())
    with Store.open(home, RULE), Store.open(home, RULE):
        pass
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name == "store-watch"]
    assert not left


@pytest.mark.parametrize(
    ("holder", "says"),
    [
        ("/usr/bin/python3.11 (PID 4711) by user somebody", "in use by process 4711"),
        ("PID 4711", "in use by a process that ends"),
        ("PID 0", "in use by a process that ends"),
    ],
)
def test_a_file_whose_holder_was_just_killed_is_busy_and_not_broken(tmp_path, holder, says):
    told = f'IO Error: Could not set lock on file "{tmp_path}/arena.duckdb": Conflicting lock is held in {holder}. See also'
    error = store_error(duckdb.IOException(told), tmp_path / "arena.duckdb")
    assert isinstance(error, StoreBusy)
    assert says in str(error)


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda home: home.rename(home.with_name("elsewhere"))])
def test_nobody_begins_a_new_arena_where_the_one_before_has_gone(home, lose):
    first = furnish(Store.open(home, RULE))
    with Store.open(home, RULE) as second:
        lose(home)
        first.close()
        with pytest.raises(StoreError, match="was deleted, moved or replaced while the arena ran"):
            second.contestants()
        assert not home.exists()


def test_a_home_that_comes_back_is_used_again(home):
    first = furnish(Store.open(home, RULE))
    elsewhere = home.with_name("elsewhere")
    with Store.open(home, RULE) as second:
        home.rename(elsewhere)
        first.close()
        with pytest.raises(StoreError):
            second.contestants()
        elsewhere.rename(home)
        assert len(second.contestants()) == 4


@pytest.mark.parametrize("said", [REQUEST, REQUEST[:8]], ids=["before it has read its answer", "in the middle of a request"])
def test_who_is_stopped_keeps_no_owner_from_ending(home, monkeypatch, said):
    monkeypatch.setattr(owner_socket, "PATIENCE", 0.05)
    first = furnish(Store.open(home, RULE))
    stopped, _ = connect(home)
    os.write(stopped.fileno(), said)
    with Store.open(home, RULE) as second:
        assert len(second.contestants()) == 4, "by now the owner is at what it was sent first"
        closes = threading.Thread(target=first.close)
        closes.start()
        closes.join(5)
        assert not closes.is_alive()
    stopped.close()


def test_an_owner_may_end_while_another_process_is_about_to_open(home, monkeypatch):
    first = furnish(Store.open(home, RULE))

    def begin(*arguments):
        monkeypatch.undo()
        first.close()
        return Takedowns(*arguments)

    monkeypatch.setattr("arena.store.shared_database.SharedDatabase._follow", lambda *_: None)
    monkeypatch.setattr("arena.store.store.Takedowns", begin)
    with Store.open(home, RULE) as second:
        assert len(second.contestants()) == 4
