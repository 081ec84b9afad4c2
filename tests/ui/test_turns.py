from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from arena.ui.turns import LATELY, Turns

CLIENTS = st.sampled_from("abcde")
BESIDE_OTHERS = 2
PACE = 5.0


class Simulation:
    """Clients whose requests wait, and end in the order in which they began."""

    def __init__(self, waiting: list[str], rooms: int = 48) -> None:
        self.now = 0.0
        self.turns = Turns(BESIDE_OTHERS, PACE, lambda: self.now)
        self.waiting = list(waiting)
        self.rooms = rooms
        self.under_way: list[str] = []
        self.order: list[str] = []

    def begin(self) -> bool:
        """Let one begin; whether one may."""
        place = self.turns.next(self.waiting, self.under_way) if len(self.under_way) < self.rooms else None
        if place is None:
            return False
        self.order.append(self.waiting.pop(place))
        self.under_way.append(self.order[-1])
        return True

    def end(self) -> None:
        """Let the oldest end, a second later."""
        self.now += 1
        del self.under_way[:1]


@given(st.lists(CLIENTS, max_size=40), st.integers(1, 6))
def test_everybody_is_served_and_nobody_twice_before_all_who_wait_were_once(waiting, rooms):
    simulation = Simulation(waiting, rooms)
    while simulation.waiting:
        if not simulation.begin():
            simulation.end()
        if len(set(waiting)) > 1:
            assert max(Counter(simulation.under_way).values(), default=0) <= BESIDE_OTHERS
    assert Counter(simulation.order) == Counter(waiting)
    assert set(simulation.order[: len(set(waiting))]) == set(waiting)


def test_alone_a_client_may_have_any_number_under_way():
    simulation = Simulation(["school"] * 40)
    while simulation.begin():
        pass
    assert len(simulation.under_way) == 40


def test_beside_others_a_client_has_few_under_way_and_waits_while_they_are():
    simulation = Simulation(["visitor"])
    assert simulation.begin()
    simulation.waiting = ["flood"] * 200
    assert simulation.begin()  # its first
    assert not simulation.begin()  # the visitor is under way
    simulation.end()
    assert simulation.begin()
    assert not simulation.begin(), "two are under way"


def test_a_client_beside_busy_others_goes_on_at_a_slow_pace():
    simulation = Simulation(["visitor", "flood", "flood", "flood"])
    while simulation.begin():
        pass
    assert simulation.order == ["visitor", "flood"]
    simulation.under_way = ["visitor"]
    simulation.now += PACE - 0.1
    assert not simulation.begin()
    simulation.now += 0.2
    assert simulation.begin()
    assert not simulation.begin()


def test_a_newcomer_is_next_however_many_wait_before():
    simulation = Simulation(["flood"] * 200)
    for _ in range(10):
        assert simulation.begin()
    simulation.waiting.append("visitor")
    assert simulation.begin()
    assert simulation.order[-1] == "visitor"


def test_who_has_begun_nothing_for_a_while_is_forgotten():
    simulation = Simulation(["visitor"] + ["school"] * 40)
    simulation.begin()
    simulation.end()
    simulation.now += LATELY
    simulation.turns.forget()
    while simulation.begin():
        pass
    assert simulation.under_way == ["school"] * 40


@given(st.lists(CLIENTS, min_size=1, max_size=40), st.lists(CLIENTS, max_size=4))
def test_of_what_one_client_sends_the_oldest_begins_first(waiting, under_way):
    place = Turns(BESIDE_OTHERS, PACE).next(waiting, under_way)
    assert place is None or waiting.index(waiting[place]) == place


def test_where_nobody_waits_there_is_no_turn():
    assert Turns(BESIDE_OTHERS, PACE).next([], ["a"]) is None
