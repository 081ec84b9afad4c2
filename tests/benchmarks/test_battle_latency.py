"""Battles, timed step by step."""


def test_models_take_part_of_each_battle_and_every_battle_of_a_crowd_is_stored(printed, starters):
    rows = printed("battle_latency", *starters("clip-mini", "llava-mini"), "--battles", 3, "--visitors", 2)
    shares = {step: int(share.rstrip("%")) for step, _, share in rows[2:5]}
    assert set(shares) == {"look up replies", "models answer", "commit"}
    assert shares["models answer"] > 0
    alone, crowd = rows[6:8]
    assert (alone[0], alone[-1], crowd[0]) == ("1", "1.00x", "2")
    assert rows[8] == ["3 of 3 battles stored by 2 visitors"]
