import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.models.endpoint_pace import Pace, Pacing


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def pace_at(clock, **bounds):
    return Pace(Pacing(**bounds), clock=clock, jitter=lambda: 1.0)


def test_a_round_of_answers_allows_about_one_more_and_a_round_of_overload_half_as_many():
    clock = Clock()
    pace = pace_at(clock, start=4, most=32)
    # 4 + 1/4 = 4.25, + 1/4.25 = 4.485, + 1/4.485 = 4.708, + 1/4.708 = 4.921
    for _ in range(4):
        pace.answered()
    assert pace.limit == pytest.approx(4.921, abs=1e-3)
    clock.now = 10.0
    # Four questions that were under way together fail together: one round.
    for _ in range(4):
        pace.failed(9.0, overloaded=True, wait=None)
        clock.now += 0.1
    assert pace.limit == pytest.approx(4.921 / 2, abs=1e-3)
    pace.failed(clock.now, overloaded=True, wait=None)
    assert pace.limit == pytest.approx(4.921 / 4, abs=1e-3)


def test_pauses_double_with_each_round_of_failures_up_to_their_bound_and_an_answer_ends_the_series():
    clock = Clock()
    pace = pace_at(clock, first_pause=1.0, longest_pause=5.0)
    pauses = []
    for _ in range(4):
        pace.failed(clock.now, overloaded=False, wait=None)
        pauses.append(pace.pause())
        clock.now += pauses[-1]
    assert pauses == [1.0, 2.0, 4.0, 5.0]
    pace.answered()
    pace.failed(clock.now, overloaded=False, wait=None)
    assert pace.pause() == 1.0


def test_failures_that_are_no_overload_leave_the_limit_as_it_is():
    pace = pace_at(Clock(), start=4)
    pace.failed(0.0, overloaded=False, wait=None)
    assert pace.limit == 4


def test_jitter_shortens_a_pause_by_half_at_most_and_never_what_the_server_asks_for():
    clock = Clock()
    pace = Pace(Pacing(first_pause=8.0), clock=clock, jitter=lambda: 0.0)
    pace.failed(-1.0, overloaded=True, wait=None)
    assert pace.pause() == 4.0
    pace.failed(-1.0, overloaded=True, wait=7.0)
    assert pace.pause() == 7.0


def test_an_endpoint_that_hangs_answers_nothing_from_the_first_question_on():
    clock = Clock()
    pace = pace_at(clock, patience=10.0, first_pause=1.0)
    clock.now = 10.0
    pace.failed(0.0, overloaded=True, wait=None)
    assert pace.hopeless()
    other = pace_at(clock, patience=10.0, first_pause=1.0)
    other.answered()
    other.failed(0.0, overloaded=True, wait=None)
    assert not other.hopeless(), "it has answered another one meanwhile"


def test_an_endpoint_that_answers_nothing_for_longer_than_the_patience_is_hopeless_until_new_questions_come():
    clock = Clock()
    pace = pace_at(clock, patience=10.0, first_pause=2.0, longest_pause=2.0)
    while not pace.hopeless():
        pace.failed(clock.now, overloaded=True, wait=None)
        clock.now += pace.pause()
    assert 8.0 <= clock.now <= 12.0
    pace.begin()
    assert not pace.hopeless()
    pace.failed(clock.now, overloaded=True, wait=60.0)
    pace.begin()
    assert pace.hopeless(), "the pause that it asked for is not over"
    clock.now += 60.0
    pace.begin()
    assert pace.allows(0)


events = st.one_of(st.just("answered"), st.tuples(st.booleans(), st.floats(0, 20), st.none() | st.floats(0, 100)))


@given(st.lists(events, max_size=60), st.integers(1, 8), st.integers(8, 40))
def test_whatever_happens_somebody_may_be_asked_again_and_never_too_many(history, start, most):
    clock = Clock()
    pace = pace_at(clock, start=start, most=most)
    for event in history:
        if event == "answered":
            pace.answered()
        else:
            overloaded, before, wait = event
            pace.failed(clock.now - before, overloaded=overloaded, wait=wait)
            assert pace.pause() >= (wait or 0.0) - 1e-9
            clock.now += 1.0
        assert 1 <= pace.limit <= most
        assert not pace.allows(most)
    clock.now += pace.pause()
    assert pace.allows(0)
