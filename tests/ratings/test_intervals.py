from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rasch import World, discordant, every_unit_its_own_family

from arena.ratings import START, NoInterval, UnitCounts, family_bootstrap, fit, standard_errors
from arena.ratings.elo import POINTS_PER_LOGIT

WORLD = World(ability=np.array([-1.0, -0.4, 0.0, 0.5, 0.9]), quirk=1.0, items=6)


def bounds(counts, **settings):
    return family_bootstrap(counts, fit(counts), **settings)


def rows_of(counts: UnitCounts, rename: Callable[[str], str] = str) -> list[tuple[str, str, str, float]]:
    return [
        (rename(counts.names[winner]), rename(counts.names[loser]), f"family {family:04}", float(count))
        for winner, loser, family, count in zip(counts.winner, counts.loser, counts.family, counts.count, strict=True)
    ]


@pytest.fixture(scope="module")
def played() -> UnitCounts:
    return discordant(WORLD.play(families=50, seed=1))


def test_intervals_hold_the_rating(played):
    found, ratings = bounds(played), np.array(fit(played).ratings, dtype=float)
    assert ((found.low < ratings) & (ratings < found.high)).all()
    assert found.separated == 0


def test_a_seed_gives_the_same_intervals_and_another_one_does_not(played):
    once, again, other = (bounds(played, seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(once.low, again.low)
    assert np.array_equal(once.high, again.high)
    assert not np.array_equal(once.low, other.low)


def test_the_order_of_rows_does_not_matter(played):
    forth, back = (bounds(UnitCounts.from_rows(rows)) for rows in (rows_of(played), rows_of(played)[::-1]))
    assert back.low == pytest.approx(forth.low, abs=1e-6)


def test_renamed_contestants_keep_their_intervals(played):
    mirrored = bounds(UnitCounts.from_rows(rows_of(played, rename=lambda name: f"{99 - int(name[-2:])}")))
    straight = bounds(UnitCounts.from_rows(rows_of(played)))
    assert mirrored.low[::-1] == pytest.approx(straight.low, abs=1e-6)
    assert mirrored.high[::-1] == pytest.approx(straight.high, abs=1e-6)


def test_the_same_battles_played_again_are_no_more_evidence(played):
    again = bounds(replace(played, count=played.count * 2))
    assert again.low == pytest.approx(bounds(played).low, abs=1e-6)


def test_a_higher_level_gives_wider_intervals(played):
    wide, narrow = bounds(played, level=0.95), bounds(played, level=0.5)
    assert (wide.low < narrow.low).all()
    assert (narrow.high < wide.high).all()


@pytest.mark.parametrize("families", [1, 6])
def test_a_handful_of_families_bounds_nothing(families):
    found = bounds(UnitCounts.from_rows([(*names, f"f{f}", 5) for f in range(families) for names in (("a", "b"), ("b", "a"))]))
    assert found.low.tolist() == [-np.inf] * 2
    assert found.high.tolist() == [np.inf] * 2
    assert found.reasons == (NoInterval.FEW_FAMILIES,) * 2


def test_families_of_one_battle_each_are_drawn_as_a_multinomial_of_kinds():
    """A thousand families, two kinds: the rating's spread is that of a proportion."""
    counts = UnitCounts.from_rows([("a", "b", f"f{f:04}", 1) if f % 4 else ("b", "a", f"f{f:04}", 1) for f in range(1000)])
    found = bounds(counts, rounds=4000)
    error = POINTS_PER_LOGIT / 2 / np.sqrt(1000 * 0.25 * 0.75)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx([error] * 2, rel=0.05)
    assert standard_errors(counts, fit(counts)) == pytest.approx([error] * 2, rel=0.01)


def test_a_single_loss_leaves_the_winner_without_an_upper_bound():
    """In (19/20)^20 = 36 % of draws the loss is missing and the winner is undefeated."""
    rows = [("a", "b", f"f{f:02}", 1) for f in range(19)] + [("b", "a", "f19", 1)]
    found = bounds(UnitCounts.from_rows(rows), rounds=2000)
    assert found.separated == pytest.approx(0.36, abs=0.04)
    assert found.high[0] == np.inf
    assert found.low[1] == -np.inf
    assert START < found.low[0] < np.inf
    assert -np.inf < found.high[1] < START


def test_a_newcomer_with_one_win_costs_only_itself_its_bound(played):
    rows = rows_of(played)
    newcomer = [("new", "model 00", "family 0000", 1), *(("model 04", "new", f"family {f:04}", 1) for f in range(0, 50, 5))]
    found = bounds(UnitCounts.from_rows(rows + newcomer))
    assert np.isfinite(found.low[:5]).all()
    assert np.isfinite(found.high).all()
    assert found.low[5] == -np.inf
    assert found.separated > 0.3


def test_an_undefeated_contestant_of_one_family_has_no_bound(played):
    counts = UnitCounts.from_rows([*rows_of(played), ("unbeaten", "model 00", "family 0000", 1)])
    found = bounds(counts)
    assert (found.low[-1], found.high[-1], found.reasons[-1]) == (-np.inf, np.inf, NoInterval.FEW_FAMILIES)
    assert np.isfinite([found.low[:-1], found.high[:-1]]).all()


def test_families_that_agree_in_everything_bound_nothing_but_who_has_beaten_them_all():
    """Each of twelve families is split 1 : 1, so every draw is, too; a third contestant has won everything in all of them."""
    families = [f"f{f:02}" for f in range(12)]
    rows = [(*names, family, 1) for family in families for names in (("a", "b"), ("b", "a"), ("x", "a"), ("x", "b"))]
    found = bounds(UnitCounts.from_rows(rows))
    assert found.low[:2].tolist() == [-np.inf] * 2
    assert found.high.tolist() == [np.inf] * 3
    assert found.reasons == (NoInterval.AGREEMENT, NoInterval.AGREEMENT, None)
    exact = 0.05 ** (1 / 12)
    assert found.low[2] == pytest.approx(START + POINTS_PER_LOGIT * np.log(exact / (1 - exact)))


def test_who_is_linked_by_one_family_alone_has_no_interval_and_the_others_have(played):
    once = [("new", "model 00", "family 0000", 2), ("model 01", "new", "family 0000", 2)]
    found = bounds(UnitCounts.from_rows(rows_of(played) + once))
    assert found.bounded.tolist() == [True] * 5 + [False]
    assert found.reasons == (None,) * 5 + (NoInterval.FRAGILE,)


def test_nothing_played_gives_no_intervals():
    assert len(bounds(UnitCounts.from_rows([])).low) == 0
    assert np.isnan(bounds(UnitCounts.from_rows([], names=["a", "b"])).low).all()


@pytest.mark.parametrize("families", [24, 80])
def test_family_intervals_hold_the_truth_as_often_as_they_say_and_battle_intervals_do_not(families):
    """Contestants have quirks by family; 40 tournaments with five intervals each, so a coverage is known to about 2 %.

    Over other seeds: 95.1 % (24 families) and 95.7 % (80) by family; 69 % and 68 % by battle, at half the width. Without the
    expanded tails 24 families give 93.6 % and 12 give 91.3 % instead of 95.3 %.
    """
    truth = START + POINTS_PER_LOGIT * WORLD.true_logits()
    tournaments = [discordant(WORLD.play(families, seed=1000 + seed)) for seed in range(40)]

    def held(played: list[UnitCounts]) -> float:
        found = [bounds(counts, seed=seed) for seed, counts in enumerate(played)]
        return float(np.mean([(one.low <= truth) & (truth <= one.high) for one in found]))

    assert 0.92 <= held(tournaments) <= 0.98
    assert held([every_unit_its_own_family(counts) for counts in tournaments[:8]]) < 0.8
