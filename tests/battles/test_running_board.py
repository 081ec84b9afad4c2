"""The board of a running arena: ratings follow the battles, bounds follow the ratings, and nobody waits for either."""

import logging
import threading
import time
from contextlib import closing

import pytest
from players import always_first, perfect, refuses

from arena.battles import board as running
from arena.battles.board import Board
from arena.battles.leaderboard import leaderboard

SOON = 10.0
"""Seconds after which a test gives up."""


@pytest.fixture
def played(open_with):
    """An arena in which some have met: (arena, play one more battle)."""
    with open_with(good=perfect, bad=always_first, shy=refuses) as (arena, _):
        yield arena, lambda: arena.play_through(played_by="command")


@pytest.fixture
def bounds_wait(monkeypatch):
    """Bounds are counted once the event is set."""
    may_count = threading.Event()

    def count(*arguments):
        assert may_count.wait(SOON)
        return count_all(*arguments)

    count_all = running.count_all
    monkeypatch.setattr(running, "count_all", count)
    yield may_count
    may_count.set()


def until(holds):
    """What `holds` gives once it is true."""
    end = time.monotonic() + SOON
    while not (value := holds()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return value


def board_of(arena, oldest, domains=()):
    return closing(Board(arena.store, arena.lineup, oldest, domains))


def test_without_an_age_the_board_is_what_is_counted_afresh(played):
    arena, play = played
    with board_of(arena, 0) as board:
        for _ in range(3):
            play()
            snapshot = board.leaderboard()
            assert snapshot.value.rows == leaderboard(arena.store, {one.id: one for one in arena.contestants})
            assert (snapshot.newer, snapshot.as_of, snapshot.as_of.battle) == (0, snapshot.value.bounds, arena.store.settled())


def test_a_board_follows_the_battles_though_nobody_looks(played):
    arena, play = played
    with board_of(arena, 0.05, ["safety"]) as board:
        play()
        for counts in (board._estimates, board._wholes):
            for choice in (None, "safety"):
                until(lambda counts=counts, choice=choice: (kept := counts._places.get(choice)) and kept.last)
        play()
        until(lambda: (kept := board._estimates._places[None].last) and kept.as_of.battle == 2)


def test_a_board_may_be_older_than_a_thread_can_wait(played):
    arena, _ = played
    with board_of(arena, 10**12) as board:
        board._upkeep.join(0.05)
        assert board._upkeep.is_alive()


def test_ratings_are_there_before_bounds_and_the_rows_say_that_those_are_counted(open_with, bounds_wait):
    def knows(*families):
        return lambda probe: (perfect if probe.family in families else refuses)(probe)

    with open_with(at_home=knows("stove", "helmet"), abroad=knows("tea", "gate")) as (arena, _):
        while arena.play_unmet():
            pass
        with board_of(arena, 0.05) as board:
            early = board.leaderboard()
            assert all(row.rating is not None for row in early.value.rows)
            assert {row.why_not_ranked for row in early.value.rows} == {"no interval: its bounds are being counted"}
            assert early.value.bounds is None
            bounds_wait.set()
            whole = until(lambda: (now := board.leaderboard()).value.bounds and now)
            assert whole.value.rows == leaderboard(arena.store, {one.id: one for one in arena.contestants})
            assert {row.why_not_ranked for row in whole.value.rows} == {"no interval: too few families so far"}


def test_ratings_go_on_while_bounds_are_counted_and_the_board_tells_where_those_stand(played, bounds_wait):
    arena, play = played
    play()
    bounds_wait.set()
    with board_of(arena, 0.05) as board:
        until(lambda: board.leaderboard().value.bounds)
        bounds_wait.clear()
        play()
        newer = until(lambda: (now := board.leaderboard()).as_of.battle == 2 and now)
        assert newer.value.bounds
        assert newer.value.bounds.battle == 1
        assert sum(row.battles for row in newer.value.rows) == 4


def test_a_store_that_fails_for_a_moment_is_told_in_the_log_and_does_not_stop_the_board(played, monkeypatch, caplog):
    arena, play = played
    real = arena.store.settled

    def fails():
        raise OSError("no disk")

    with caplog.at_level(logging.ERROR), board_of(arena, 0.05) as board:
        until(lambda: board._estimates._places.get(None))
        monkeypatch.setattr(board._estimates, "_settled", fails)
        until(lambda: "no disk" in caplog.text)
        monkeypatch.setattr(board._estimates, "_settled", real)
        play()
        until(lambda: board.leaderboard().as_of.battle == 1)
