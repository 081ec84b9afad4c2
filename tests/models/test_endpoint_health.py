"""When an endpoint that fails is asked again."""

import pytest

from arena.models.endpoint_health import LONGEST_PAUSE, SHORTEST_PAUSE, Health


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def failing(health, clock, times, *, permanent=False):
    """The pauses of an endpoint that fails whenever it is asked."""
    pauses = []
    for _ in range(times):
        assert health.may_be_asked()
        pauses.append(health.failed("no network", permanent=permanent))
        clock.now += pauses[-1] - 0.5
        assert not health.may_be_asked()
        clock.now += 0.5
    return pauses


@pytest.fixture
def clock():
    return Clock()


def test_the_pauses_grow_from_a_minute_to_an_hour(clock):
    pauses = failing(Health(clock=clock, jitter=lambda: 0.0), clock, 8)
    assert pauses == [60, 120, 240, 480, 960, 1800, 1800, 1800]
    pauses = failing(Health(clock=clock, jitter=lambda: 1.0), clock, 8)
    assert pauses == [120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_pauses_are_drawn_so_that_arenas_do_not_return_together(clock):
    pauses = {failing(Health(clock=clock), clock, 1)[0] for _ in range(20)}
    assert len(pauses) > 10
    assert min(pauses) >= SHORTEST_PAUSE
    assert max(pauses) <= 2 * SHORTEST_PAUSE


def test_what_only_people_can_change_is_tried_rarely_from_the_first_time_on(clock):
    pauses = failing(Health(clock=clock, jitter=lambda: 0.0), clock, 3, permanent=True)
    assert pauses == [LONGEST_PAUSE / 2] * 3


def test_why_it_fails_is_known_until_it_answers(clock):
    health = Health(clock=clock)
    assert health.illness is None
    assert not health.answered()
    failing(health, clock, 2)
    assert health.illness == "no network"
    assert health.answered()
    assert health.illness is None
    assert health.may_be_asked()


def test_one_that_fails_again_soon_after_an_answer_has_not_recovered(clock):
    health = Health(clock=clock, jitter=lambda: 0.0)
    failing(health, clock, 3)
    health.answered()
    clock.now += 200  # less than the last pause, 240
    assert failing(health, clock, 1) == [480]


def test_one_that_was_well_for_as_long_as_its_last_pause_begins_anew(clock):
    health = Health(clock=clock, jitter=lambda: 0.0)
    failing(health, clock, 3)
    health.answered()
    clock.now += 241
    assert failing(health, clock, 1) == [SHORTEST_PAUSE]
