"""Readers of what is dear to count wait for nothing that they can do without, and are told what it lacks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from arena.battles.snapshots import MOST_KEPT, PAUSE, SHORTEST_PAUSE, Snapshots

OLDEST = 60


class World:
    """Battles that are settled, a clock that stands, and counts that take as long as they are told."""

    def __init__(self, oldest=OLDEST):
        self.settled = 0
        self.time = 0.0
        self.cost = 0.0
        self.counts = 0
        self.may_count = threading.Event()
        self.may_count.set()
        self.snapshots = Snapshots[int](lambda: self.settled, oldest, lambda: self.time)

    def count(self):
        seen = self.settled
        assert self.may_count.wait(10)
        self.counts += 1
        self.time += self.cost
        return seen

    def read(self, choice="all"):
        found = self.snapshots.latest(choice, self.count)
        return found.value, found.newer

    def rest(self):
        """Wait until nothing is counted any more."""
        for future in list(self.snapshots._under_way.values()):
            future.result()


@pytest.fixture
def world():
    world = World()
    yield world
    world.may_count.set()
    world.snapshots.close()


def test_nobody_counts_again_what_lacks_nothing(world):
    assert [world.read(), world.read()] == [(0, 0), (0, 0)]
    assert world.counts == 1


def test_a_reader_gets_the_last_count_at_once_and_is_told_what_it_lacks(world):
    world.read()
    world.settled, world.time = 3, SHORTEST_PAUSE
    world.may_count.clear()
    assert world.read() == world.read() == (0, 3)
    world.may_count.set()
    world.rest()
    assert world.read() == (3, 0)
    assert world.counts == 2, "the second reader began no other count"


@pytest.mark.parametrize(("cost", "pause"), [(0.0, SHORTEST_PAUSE), (1.0, PAUSE)])
def test_nothing_is_counted_again_before_a_pause_in_proportion_to_what_it_took(world, cost, pause):
    world.cost = cost
    world.read()
    world.settled, world.cost = 1, 0
    world.time += pause - 0.1
    assert world.read() == (0, 1)
    assert world.counts == 1
    world.time += 0.1
    world.read()
    world.rest()
    assert world.counts == 2


def test_where_a_count_lacks_battles_for_long_a_reader_waits_a_moment_for_another(world, monkeypatch):
    world.read()
    world.settled, world.time = 1, OLDEST + 1
    assert world.read() == (1, 0)
    monkeypatch.setattr("arena.battles.snapshots.PATIENCE", 0.01)
    world.settled, world.time = 2, 2 * (OLDEST + 1)
    world.may_count.clear()
    assert world.read() == (1, 1)


def test_what_lacks_nothing_may_be_of_any_age(world):
    world.read()
    world.time = 100 * OLDEST
    assert world.read() == (0, 0)
    assert world.counts == 1


def test_without_an_age_every_reader_waits_for_all_that_was_settled_before():
    world = World(oldest=0)
    world.may_count.clear()
    with ThreadPoolExecutor() as readers:
        early = readers.submit(world.read)
        while not world.snapshots._under_way:
            pass
        world.settled, world.time = 1, 1.0  # while the first count is under way
        late = readers.submit(world.read)
        world.may_count.set()
        assert early.result()[0] in (0, 1)
        assert late.result() == (1, 0)
    world.snapshots.close()


def test_choices_are_counted_each_by_itself_and_those_read_least_lately_are_forgotten(world):
    for choice in range(MOST_KEPT):
        world.read(choice)
    world.read(0)
    world.read(MOST_KEPT)
    assert world.counts == MOST_KEPT + 1
    world.read(0)
    assert world.counts == MOST_KEPT + 1, "it was read lately"
    world.read(1)
    assert world.counts == MOST_KEPT + 2


def test_a_count_that_fails_is_told_to_who_waits_for_it_and_made_again(world):
    def fails():
        raise ValueError("no disk")

    with pytest.raises(ValueError, match="no disk"):
        world.snapshots.latest("all", fails)
    assert world.read() == (0, 0)
