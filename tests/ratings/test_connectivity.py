import numpy as np
import pytest

from arena.ratings import UnitCounts, fit
from arena.ratings.connectivity import NotRankable, majority_component, unbounded_directions

RING = [("a", "b", "f", 1), ("b", "c", "f", 1), ("c", "a", "f", 1)]


def reasons(rows, names=()) -> dict[str, NotRankable | None]:
    fitted = fit(UnitCounts.from_rows(rows, names=names))
    assert [rating is None for rating in fitted.ratings] == [reason is not None for reason in fitted.reasons]
    return dict(zip(fitted.names, fitted.reasons, strict=True))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([("x", "a", "f", 9)], NotRankable.UNDEFEATED),
        ([("a", "x", "f", 9)], NotRankable.WINLESS),
        ([], NotRankable.UNDECIDED),
        ([("x", "y", "f", 1), ("y", "x", "f", 1)], NotRankable.DISCONNECTED),
        ([("x", "y", "f", 1), ("y", "x", "f", 1), ("x", "a", "f", 1)], NotRankable.ABOVE),
        ([("x", "y", "f", 1), ("y", "x", "f", 1), ("a", "x", "f", 1)], NotRankable.BELOW),
        ([("x", "y", "f", 1), ("a", "y", "f", 1)], NotRankable.INDIRECT),
        ([("x", "y", "f", 1), ("y", "a", "f", 1)], NotRankable.INDIRECT),
        ([("x", "y", "f", 1), ("y", "z", "f", 1)], NotRankable.DISCONNECTED),
    ],
)
def test_who_cannot_be_rated_is_told_why_and_the_others_are_rated(more, reason):
    found = reasons(RING + more, names=["x"])
    assert found["x"] is reason
    assert [found[name] for name in "abc"] == [None, None, None]


def test_an_undefeated_contestant_does_not_move_the_others():
    alone = fit(UnitCounts.from_rows(RING))
    assert fit(UnitCounts.from_rows([*RING, ("x", "a", "f", 50)])).ratings[:3] == pytest.approx(alone.ratings)


def test_one_battle_rates_nobody():
    assert reasons([("a", "b", "f", 2)]) == {"a": NotRankable.UNDEFEATED, "b": NotRankable.WINLESS}


def test_one_battle_with_units_for_both_rates_both():
    assert set(reasons([("a", "b", "f", 2), ("b", "a", "f", 1)]).values()) == {None}


def test_all_ties_rate_nobody():
    assert set(reasons([], names=["a", "b"]).values()) == {NotRankable.UNDECIDED}


def test_a_chain_of_wins_rates_nobody():
    assert reasons([("a", "b", "f", 1), ("b", "c", "f", 1)])["b"] is NotRankable.ONE_WAY


def test_the_larger_of_two_pools_is_the_board():
    found = reasons([*RING, ("x", "y", "f", 99), ("y", "x", "f", 99)])
    assert [name for name, reason in found.items() if reason is None] == ["a", "b", "c"]


def test_among_equal_pools_the_one_with_more_units_is_the_board():
    found = reasons([("a", "b", "f", 1), ("b", "a", "f", 1), ("x", "y", "f", 2), ("y", "x", "f", 2)])
    assert found == {"a": NotRankable.DISCONNECTED, "b": NotRankable.DISCONNECTED, "x": None, "y": None}


def test_a_core_is_more_than_half_of_the_contestants():
    pair = np.zeros((4, 4))
    pair[0, 1] = pair[1, 0] = 1
    assert majority_component(pair).tolist() == []
    assert majority_component(pair[:3, :3]).tolist() == [0, 1]


def test_bounds_point_away_from_the_core():
    wins = np.zeros((6, 6))
    wins[0, 1] = wins[1, 2] = wins[2, 0] = 1  # the core
    wins[3, 0] = 1  # above it
    wins[2, 4] = 1  # below it; 5 met nobody
    lowest, highest = unbounded_directions(wins, np.array([0, 1, 2]))
    assert lowest[3:].tolist() == [np.inf, -np.inf, -np.inf]
    assert highest[3:].tolist() == [np.inf, -np.inf, np.inf]


def test_without_a_core_only_the_ends_point_anywhere():
    wins = np.diag([1.0, 1.0], k=1)
    lowest, highest = unbounded_directions(wins, np.empty(0, dtype=np.int64))
    assert lowest.tolist() == [np.inf, -np.inf, -np.inf]
    assert highest.tolist() == [np.inf, np.inf, -np.inf]
