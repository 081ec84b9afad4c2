"""A crowd that plays over HTTP."""


def test_every_battle_of_a_crowd_is_stored_by_a_real_server(printed, starters):
    crowd = ("--battles", 2, "--visitors", 2, "--warm-up", 1)
    header, *rows = printed("visitors", *starters("clip-mini", "clip-small"), *crowd)
    assert header[-1] == "stored"
    assert [(row[0], row[-1]) for row in rows] == [("1", "2 of 2"), ("2", "2 of 2")]
    assert rows[0][2] == "1.00x"
