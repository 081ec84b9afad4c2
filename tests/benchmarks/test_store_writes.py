"""Battles that many writers hand to the store."""


def test_one_writer_is_never_grouped_and_twenty_share_commits(printed, tmp_path):
    _, *rows = printed("store_writes", "--seconds", 0.3, "--home", tmp_path)
    assert [row[:2] for row in rows] == [[str(n), way] for n in (1, 20) for way in ("one each", "group commit")]
    *one_each, grouped = [float(row[3]) for row in rows]
    assert one_each == [1, 1, 1]
    assert grouped > 1
    assert not list(tmp_path.iterdir())
