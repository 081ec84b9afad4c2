"""A crowd that plays over HTTP."""

import pytest


@pytest.mark.long
def test_every_battle_of_a_crowd_is_stored_by_a_real_server(printed, starters, monkeypatch):
    monkeypatch.setenv("ARENA_SHARE_BATTLES", "1 1")  # the share of one address, from which the whole crowd comes
    crowd = ("--battles", 3, "--visitors", 2, "--warm-up", 1)
    header, row = printed("visitors", *starters("clip-mini", "clip-small"), *crowd)
    assert header == ["visitors", "battles/s", "ratio", "server CPU ms a battle", "stored"]
    assert (row[0], row[2], row[4]) == ("2", "1.00x", "3 of 3")
