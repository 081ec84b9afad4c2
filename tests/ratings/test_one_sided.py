import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasch import World, discordant
from scipy.special import expit, logit
from scipy.stats import binomtest

from arena.ratings import START, UnitCounts, family_bootstrap, fit
from arena.ratings.elo import POINTS_PER_LOGIT
from arena.ratings.one_sided import Outsider, outsiders

logits = st.floats(-5, 5)


def undefeated(*weights: float) -> Outsider:
    return Outsider(0, 1, np.array(weights))


@pytest.mark.parametrize("families", [1, 6, 24, 300])
def test_against_equals_the_bound_is_that_of_clopper_and_pearson(families):
    exact = binomtest(families, families).proportion_ci(0.95, method="exact").low
    assert undefeated(0.75 * families, 0.25 * families).bound(np.full((9, 2), 0.7), 0.025) == pytest.approx(0.7 + logit(exact))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(1, 20), logits), min_size=1, max_size=6), st.sampled_from([0.025, 0.001]))
def test_somebody_on_the_bound_wins_everything_with_the_error(opponents, error):
    weights, ratings = np.array(opponents).T
    bound = undefeated(*weights).bound(ratings[None], error)
    assert np.prod(expit(bound - ratings) ** weights) == pytest.approx(error, rel=1e-6)


@settings(max_examples=30)
@given(st.lists(st.lists(logits, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_winless_contestant_is_the_mirror_image(draws):
    opponents, weights = np.array(draws), np.array([3.0, 2.0, 5.0])
    assert Outsider(0, -1, weights).bound(-opponents, 0.05) == pytest.approx(-Outsider(0, 1, weights).bound(opponents, 0.05))


def test_what_the_draws_leave_open_weakens_the_bound_and_in_too_many_draws_takes_it_away():
    opponents = np.zeros((100, 1))
    known = undefeated(12).bound(opponents, 0.05)
    opponents[:4] = -np.inf
    assert undefeated(12).bound(opponents, 0.05) < known
    opponents[:5] = -np.inf
    assert undefeated(12).bound(opponents, 0.05) == -np.inf


def test_only_opponents_that_it_met_matter():
    opponents = np.random.default_rng(0).standard_normal((50, 2))
    unmet = np.column_stack([opponents, np.full(50, -np.inf)])
    assert undefeated(4, 5, 0).bound(unmet, 0.05) == undefeated(4, 5).bound(opponents, 0.05)


def rows(*records: tuple[str, str, int, int]) -> UnitCounts:
    """(winner, loser, families, units in each)."""
    return UnitCounts.from_rows(
        (winner, loser, f"f{family}", units) for winner, loser, families, units in records for family in range(families)
    )


def test_a_family_counts_once_however_many_units_were_won_in_it():
    counts = rows(("x", "a", 4, 6), ("x", "b", 2, 18), ("a", "b", 1, 1), ("b", "a", 1, 1), ("a", "w", 3, 5), ("w", "q", 9, 1))
    above, below = outsiders(counts, fit(counts).placed)
    assert (counts.names[above.contestant], above.side) == ("x", 1)
    assert above.weights == pytest.approx([2 * 6 / 24 + 2, 2 * 18 / 24])
    assert (counts.names[below.contestant], below.side) == ("w", -1)
    assert below.weights == pytest.approx([3, 0])


def test_five_families_are_the_fewest_that_an_equal_would_hardly_win():
    assert [undefeated(families).suffices(0.05) for families in (4, 5)] == [False, True]


def bound_of_a_newcomer(counts: UnitCounts, families: np.ndarray, seed: int) -> float:
    """In logits over the mean of the others, for somebody who won a unit in each of these families from the last of them."""
    size, units = len(counts.names), len(families)
    more = UnitCounts(
        names=(*counts.names, "newcomer"),
        winner=np.append(counts.winner, np.full(units, size)),
        loser=np.append(counts.loser, np.full(units, size - 1)),
        family=np.append(counts.family, families),
        count=np.append(counts.count, np.ones(units)),
        number_of_families=max(counts.number_of_families, families.max() + 1),
    )
    return (family_bootstrap(more, fit(more), rounds=200, seed=seed).low[-1] - START) / POINTS_PER_LOGIT


def test_the_bound_errs_no_more_often_than_it_may_even_where_a_family_is_won_as_one():
    """A newcomer wins all five units of a family from the best of the others, or none, with the probability p(x) of one unit.

    So it is undefeated with p(x)^families, and the bound is wrong with p(x)^families P(bound > x). The largest value of that
    over x may be 5 %. Where each unit counts by itself, it is far beyond.
    """
    families, world = 16, World(ability=np.array([-0.8, -0.3, 0.2, 0.9]), quirk=0.7, items=3)
    best = world.true_logits()[-1]
    tournaments = [discordant(world.play(families, seed=300 + seed)) for seed in range(20)]
    ability = np.linspace(-2, 8, 400)

    def worst(units: int, played: list[UnitCounts]) -> float:
        bounds = [bound_of_a_newcomer(counts, np.arange(units), seed) for seed, counts in enumerate(played)]
        wrong = expit(ability - best) ** families * (np.array(bounds)[:, None] > ability).mean(axis=0)
        return float(wrong.max())

    assert 0.01 <= worst(families, tournaments) <= 0.05
    assert worst(5 * families, tournaments[:5]) > 0.3
