"""Matchmaking: uncertain and close contestants meet more often, and the stored probability is the true one."""

import math
import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.battles.matchmaking import CLOSENESS, EXPLORATION, Meeting, Odds, Standing, draw_meeting

STANDINGS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.builds(Standing, elo=st.floats(-3000, 5000), battles=st.integers(0, 10**6)),
    min_size=2,
    max_size=8,
)


def drawn_meeting(standings, rng, without=()) -> Meeting:
    """A meeting, where there must be one."""
    meeting = draw_meeting(standings, rng, without)
    assert meeting is not None
    return meeting


def probabilities_of(standings) -> dict[tuple[str, str], float]:
    """What is promised of each couple, computed for each by itself."""
    couples = list(combinations(sorted(standings), 2))

    def weight(one, other):
        uncertainties = (1 / math.sqrt(1 + standing.battles) for standing in (one, other))
        return math.exp(-abs(one.elo - other.elo) / CLOSENESS) * sum(uncertainties)

    weights = [weight(standings[one], standings[other]) for one, other in couples]
    shares = [0.9 * each / sum(weights) + 0.1 / len(couples) for each in weights]
    return dict(zip(couples, shares, strict=True))


@given(STANDINGS)
def test_probabilities_are_those_promised_sum_to_one_and_none_vanishes(standings):
    odds = Odds(standings)
    probabilities = {couple: odds.probability(couple) for couple in combinations(sorted(standings), 2)}
    assert probabilities == pytest.approx(probabilities_of(standings))
    assert sum(probabilities.values()) == pytest.approx(1)
    assert min(probabilities.values()) >= EXPLORATION / len(probabilities) * 0.999


def test_close_contestants_meet_more_often():
    odds = Odds({"a": Standing(1000, 50), "b": Standing(1010, 50), "c": Standing(1600, 50)})
    assert odds.probability(("a", "b")) > 3 * odds.probability(("a", "c"))


def test_uncertain_contestants_meet_more_often():
    odds = Odds({"a": Standing(1000, 400), "b": Standing(1000, 400), "new": Standing(1000, 0)})
    assert odds.probability(("a", "new")) > 3 * odds.probability(("a", "b"))


def test_meetings_are_drawn_with_the_probability_they_report_and_seats_are_even():
    standings = {"a": Standing(1000, 3), "b": Standing(1200, 10), "c": Standing(900, 0)}
    rng, rounds = random.Random(7), 20_000
    drawn = Counter()
    seat_a = Counter()
    for _ in range(rounds):
        meeting = drawn_meeting(standings, rng)
        assert meeting.probability == pytest.approx(probabilities_of(standings)[meeting.couple])
        drawn[meeting.couple] += 1
        seat_a[meeting.couple] += meeting.seat_a == meeting.couple[0]
    for couple, probability in probabilities_of(standings).items():
        assert drawn[couple] / rounds == pytest.approx(probability, abs=0.015)
        assert seat_a[couple] / drawn[couple] == pytest.approx(0.5, abs=0.03)


def test_couples_left_out_never_meet_and_the_rest_share_their_probability():
    standings = {name: Standing(1000, 0) for name in "abc"}
    meeting = drawn_meeting(standings, random.Random(1), without={("a", "b"), ("a", "c")})
    assert meeting.couple == ("b", "c")
    assert meeting.probability == pytest.approx(1)


@pytest.mark.parametrize("barred", [{("a", "b")}, {("a", "b"), ("a", "d"), ("b", "c"), ("b", "d")}])
def test_where_few_couples_are_left_they_are_drawn_with_the_probability_they_report(barred):
    standings = {"a": Standing(1000, 9), "b": Standing(1010, 9), "c": Standing(2500, 10**6), "d": Standing(4000, 10**6)}
    rng, rounds = random.Random(3), 4000
    chances = {couple: chance for couple, chance in probabilities_of(standings).items() if couple not in barred}
    meetings = [drawn_meeting(standings, rng, barred) for _ in range(rounds)]
    for couple, chance in chances.items():
        told = {meeting.probability for meeting in meetings if meeting.couple == couple}
        assert list(told) == [pytest.approx(chance / sum(chances.values()))]
        share = sum(meeting.couple == couple for meeting in meetings) / rounds
        assert share == pytest.approx(chance / sum(chances.values()), abs=0.03)


def test_nobody_meets_where_everybody_is_left_out_or_alone():
    assert draw_meeting({"a": Standing(1000, 0)}, random.Random(1)) is None
    assert draw_meeting({}, random.Random(1)) is None
    assert draw_meeting({"a": Standing(1000, 0), "b": Standing(1000, 0)}, random.Random(1), without={("a", "b")}) is None
