"""The editor that ships, and the gate beside it."""


def test_every_batch_and_number_of_steps_is_compared_with_what_ships(printed):
    rows = printed("generation", "--edits", 1, "--batches", "2", "--steps", "1", "--known", 4)
    assert [row[0] for row in rows[3:5]] == ["edit", "gate"]
    assert rows[3][-1] == "100%"
    edits = {(row[0], row[1]): row[-1] for row in rows[-4:]}
    assert set(edits) == {("1", "1"), ("1", "2"), ("6", "1 (ships)"), ("6", "2")}
    assert edits["6", "1 (ships)"] == "1.00x"
    assert float(edits["1", "1"].rstrip("x")) > 1
