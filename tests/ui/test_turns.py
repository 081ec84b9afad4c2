from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from arena.ui.turns import Turns

CLIENTS = st.sampled_from("abcde")


def served(waiting: list[str], rooms: int, rounds: int) -> list[str]:
    """Who is served in which order, where `rooms` are under way at once and the oldest ends first."""
    turns, under_way, order = Turns(), [], []
    for _ in range(rounds):
        if len(under_way) == rooms:
            under_way.pop(0)
        place = turns.next(waiting, under_way)
        if place is None:
            break
        order.append(waiting.pop(place))
        under_way.append(order[-1])
    return order


@given(st.lists(CLIENTS, max_size=40), st.integers(1, 6))
def test_nobody_gets_two_turns_while_another_waits_for_one(waiting, rooms):
    waited = Counter(waiting)
    order = served(list(waiting), rooms, len(waiting))
    assert Counter(order) == waited
    for end in range(len(order)):
        turns = Counter(order[: end + 1])
        still_waiting = [client for client in waited if waited[client] > turns[client]]
        assert all(turns[order[end]] <= turns[client] + 1 for client in still_waiting)


@given(st.lists(CLIENTS, max_size=40), st.integers(1, 6))
def test_turns_of_one_client_keep_their_order(waiting, rooms):
    turns, under_way, numbered = Turns(), [], list(enumerate(waiting))
    order = []
    while numbered:
        under_way = under_way[-rooms + 1 :] if rooms > 1 else []
        order.append(numbered.pop(turns.next([client for _, client in numbered], under_way) or 0))
        under_way.append(order[-1][1])
    for client in set(waiting):
        assert [number for number, one in order if one == client] == sorted(number for number, one in order if one == client)


def test_a_newcomer_is_next_however_many_wait_before():
    assert served(["flood"] * 200 + ["visitor"], 1, 2) == ["flood", "visitor"]
    assert served(["flood"] * 200 + ["visitor"] * 2, 48, 4) == ["flood", "visitor", "flood", "visitor"]


def test_where_nobody_waits_there_is_no_turn():
    assert Turns().next([], ["a"]) is None
