"""Crowds that ask models at once."""


def test_each_crowd_is_answered_without_errors_and_compared_with_one_visitor(printed, starters):
    crowds = ("--visitors", 1, 2, "--seconds", 0.2, "--pairs", 3, "--workers", 1)
    _, *rows = printed("batching", *starters("llava-mini", "clip-mini"), *crowds)
    assert [(row[0], row[2]) for row in rows] == [
        (crowd, visitors) for crowd in ("llava-mini", "clip-mini", "battles of all 2") for visitors in ("1", "2")
    ]
    assert {row[4] for row in rows[::2]} == {"1.00"}
    assert {row[-1] for row in rows} == {"0"}
