"""A server that is killed after it acknowledged something, as the benchmark does it ten times."""

import pytest


@pytest.mark.long
def test_a_kill_of_a_server_loses_and_repeats_nothing(printed):
    header, *rows = printed("kills", "--kills", 1, "--only", "server")
    assert header == ["work", "kills", "acknowledged", "least", "most", "lost", "twice", "wrong"]
    assert [row[0] for row in rows] == ["server: battles", "server: votes", "server: reviews"]
    for _, kills, acknowledged, least, _, lost, twice, wrong in rows:
        assert (kills, lost, twice, wrong) == ("1", "0", "0", "0")
        assert int(acknowledged) >= int(least) >= 1
