import json
from dataclasses import asdict

import numpy as np
import pytest
from rasch import World, discordant

from arena.ratings import START, NotRankable, UnitCounts, rate


@pytest.fixture(scope="module")
def played() -> UnitCounts:
    return discordant(World(ability=np.linspace(-2, 2, 6)).play(families=60, seed=5))


def test_lines_come_best_first_with_ranks_within_their_range(played):
    board = rate(played)
    low, ratings, high = (
        np.array([getattr(line, field) for line in board], dtype=float) for field in ("low", "rating", "high")
    )
    assert [line.name for line in board] == [f"model {index:02}" for index in range(5, -1, -1)]
    assert (np.diff(ratings) < 0).all()
    assert ratings.mean() == pytest.approx(START)
    assert ((low < ratings) & (ratings < high)).all()
    assert board[0].rank_range == (1, 2)
    assert board[-1].rank_range == (5, 6)
    assert all(line.rank_range and line.rank == line.rank_range[0] for line in board)


def test_units_are_the_discordant_ones_that_a_contestant_took_part_in(played):
    wins = played.wins()
    found = {line.name: line.units for line in rate(played)}
    assert [found[name] for name in played.names] == (wins.sum(axis=0) + wins.sum(axis=1)).tolist()


def test_contestants_that_cannot_be_rated_come_last_and_say_why():
    rows = [("a", "b", "f", 1), ("b", "a", "f", 1), ("winner", "a", "f", 3)]
    *_, idle, winner = rate(UnitCounts.from_rows(rows, names=["idle"]))
    assert (idle.name, idle.reason_not_rankable, idle.units) == ("idle", NotRankable.UNDECIDED, 0)
    assert (winner.name, winner.reason_not_rankable, winner.units) == ("winner", NotRankable.UNDEFEATED, 3)
    assert [winner.rating, winner.low, winner.high, winner.rank, winner.rank_range] == [None] * 5


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "b", "f", 1)],
        [("a", "b", "f", 1), ("b", "a", "f", 1)],
        [("a", "b", "f", 1), ("b", "a", "g", 1), ("c", "a", "g", 2)],
    ],
)
def test_a_board_never_holds_nan_or_infinity(rows):
    json.dumps([asdict(line) for line in rate(UnitCounts.from_rows(rows))], allow_nan=False)


def test_the_same_counts_give_the_same_board(played):
    assert rate(played, seed=3, rounds=50) == rate(played, seed=3, rounds=50)
