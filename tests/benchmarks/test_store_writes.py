"""Battles that many writers hand to the store, directly and through the socket."""

import pytest

WAYS = ("one commit each", "direct", "socket")
"""Those that need no PostgreSQL."""


@pytest.mark.long
def test_twenty_writers_share_commits_through_the_socket_too(printed, tmp_path):
    _, *rows = printed("store_writes", "--seconds", 0.2, "--writers", 20, "--ways", *WAYS, "--home", tmp_path)
    assert [row[:2] for row in rows] == [["20", way] for way in WAYS]
    a_commit = {row[1]: float(row[3]) for row in rows}
    assert a_commit["one commit each"] == 1
    assert a_commit["direct"] > 1
    assert a_commit["socket"] > 1
    assert not list(tmp_path.iterdir())
