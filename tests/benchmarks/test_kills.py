"""Works on one home that are killed after something was acknowledged, as the benchmark does it ten times each."""

import pytest

KINDS = ["server: battles", "server: votes", "server: reviews", "evaluation: answers"]


@pytest.mark.long
def test_kills_lose_and_repeat_nothing_whoever_holds_the_home(printed):
    header, *rows = printed("kills", "--kills", 1, "--only", "two")
    names = ["work", "kills", "owner", "acknowledged", "least", "most", "lost", "twice", "wrong", "longest s"]
    assert header == names
    assert [row[0] for row in rows] == KINDS
    cells = [dict(zip(names, row, strict=True)) for row in rows]
    for row in cells:
        assert [row[name] for name in ("kills", "lost", "twice", "wrong")] == ["1", "0", "0", "0"]
        assert int(row["acknowledged"]) >= int(row["least"]) >= 1
    assert sum(int(row["owner"]) for row in cells[2:]) >= 1
