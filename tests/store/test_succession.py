"""Who takes the place of the process that held a home."""

import threading
import time

from store_world import RULE, furnish

from arena.store import Store


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
