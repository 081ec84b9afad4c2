import numpy as np
import pytest
from rasch import World, discordant

from arena.ratings import UnitCounts, family_bootstrap, fit, standard_errors
from arena.ratings.elo import POINTS_PER_LOGIT


def test_sandwich_and_bootstrap_agree_where_data_are_many():
    counts = discordant(World(ability=np.linspace(-1, 1, 8), quirk=0.7, items=4).play(families=1000, seed=2))
    found = family_bootstrap(counts, fit(counts), rounds=1000)
    assert standard_errors(counts, fit(counts)) == pytest.approx((found.high - found.low) / 2 / 1.96, rel=0.15)


def test_the_sandwich_of_two_contestants_is_the_clustered_error_of_their_log_odds():
    won, lost = np.array([3, 1, 0, 4, 2.0]), np.array([1, 2, 2, 0, 1.0])
    rows = [("a", "b", f"f{f}", count) for f, count in enumerate(won) if count]
    rows += [("b", "a", f"f{f}", count) for f, count in enumerate(lost) if count]
    counts = UnitCounts.from_rows(rows)
    units, share = (won + lost).sum(), won.sum() / (won + lost).sum()
    clustered = ((won - (won + lost) * share) ** 2).sum() * 5 / 4
    by_hand = POINTS_PER_LOGIT / 2 * np.sqrt(clustered) / (units * share * (1 - share))
    assert standard_errors(counts, fit(counts)) == pytest.approx([by_hand] * 2)


def test_who_is_not_rated_has_no_standard_error():
    counts = UnitCounts.from_rows([("a", "b", "f", 2), ("b", "a", "g", 1), ("x", "a", "g", 1)])
    assert np.isfinite(standard_errors(counts, fit(counts))).tolist() == [True, True, False]
