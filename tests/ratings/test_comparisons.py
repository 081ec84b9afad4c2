from collections.abc import Iterator

import numpy as np
import pytest
from rasch import World, discordant

from arena.ratings import UnitCounts, fit, standard_errors
from arena.ratings.comparisons import surely_above


def above(counts: UnitCounts, **settings) -> np.ndarray:
    """Comparisons of all who are rated, undefeated or winless."""
    return surely_above(counts, fit(counts), np.ones(len(counts.names), dtype=bool), **settings)


def equals(size: int, families: int, boards: int) -> Iterator[UnitCounts]:
    world = World(ability=np.zeros(size), quirk=0.7)
    return (discordant(world.play(families, seed=600 + seed)) for seed in range(boards))


def intervals_apart(counts: UnitCounts) -> bool:
    """What one interval for each contestant by itself would say."""
    fitted = fit(counts)
    ratings, errors = np.array(fitted.ratings, dtype=float), 1.96 * standard_errors(counts, fitted)
    return bool(np.max(ratings - errors) > np.min(ratings + errors))


@pytest.mark.parametrize(("size", "families", "boards"), [(20, 12, 20), (50, 24, 10)])
def test_equals_are_told_apart_on_few_boards(size, families, boards):
    """On 5 % at most, were there no end of boards; by intervals that hold for each contestant alone, on many.

    Over 200 boards of 50 equals with 40 to 100 families: 1.5 to 5.5 %.
    """
    played = list(equals(size, families, boards))
    assert np.mean([above(counts).any() for counts in played]) <= 0.1
    assert np.mean([intervals_apart(counts) for counts in played]) > 0.3


@pytest.mark.parametrize("families", [16, 24])
def test_clear_leads_are_sure_and_none_is_turned_around(families):
    world = World(ability=np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), quirk=0.3, items=6)
    found = [above(discordant(world.play(families, seed=seed))) for seed in range(10)]
    ahead = np.tril(np.ones((5, 5), dtype=bool), -1)
    assert not np.any(np.array(found)[:, ~ahead])
    assert np.mean(np.array(found)[:, np.tril(ahead, -2)]) > 0.95


@pytest.fixture(scope="module")
def played() -> UnitCounts:
    return discordant(World(ability=np.linspace(-1, 1, 5), quirk=0.5).play(families=40, seed=3))


def test_a_higher_level_is_sure_of_less(played):
    bold, careful = above(played, level=0.8), above(played, level=0.99)
    assert careful.any()
    assert (bold | careful).sum() == bold.sum() > careful.sum()


def test_who_has_no_bound_is_compared_with_nobody(played):
    bounded = np.array([False, True, True, True, True])
    found = surely_above(played, fit(played), bounded)
    assert found.any()
    assert not found[0].any()
    assert not found[:, 0].any()


def with_rows(counts: UnitCounts, *records: tuple[str, str, int]) -> UnitCounts:
    """(winner, loser, families), one unit in each."""
    rows = [
        (counts.names[winner], counts.names[loser], f"family {family:02}", count)
        for winner, loser, family, count in zip(counts.winner, counts.loser, counts.family, counts.count, strict=True)
    ]
    rows += [(winner, loser, f"family {family:02}", 1) for winner, loser, families in records for family in range(families)]
    return UnitCounts.from_rows(rows, number_of_families=counts.number_of_families)


def test_an_undefeated_contestant_is_surely_above_whom_it_beat_often_and_above_the_winless(played):
    counts = with_rows(played, ("x above", "model 04", 40), ("model 00", "y below", 40))
    found = above(counts)
    assert found[-2].tolist() == [True] * 5 + [False, True]
    assert not found[:, -2].any()
    assert found[:, -1].tolist() == [True] * 5 + [True, False]
    assert not found[-1].any()


def test_an_undefeated_contestant_of_few_families_is_above_nobody_and_nobody_above_it(played):
    counts = with_rows(played, ("x", "model 02", 5))
    found = above(counts)
    assert not found[-1, 2:].any()
    assert not found[:, -1].any()


def test_a_lead_on_which_all_families_agree_is_not_sure():
    families = range(20)
    rows = [(*names, f"f{family:02}", 1) for family in families for names in (("a", "b"), ("a", "b"), ("b", "a"))]
    assert not above(UnitCounts.from_rows(rows)).any()


def test_nobody_is_above_anybody_on_an_empty_board():
    assert above(UnitCounts.from_rows([])).shape == (0, 0)
    assert not above(UnitCounts.from_rows([], names=["a", "b"])).any()
