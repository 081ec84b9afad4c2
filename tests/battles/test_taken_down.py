"""Battles on pairs that were taken down: none is drawn, one under way ends, and an old link says so."""

import pytest
from players import always_first, perfect, revealed
from test_host import STARTER, played

from arena.errors import BattleError, InputError

BY = {"by": "operator", "reason": "private"}
REMOVED = "its pair was removed by whoever runs this arena; open a new one"


def test_a_hidden_pair_is_drawn_no_more_until_it_is_restored(open_with, pairs):
    hidden, *others = [pair.id for pair in pairs]
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.takedowns.hide([hidden], **BY)
        assert {arena.open_battle(STARTER).pair.id for _ in range(24)} == set(others)
        while arena.play_unmet() is not None:
            pass
        assert hidden not in arena.store.pairs_met(*arena.store.contestants())
        arena.store.takedowns.restore([hidden], **BY)
        assert hidden in {arena.open_battle(STARTER).pair.id for _ in range(24)}


def test_where_all_pairs_are_hidden_a_visitor_gets_one_line(open_with, pairs):
    with open_with(good=perfect, first=always_first) as (arena, _):
        arena.store.takedowns.hide([pair.id for pair in pairs], **BY)
        with pytest.raises(InputError, match="no pair is in domain"):
            arena.open_battle(STARTER)


def test_a_battle_under_way_ends_and_is_not_kept(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle = arena.open_battle(STARTER)
        rounds = arena.play(battle.battle_id)
        next(rounds)
        arena.store.takedowns.hide([battle.pair.id], **BY)
        with pytest.raises(BattleError, match=REMOVED):
            list(rounds)
        assert arena.store.battle(battle.battle_id) is None
        with pytest.raises(BattleError, match=REMOVED):
            list(arena.play(battle.battle_id))


def test_an_old_link_shows_nothing_and_takes_no_vote(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena)
        arena.store.takedowns.hide([battle_id], **BY)
        with pytest.raises(BattleError, match=REMOVED):
            arena.view(battle_id)
        with pytest.raises(BattleError, match=REMOVED):
            arena.vote(battle_id, "me", "a")
        assert arena.store.vote_of(battle_id) is None
        arena.store.takedowns.restore([battle_id], **BY)
        assert revealed(arena.vote(battle_id, "me", "a")).vote == "a"


def test_the_board_counts_a_battle_as_before(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        battle_id = played(arena)
        arena.vote(battle_id, "me", "skip")
        before = arena.leaderboard().value
        arena.store.takedowns.hide([battle_id], **BY)
        assert arena.leaderboard().value == before
        assert any(row.battles for row in before.rows)
