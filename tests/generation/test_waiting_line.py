import threading
import time

import pytest

from arena.errors import GenerationError
from arena.generation import waiting_line
from arena.generation.waiting_line import WaitingLine

PATIENCE = 60
"""Seconds in which something has to happen."""


def wait_until(holds) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Worker(threading.Thread):
    """Takes a turn, and works until it is released."""

    def __init__(self, line: WaitingLine, finished: list[int], number: int) -> None:
        super().__init__(daemon=True)
        self.line, self.finished, self.number = line, finished, number
        self.told: list[int] = []
        self.works, self.release = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.line.turn(self.told.append):
            self.works.set()
            assert self.release.wait(PATIENCE)
            self.finished.append(self.number)


def test_one_works_at_a_time_and_the_others_follow_in_order():
    line, finished, workers = WaitingLine(places=3), [], []
    for number in range(4):
        workers.append(Worker(line, finished, number))
        wait_until(lambda: workers[-1].told or workers[0] is workers[-1])
    for worker in workers:
        ahead = 3 - worker.number
        wait_until(lambda ahead=ahead: ahead == 0 or workers[3].told[-1] == ahead)
        assert worker.works.wait(PATIENCE)
        assert [other.works.is_set() for other in workers].count(True) == worker.number + 1
        worker.release.set()
        worker.join(PATIENCE)
    assert finished == [0, 1, 2, 3]
    assert list(dict.fromkeys(workers[3].told)) == [3, 2, 1]  # its place, each time that the line moved


def test_nobody_more_may_join_a_full_line():
    line, finished = WaitingLine(places=1), []
    first = Worker(line, finished, 0)
    assert first.works.wait(PATIENCE)
    second = Worker(line, finished, 1)
    wait_until(lambda: second.told)
    with pytest.raises(GenerationError, match="1 others wait"), line.turn(lambda _: None):
        pass
    first.release.set()
    second.release.set()
    second.join(PATIENCE)
    with line.turn(lambda _: pytest.fail("nobody is there")):
        finished.append(2)
    assert finished == [0, 1, 2]


def test_who_leaves_gives_up_its_place(monkeypatch):
    monkeypatch.setattr(waiting_line, "TOLD_EVERY", 0.01)
    line, finished = WaitingLine(places=2), []
    first = Worker(line, finished, 0)
    assert first.works.wait(PATIENCE)

    def impatient(ahead: int, patience: list[int] = [3]) -> None:  # noqa: B006 - counts down
        patience[0] -= 1
        if patience[0] == 0:
            raise TimeoutError

    with pytest.raises(TimeoutError), line.turn(impatient):
        pytest.fail("the first still works")
    third = Worker(line, finished, 2)
    wait_until(lambda: third.told)
    assert set(third.told) == {1}
    first.release.set()
    third.release.set()
    third.join(PATIENCE)
    assert finished == [0, 2]


def test_work_that_fails_frees_the_turn():
    line = WaitingLine(places=0)
    with pytest.raises(ZeroDivisionError), line.turn(lambda _: None):
        _ = 1 / 0
    with line.turn(lambda _: None):
        pass
