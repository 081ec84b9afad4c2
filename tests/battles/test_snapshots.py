"""Readers of what is dear to count wait for nothing that they can do without, and are told what it lacks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from arena.battles.snapshots import MOST_KEPT, Pause, Snapshots

PAUSE = Pause(times=4, shortest=2, longest=5)


class World:
    """Battles that are settled, a clock that stands, and counts that take as long as they are told."""

    def __init__(self):
        self.settled = 0
        self.time = 0.0
        self.cost = 0.0
        self.counts = 0
        self.went_on_from = None
        self.failure: Exception | None = None
        self.may_count = threading.Event()
        self.may_count.set()
        self.worker = ThreadPoolExecutor(1)
        self.snapshots = Snapshots[object, int](lambda: self.settled, self.count, self.worker, PAUSE, lambda: self.time)

    def count(self, choice, last):
        seen, self.went_on_from = self.settled, last
        assert self.may_count.wait(10)
        self.counts += 1
        self.time += self.cost
        if self.failure:
            raise self.failure
        return seen

    def read(self, choice="all"):
        """The count, and how many battles it lacks."""
        snapshot = self.snapshots.latest(choice)
        assert snapshot.as_of.battle == snapshot.value
        return snapshot.value, snapshot.newer

    def rest(self):
        """Wait until nothing is counted any more."""
        self.worker.submit(int).result()


@pytest.fixture
def world():
    world = World()
    yield world
    world.may_count.set()
    world.worker.shutdown(cancel_futures=True)


def test_nobody_counts_again_what_lacks_nothing(world):
    assert [world.read(), world.read()] == [(0, 0), (0, 0)]
    world.time = 1e6
    assert world.read() == (0, 0)
    assert world.counts == 1


def test_a_reader_gets_the_last_count_at_once_and_is_told_what_it_lacks(world):
    world.read()
    world.settled, world.time = 3, PAUSE.shortest
    world.may_count.clear()
    assert world.read() == world.read() == (0, 3)
    world.may_count.set()
    world.rest()
    assert world.read() == (3, 0)
    assert world.counts == 2, "the second reader began no other count"


def test_what_was_never_counted_is_not_waited_for_by_those_who_can_do_without(world):
    world.may_count.clear()
    assert world.snapshots.at_hand("all") is None
    world.may_count.set()
    world.rest()
    assert world.snapshots.at_hand("all").value == 0
    assert world.counts == 1


def test_who_has_nothing_yet_waits_for_one_count_even_if_it_lacks_what_came_meanwhile(world):
    world.may_count.clear()
    with ThreadPoolExecutor(1) as readers:
        reader = readers.submit(world.read)
        while world.snapshots._places.get("all") is None:
            pass
        world.settled = 1
        world.may_count.set()
        assert reader.result() in {(0, 0), (1, 0)}
    assert world.counts == 1


@pytest.mark.parametrize(("cost", "pause"), [(0.0, 2.0), (1.0, 4.0), (60.0, 5.0)])
def test_nothing_is_counted_again_before_a_pause_in_proportion_to_what_it_took(world, cost, pause):
    world.cost = cost
    world.read()
    world.settled, world.cost = 1, 0
    world.time += pause - 0.1
    assert world.read() == (0, 1)
    world.rest()
    assert world.counts == 1
    world.time += 0.1
    world.read()
    world.rest()
    assert world.counts == 2


def test_a_count_goes_on_from_the_last_one_of_its_choice(world):
    world.read("other")
    world.settled = 1
    world.read()
    assert world.went_on_from is None
    world.settled = 2
    world.snapshots.complete("all")
    assert world.went_on_from == 1


def test_who_wants_a_complete_count_waits_for_all_that_was_settled_before(world):
    world.may_count.clear()
    with ThreadPoolExecutor() as readers:
        early = readers.submit(world.snapshots.complete, "all")
        while world.snapshots._places.get("all") is None:
            pass
        world.settled = 1  # perhaps while the first count is under way
        late = readers.submit(world.snapshots.complete, "all")
        world.may_count.set()
        assert early.result().value in (0, 1)
        assert late.result().value == 1


def test_choices_are_counted_each_by_itself_and_those_read_least_lately_are_forgotten(world):
    for choice in range(MOST_KEPT):
        world.read(choice)
    world.read(0)
    world.read(MOST_KEPT)
    assert world.counts == MOST_KEPT + 1
    assert len(world.snapshots._places) == MOST_KEPT
    world.read(0)
    assert world.counts == MOST_KEPT + 1, "it was read lately"
    world.read(1)
    assert world.counts == MOST_KEPT + 2


def test_a_count_that_fails_is_told_to_who_waits_for_it_and_made_again(world):
    world.failure = ValueError("no disk")
    with pytest.raises(ValueError, match="no disk"):
        world.read()
    world.failure = None
    assert world.read() == (0, 0)


def test_a_count_that_fails_in_the_background_is_logged_and_the_last_one_stays_until_the_next(world, caplog):
    world.read()
    world.settled, world.time, world.failure = 1, 10, ValueError("no disk")
    world.read()
    world.rest()
    assert "no disk" in caplog.text
    assert world.read() == (0, 1)
    world.rest()
    assert world.counts == 2, "a failure has its pause, too"
    world.time, world.failure = 20, None
    world.read()
    world.rest()
    assert world.read() == (1, 0)
