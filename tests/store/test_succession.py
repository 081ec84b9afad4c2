"""Who takes the place of the process that held a home."""

import threading
import time

import duckdb
import pytest
from store_world import RULE, furnish

from arena.errors import StoreBusy
from arena.store import Store
from arena.store.database import store_error


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
