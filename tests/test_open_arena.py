"""An arena that is put together from settings, with an endpoint among those who take part."""

import socket
import time
from contextlib import closing
from dataclasses import replace

import pytest

from arena.models import Pools, RequestBudget
from arena.opening import allowances, open_arena
from arena.settings import Settings

CONSTANTS = ("always-answer", "always-refuse")
PATIENCE = 60
"""Seconds in which something has to happen."""
MOST_OF_A_QUESTION = 3
"""Requests, with those by which an endpoint is found out."""
AT_ONCE = 20
"""Seconds within which a crowded machine closes an arena; far less than an endpoint may take."""


@pytest.fixture
def silent():
    """The reference of an endpoint that takes questions and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1#model"


@pytest.fixture
def settings(tmp_path, silent):
    models = (*CONSTANTS, silent)
    return Settings(home=tmp_path / "home", starter_models=False, models=models, endpoint_seconds=300, autoplay=True)


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def endpoint(arena):
    (one,) = [contestant for contestant in arena.contestants if contestant.is_endpoint]
    return one


def spent(settings, arena):
    a_day = settings.endpoint_requests_a_day
    return a_day - RequestBudget(settings.home, a_day).rest(endpoint(arena))


def test_battles_that_nobody_asked_for_ask_no_endpoint_but_one_small_question_at_the_start(settings):
    with open_arena(settings) as (arena, problems):
        assert problems == ()
        until(lambda: sum(arena.store.battle_counts().values()) >= 12)
        assert endpoint(arena).id not in arena.store.battle_counts()
        until(lambda: spent(settings, arena) > 0)
        before = spent(settings, arena)
        (line,) = allowances(settings, arena.contestants)
        meanwhile = range(before, spent(settings, arena) + 1)  # it may be sent another one at this moment
        assert max(meanwhile) <= MOST_OF_A_QUESTION
    assert line in {
        f"{endpoint(arena).reference}: is an endpoint; battles may send it {1000 - count} of 1000 requests today (UTC), "
        "as ARENA_ENDPOINT_REQUESTS_A_DAY says"
        for count in meanwhile
    }


def test_they_ask_one_when_told_to_and_an_arena_closes_at_once_although_it_is_still_asked(settings):
    with open_arena(replace(settings, autoplay_endpoints=True)) as (arena, _):
        assert isinstance(arena._models, Pools)
        asked = arena._models._endpoints._pool
        until(lambda: asked.waiting(endpoint(arena).id) > 1)
        closing_at = time.monotonic()
    assert time.monotonic() - closing_at < AT_ONCE
