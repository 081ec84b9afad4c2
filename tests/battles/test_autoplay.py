"""Autoplay: fills the board while nobody waits, and steps aside for visitors."""

import time

from players import always_first, perfect, refuses

from arena.battles import BattleFilter
from arena.battles.autoplay import Autoplay


def wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def battles(arena):
    return sum(arena.store.battle_counts().values()) // 2


def test_it_plays_every_meeting_once_and_then_rests(open_with, pairs):
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        autoplay = Autoplay(arena, quiet=0, pause=0)
        autoplay.start()
        meetings = 3 * len(pairs)
        wait_until(lambda: battles(arena) >= meetings)
        time.sleep(0.2)
        autoplay.stop()
        assert battles(arena) == meetings
        for a, b in (("good", "first"), ("good", "shy"), ("first", "shy")):
            ids = {c.name: name for name, c in arena.store.contestants().items()}
            assert arena.store.pairs_met(ids[a], ids[b]) == {pair.id for pair in pairs}


def test_it_never_asks_whom_it_shall_leave_alone(open_with, pairs):
    with open_with(good=perfect, first=always_first, paid=refuses) as (arena, players):
        (paid,) = [name for name, contestant in players.contestants.items() if contestant.name == "paid"]
        while arena.play_unmet(without={paid}) is not None:
            pass
        assert battles(arena) == len(pairs)
        assert paid not in {name for name, _ in players.asked}


def test_its_battles_are_on_the_board_at_once(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        assert arena.play_unmet() is not None
        assert [row.battles for row in arena.leaderboard().value.rows] == [1, 1]


def test_it_steps_aside_while_a_visitor_plays(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.open_battle(BattleFilter(source="starter"))
        autoplay = Autoplay(arena, quiet=60, pause=0)
        autoplay.start()
        time.sleep(0.5)
        autoplay.stop()
        assert battles(arena) == 0


def test_stopping_twice_or_before_the_start_is_fine(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        autoplay = Autoplay(arena)
        autoplay.stop()
        autoplay.start()
        autoplay.stop()
        autoplay.stop()
