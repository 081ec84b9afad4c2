"""Endpoints as contestants: what they may be sent, and how long a battle waits for them."""

import socket
import time
from contextlib import closing

import pytest
from echo import probe

from arena.models import RequestBudget, battle_pacing, endpoint_entry
from arena.models.endpoint_budget import SPENT


@pytest.fixture
def silent():
    """The reference of an endpoint that takes questions and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1#model"


def test_a_battle_waits_no_longer_than_it_is_told_to_and_counts_what_it_sends(silent, tmp_path):
    budget = RequestBudget(tmp_path, 100)
    entry = endpoint_entry(silent, battle_pacing(0.2), budget)
    began = time.monotonic()
    (reply,) = entry.load().answer([probe("x")])
    assert "no answer in time" in (reply.error or "")
    assert time.monotonic() - began < 10
    assert 1 <= 100 - budget.rest(entry.contestant) <= 6


def test_nothing_is_sent_when_nothing_is_left(tmp_path):
    nobody_there = "http://127.0.0.1:9/v1#model"
    entry = endpoint_entry(nobody_there, battle_pacing(5), RequestBudget(tmp_path, 0))
    assert [reply.error for reply in entry.load().answer([probe("x"), probe("y")])] == [SPENT, SPENT]
