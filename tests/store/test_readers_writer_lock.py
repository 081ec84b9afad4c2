"""A lock that many hold together, or one alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

from arena.store.readers_writer_lock import ReadersWriterLock

PATIENCE = 30


def test_many_hold_it_together():
    lock = ReadersWriterLock()
    together = threading.Barrier(3)

    def hold() -> None:
        with lock.shared():
            together.wait(PATIENCE)

    with ThreadPoolExecutor(3) as threads:
        for held in [threads.submit(hold) for _ in range(3)]:
            held.result(PATIENCE)


def test_one_holds_it_alone_and_comes_before_those_that_come_later():
    lock = ReadersWriterLock()
    order: list[str] = []

    def alone() -> None:
        with lock.exclusive():
            order.append("alone")

    def together() -> None:
        with lock.shared():
            order.append("together")

    with ThreadPoolExecutor(2) as threads:
        with lock.shared():
            first = threads.submit(alone)
            while not lock._alone:
                pass
            second = threads.submit(together)
            assert order == []
        for held in (first, second):
            held.result(PATIENCE)
    assert order == ["alone", "together"]


def test_whoever_fails_gives_it_back():
    lock = ReadersWriterLock()
    for hold in (lock.shared, lock.exclusive):
        try:
            with hold():
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    with lock.exclusive():
        pass
