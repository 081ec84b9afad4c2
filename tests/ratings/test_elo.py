import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ratings.elo import POINTS_PER_LOGIT, START, BattleScore, K, battle_score, expected_score, replay, update

ratings = st.floats(-3000, 5000)
shares = st.floats(0, 1)
battles = st.builds(BattleScore, st.sampled_from("ab"), st.sampled_from("cd"), st.none() | shares)


def test_four_hundred_points_are_odds_of_ten_to_one():
    assert expected_score(1400, 1000) == pytest.approx(10 / 11)


@given(ratings, ratings)
def test_expected_scores_of_both_seats_add_up_to_one(a, b):
    assert expected_score(a, b) + expected_score(b, a) == pytest.approx(1)


@pytest.mark.parametrize("gap", [1e6, -1e6])
def test_enormous_gaps_do_not_overflow(gap):
    assert expected_score(gap, 0) == (gap > 0)


@pytest.mark.parametrize(("only_a", "only_b", "score"), [(3, 1, 0.75), (0, 2, 0.0), (2, 0, 1.0), (0, 0, None)])
def test_a_battle_scores_the_share_of_discordant_units(only_a, only_b, score):
    assert battle_score(only_a, only_b) == score


@given(ratings, ratings, shares)
def test_one_seat_gains_what_the_other_loses(a, b, score):
    after_a, after_b = update(a, b, score)
    assert after_a + after_b == pytest.approx(a + b)
    assert abs(after_a - a) <= K * (1 + 1e-9)


@given(ratings, ratings, shares)
def test_swapped_seats_give_swapped_ratings(a, b, score):
    assert update(b, a, 1 - score) == pytest.approx(update(a, b, score)[::-1])


@given(ratings, ratings)
def test_a_battle_without_a_discordant_unit_moves_nobody(a, b):
    assert update(a, b, None) == (a, b)


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan])
def test_a_score_that_is_no_share_is_refused(score):
    with pytest.raises(ValueError, match="score"):
        update(START, START, score)


@given(st.lists(battles, max_size=30))
def test_replay_keeps_the_mean_at_the_start(played):
    after = replay(played)
    assert sum(after.values()) == pytest.approx(START * len(after))


@given(st.lists(battles, max_size=30))
def test_ties_between_the_others_change_nothing(played):
    with_ties = [entry for battle in played for entry in (battle, battle._replace(score=None))]
    assert replay(with_ties) == replay(played)


def test_replay_plays_in_the_order_given():
    first, second = BattleScore("a", "b", 1.0), BattleScore("b", "c", 1.0)
    assert replay([first, second]) != replay([second, first])
    assert replay([first])["a"] == START + K / 2


def test_ratings_wander_as_much_as_documented():
    """A contestant that is as good as its opponents, who are of known rating: alternating noise around START."""
    coin, rating, seen = random.Random(7), START, []
    for _ in range(200_000):
        rating, _ = update(rating, START, coin.random() < 0.5)
        seen.append(rating - START)
    deviation = math.sqrt(sum(value * value for value in seen) / len(seen))
    assert deviation == pytest.approx(math.sqrt(K * POINTS_PER_LOGIT / 2), rel=0.1)
    assert deviation == pytest.approx(37, abs=4)


def test_replay_settles_where_the_true_abilities_are():
    """The gap of two contestants, averaged after the start is forgotten, is the gap that made the scores."""
    coin, strong, weak, gaps = random.Random(3), START, START, []
    true_gap = 150.0
    for battle in range(60_000):
        strong, weak = update(strong, weak, coin.random() < expected_score(true_gap, 0), k=4)
        if battle > 2_000:
            gaps.append(strong - weak)
    assert sum(gaps) / len(gaps) == pytest.approx(true_gap, abs=10)
