"""Battles in which a machine fails: they count for nobody, and nobody is told who failed."""

import pytest
from players import always_first, broken, perfect, revealed
from test_host import STARTER, played

from arena.errors import BattleError, BattleFailed


def test_a_machine_error_voids_the_battle_and_moves_nobody(open_with):
    with open_with(good=perfect, ill=broken) as (arena, _):
        reveal = revealed(arena.vote(played(arena), "me", "a"))
        assert reveal.result == "void"
        assert reveal.agrees is None
        assert all(seat.elo_before == seat.elo_after == 1000 for seat in reveal.seats)
        assert all(row.battles == 0 for row in arena.leaderboard().value.rows)


def test_a_contestant_whose_model_cannot_be_loaded_is_not_drawn(open_with):
    with open_with(good=perfect, first=always_first, ill=broken) as (arena, players):
        (ill,) = (name for name, contestant in players.contestants.items() if contestant.name == "ill")
        players.unable = {ill: "no disk"}
        for _ in range(10):
            arena.play_through(STARTER)
        assert ill not in arena.store.battle_counts()


def test_a_void_battle_shows_what_was_answered_and_that_the_rest_failed(open_with):
    with open_with(good=perfect, ill=broken) as (arena, _):
        view = arena.vote(played(arena), "me", "skip")
        answers = {answer.answer for one in view.rounds for seat in one.answers for answer in seat}
        assert len(view.rounds) >= 3
        assert "no answer: something went wrong" in answers


def failing_from(task):
    return lambda probe: broken(probe) if probe.task >= task else perfect(probe)


@pytest.mark.parametrize("failing", [broken, failing_from("verification")], ids=["at once", "in the middle"])
def test_a_battle_that_fails_shows_no_answer_of_what_failed_and_says_the_same_whoever_failed(open_with, failing):
    with open_with(good=perfect, ill=failing) as (arena, players):
        told = set()
        for _ in range(6):  # both seats fail in some of them
            opened, shown = arena.open_battle(STARTER), []
            with pytest.raises(BattleFailed) as failed:
                shown += arena.play(opened.battle_id)
            with pytest.raises(BattleFailed) as again:
                arena.view(opened.battle_id)
            assert "something went wrong" not in repr(shown)
            told |= {str(one.value).replace(opened.battle_id, "ID") for one in (failed, again)}
        kept = [arena.store.replies(name, [key for _, key in players.asked]) for name in players.contestants]
    assert told == {"battle ID: something failed on our side, and it counts for nobody; open a new one"}
    assert all(kept) == (failing is not broken), "what was answered is not asked again"


def test_the_line_is_calm_where_too_few_can_be_asked(open_with):
    with open_with(good=perfect, ill=broken) as (arena, players):
        players.unable = dict.fromkeys(list(players.contestants)[:1], "no network")
        with pytest.raises(BattleError, match="fewer than two models can be asked right now; try again in a minute"):
            arena.open_battle(STARTER)
