"""What grows with the battles kept: two small arenas, and what counts as growth."""

import pytest

from arena.suites.starter import starter_pairs


def test_each_step_is_timed_in_each_arena(script, printed):
    header, *rows = printed("store_growth", "--battles", 40, 80, "--contestants", 3, "--operations", 1, "--pairs", 6)
    growth = script("store_growth")
    assert header == ["3 contestants: battles", "40", "80", "growth"]
    assert [row[0] for row in rows] == [growth.OPEN, growth.WRITE, growth.VOTE, growth.SHOW, growth.BOARD, "open the store"]


def test_the_writer_leaves_the_same_tables_as_a_rebuild(script, tmp_path):
    assert list(script("store_growth").prove(tmp_path, 40, starter_pairs()[:6])) == []


@pytest.mark.parametrize(
    ("number", "seconds", "opening", "breaches"),
    [
        (6, {}, 0.1, []),
        (
            6,
            {"vote": 0.016},
            0.1,
            ["vote: takes 1.60 times as long after 1,000 battles of 6 contestants as after 10; at most 1.5"],
        ),
        (6, {"board after one more": 0.06}, 0.1, ["board after one more: takes 6.00", "board after one more: takes 0.060 s"]),
        (200, {"board after one more": 0.06}, 0.1, ["board after one more: takes 6.00"]),
        (6, {}, 2.5, ["the store opens in 2.5 s"]),
    ],
)
def test_what_costs_more_than_it_may_is_named(script, number, seconds, opening, breaches):
    growth = script("store_growth")
    steps = dict.fromkeys((growth.OPEN, growth.WRITE, growth.VOTE, growth.SHOW, growth.BOARD), 0.01)
    arenas = [
        growth.Grown(size, None, opening, [], None, {step: [0.0, took, 1.0] for step, took in times.items()})
        for size, times in ((10, steps), (1000, steps | seconds))
    ]
    said = list(growth.breaches_of(number, arenas))
    assert len(said) == len(breaches)
    assert all(line.startswith(start) for line, start in zip(said, breaches, strict=True))
