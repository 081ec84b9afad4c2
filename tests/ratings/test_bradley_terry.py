import math
import re
from pathlib import Path

import choix
import evalica
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rasch import World

from arena.ratings import START, UnitCounts, fit
from arena.ratings.bradley_terry import maximise, win_probability
from arena.ratings.elo import POINTS_PER_LOGIT


def linked(size: int) -> st.SearchStrategy[np.ndarray]:
    """Win tables in which a ring of wins links everybody."""
    ring = np.roll(np.eye(size), 1, axis=1)
    cells = arrays.arrays(np.float64, (size, size), elements=st.integers(0, 50).map(float))
    return cells.map(lambda table: (table + ring) * (1 - np.eye(size)))


tables = st.integers(2, 7).flatmap(linked)


def counts_of(wins: np.ndarray) -> UnitCounts:
    winner, loser = np.nonzero(wins)
    names = tuple(f"m{index}" for index in range(len(wins)))
    family = np.zeros(len(winner), dtype=np.int64)
    return UnitCounts(names, winner, loser, family, wins[winner, loser], number_of_families=1)


def ratings_of(wins: np.ndarray) -> np.ndarray:
    fitted = fit(counts_of(wins))
    assert fitted.converged
    return np.array(fitted.ratings, dtype=float)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [3, 12, 40])
def test_ratings_agree_with_choix_and_evalica(size, seed):
    generator = np.random.default_rng(seed)
    true = generator.normal(size=size)
    played = np.triu(generator.integers(1, 200, (size, size)), 1)
    won = generator.binomial(played, win_probability(true))
    wins = np.roll(np.eye(size), 1, axis=1) + won + (played - won).T
    ours = ratings_of(wins)

    by_choix = START + POINTS_PER_LOGIT * choix.ilsr_pairwise_dense(wins, tol=1e-12)
    assert ours == pytest.approx(by_choix - by_choix.mean() + START, abs=1e-4)

    row, column = np.nonzero(wins)
    result = evalica.bradley_terry(
        row.tolist(),
        column.tolist(),
        [evalica.Winner.X] * len(row),
        weights=wins[row, column].tolist(),
        tolerance=1e-12,
        limit=100_000,
    )
    by_evalica = POINTS_PER_LOGIT * np.log(result.scores.sort_index().to_numpy())
    assert ours == pytest.approx(by_evalica - by_evalica.mean() + START, abs=1e-4)


def test_two_contestants_have_the_log_odds_of_their_record():
    assert np.ptp(ratings_of(np.array([[0.0, 30], [10, 0]]))) == pytest.approx(400 * math.log10(3))
    assert ratings_of(np.array([[0.0, 60], [40, 0]])) == pytest.approx([1035.2, 964.8], abs=0.1)


@given(tables)
def test_everybody_won_as_many_units_as_the_fit_expects(wins):
    """The score equations of the likelihood: they hold at its maximum and nowhere else."""
    logits = (ratings_of(wins) - START) / POINTS_PER_LOGIT
    expected = ((wins + wins.T) * win_probability(logits)).sum(axis=1)
    assert wins.sum(axis=1) == pytest.approx(expected, rel=1e-7)
    assert logits.mean() == pytest.approx(0, abs=1e-9)


@given(tables, st.randoms(use_true_random=False))
def test_reordered_contestants_keep_their_ratings(wins, shuffler):
    order = list(range(len(wins)))
    shuffler.shuffle(order)
    assert ratings_of(wins[np.ix_(order, order)]) == pytest.approx(ratings_of(wins)[order], abs=1e-6)


@given(tables)
def test_swapped_wins_and_losses_mirror_the_ratings(wins):
    assert ratings_of(wins.T) == pytest.approx(2 * START - ratings_of(wins), abs=1e-6)


@given(tables, st.sampled_from([2, 0.5, 1000]))
def test_the_same_record_over_more_units_keeps_the_ratings(wins, times):
    assert ratings_of(wins * times) == pytest.approx(ratings_of(wins), abs=1e-6)


@given(st.lists(linked(5), min_size=1, max_size=6))
def test_problems_fitted_together_come_out_as_alone(problems):
    together = maximise(np.stack(problems))
    assert together.converged.all()
    for wins, logits in zip(problems, together.logits, strict=True):
        assert logits == pytest.approx(maximise(wins[None]).logits[0], abs=1e-8)


def test_the_start_changes_the_way_and_not_the_end():
    wins = np.array([[0.0, 5, 2], [3, 0, 4], [1, 1, 0]])
    far = maximise(wins[None], start=np.array([9.0, -9.0, 0.0]))
    assert far.converged.all()
    assert far.logits == pytest.approx(maximise(wins[None]).logits, abs=1e-8)


@pytest.mark.parametrize("odds", [1e3, 1e6])
def test_lopsided_chains_converge(odds):
    """Where plain Newton steps overshoot: each beats the next almost always, and the last came back only once."""
    wins = odds * np.eye(10, k=1) + np.eye(10, k=-1)
    assert np.diff(ratings_of(wins)) == pytest.approx(-400 * math.log10(odds), abs=1e-3)


TRUE_GAP = 2 * POINTS_PER_LOGIT
MEDIUM, EASY, HARD = 0.0, -2.5, 2.5


def wins_over_4000_items(difficulty: float, chance: float = 0.0) -> np.ndarray:
    """Twenty contestants, the best of them two logits above the last, all against all."""
    world = World(ability=np.linspace(-1, 1, 20), difficulty=difficulty, items=1, chance=chance)
    solved = world.play(families=4000, seed=11)[:, 0].astype(float)
    return solved.T @ (1 - solved)


@pytest.mark.parametrize("difficulty", [MEDIUM, EASY, HARD], ids=["medium", "easy", "hard"])
def test_without_chance_the_difficulty_of_items_does_not_move_ratings(difficulty):
    """And half-won ties would: what the easy and the hard pool do to them is shown beside it."""
    wins = wins_over_4000_items(difficulty)
    assert np.ptp(ratings_of(wins)) == pytest.approx(TRUE_GAP, abs=35)

    concordant = 4000 - wins - wins.T
    np.fill_diagonal(concordant, 0)
    assert np.ptp(ratings_of(wins + concordant / 2)) < 0.5 * TRUE_GAP


@pytest.mark.parametrize(("words", "chance"), [("never", 0), ("1 in 16", 1 / 16), ("1 in 4", 1 / 4)])
def test_what_the_method_page_tells_of_difficulty_and_chance_is_so(words, chance):
    page = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {words} \|(.+)\|$", page, re.MULTILINE)
    told = [float(cell) for cell in row.split("|")]
    found = [np.ptp(ratings_of(wins_over_4000_items(difficulty, chance))) for difficulty in (MEDIUM, EASY, HARD)]
    assert told == pytest.approx(found, abs=1)
