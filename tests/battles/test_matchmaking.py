"""Matchmaking: uncertain and close contestants meet more often, and the stored probability is the true one."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.battles.matchmaking import EXPLORATION, Meeting, Standing, draw_meeting, meeting_probabilities

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


@given(STANDINGS)
def test_probabilities_sum_to_one_and_none_vanishes(standings):
    probabilities = meeting_probabilities(standings)
    assert sum(probabilities.values()) == pytest.approx(1)
    assert min(probabilities.values()) >= EXPLORATION / len(probabilities) * 0.999
    assert len(probabilities) == len(standings) * (len(standings) - 1) // 2


def test_close_contestants_meet_more_often():
    probabilities = meeting_probabilities({"a": Standing(1000, 50), "b": Standing(1010, 50), "c": Standing(1600, 50)})
    assert probabilities["a", "b"] > 3 * probabilities["a", "c"]


def test_uncertain_contestants_meet_more_often():
    probabilities = meeting_probabilities({"a": Standing(1000, 400), "b": Standing(1000, 400), "new": Standing(1000, 0)})
    assert probabilities["a", "new"] > 3 * probabilities["a", "b"]


def test_meetings_are_drawn_with_the_probability_they_report_and_seats_are_even():
    standings = {"a": Standing(1000, 3), "b": Standing(1200, 10), "c": Standing(900, 0)}
    rng, rounds = random.Random(7), 20_000
    drawn = Counter()
    seat_a = Counter()
    for _ in range(rounds):
        meeting = drawn_meeting(standings, rng)
        assert meeting.probability == pytest.approx(meeting_probabilities(standings)[meeting.couple])
        drawn[meeting.couple] += 1
        seat_a[meeting.couple] += meeting.seat_a == meeting.couple[0]
    for couple, probability in meeting_probabilities(standings).items():
        assert drawn[couple] / rounds == pytest.approx(probability, abs=0.015)
        assert seat_a[couple] / drawn[couple] == pytest.approx(0.5, abs=0.03)


def test_couples_left_out_never_meet_and_the_rest_share_their_probability():
    standings = {name: Standing(1000, 0) for name in "abc"}
    meeting = drawn_meeting(standings, random.Random(1), without={("a", "b"), ("a", "c")})
    assert meeting.couple == ("b", "c")
    assert meeting.probability == 1


def test_nobody_meets_where_everybody_is_left_out_or_alone():
    assert draw_meeting({"a": Standing(1000, 0)}, random.Random(1)) is None
    assert draw_meeting({}, random.Random(1)) is None
    assert draw_meeting({"a": Standing(1000, 0), "b": Standing(1000, 0)}, random.Random(1), without={("a", "b")}) is None
