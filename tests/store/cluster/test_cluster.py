"""Machines that share one arena."""


from store_insides import connection_of
from store_world import furnish, make_battle

from arena.store.rebuild import fingerprints


def test_what_one_machine_writes_all_have(machines):
    east, west = machines("east"), machines("west")
    furnish(east)
    assert east.add_battle(make_battle("x")).seq == 1
    assert west.add_vote("x", "somebody", "a")
    assert not east.add_vote("x", "another", "b")
    assert east.vote_of("x") == west.vote_of("x")
    assert fingerprints(connection_of(east)) == fingerprints(connection_of(west))
