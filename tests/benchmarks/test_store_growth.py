"""What grows with the battles kept: two small arenas, and what counts as growth."""

import pytest

from arena.suites.starter import starter_pairs


def test_each_step_is_timed_in_each_arena(script, printed):
    header, *rows = printed("store_growth", "--battles", 20, 40, "--contestants", 3, "--operations", 1, "--pairs", 6)
    growth = script("store_growth")
    assert header == ["3 contestants: battles", "20", "40", "growth"]
    assert [row[0] for row in rows] == [
        growth.OPEN,
        growth.WRITE,
        growth.VOTE,
        growth.SHOW,
        growth.BOARD,
        "open the store",
        "its memory",
    ]


def test_the_writer_leaves_the_same_tables_as_a_rebuild(script, tmp_path):
    assert list(script("store_growth").prove(tmp_path, 20, starter_pairs()[:6])) == []


BOARD = "board after one more"


@pytest.mark.parametrize(
    ("number", "seconds", "opened", "breaches"),
    [
        (6, {}, (0.1, 50), []),
        (
            6,
            {"vote": 0.016},
            (0.1, 50),
            ["vote: takes 1.60 times as long after 1,000 battles of 6 contestants as after 10; at"],
        ),
        (6, {BOARD: 0.06}, (0.1, 50), [f"{BOARD}: takes 6.00", f"{BOARD}: takes 0.060 s"]),
        (200, {BOARD: 0.06}, (0.1, 50), [f"{BOARD}: takes 6.00"]),
        (6, {}, (2.5, 50), ["the store opens in 2.5 s"]),
        (6, {}, (0.1, 351), ["the store takes 301 MB more"]),
    ],
)
def test_what_costs_more_than_it_may_is_named(script, number, seconds, opened, breaches):
    growth = script("store_growth")
    steps = dict.fromkeys((growth.OPEN, growth.WRITE, growth.VOTE, growth.SHOW, growth.BOARD), 0.01)
    arenas = [
        growth.Grown(size, None, *taken, [], None, {step: [0.0, took, 1.0] for step, took in times.items()})
        for size, times, taken in ((10, steps, (0.1, 50)), (1000, steps | seconds, opened))
    ]
    said = list(growth.breaches_of(number, arenas))
    assert len(said) == len(breaches)
    assert all(line.startswith(start) for line, start in zip(said, breaches, strict=True))
