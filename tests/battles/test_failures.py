"""What whoever runs an arena learns of models that fail, and visitors do not."""

import logging

import pytest
from players import broken, perfect

from arena.battles import BattleFilter
from arena.errors import BattleFailed
from arena.probes import Reply

STARTER = BattleFilter(source="starter")


def named(players, name):
    return next(one for one in players.contestants.values() if one.name == name)


def test_a_battle_that_fails_names_the_model_and_the_reason_and_nobody_else(open_with, caplog):
    caplog.set_level(logging.INFO)
    with open_with(good=perfect, ill=broken) as (arena, players):
        assert arena.play_through(STARTER) == "void"
        (failure,) = arena.failures.all()
        asked = sum(contestant_id == failure.contestant.id for contestant_id, _ in players.asked)
    assert (failure.contestant.name, failure.questions, failure.reason) == ("ill", asked, "out of memory")
    assert str(failure) == f"people/ill: failed on {asked} of its questions: out of memory"
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.endswith(f" is void: {failure}")
    assert "people/good" not in caplog.text


def test_failed_questions_add_up_over_battles_and_the_last_reason_is_told(open_with):
    reasons = iter(["people/ill: no disk", *["people/ill: no network"] * 1000])
    with open_with(good=perfect, ill=lambda _: Reply(error=next(reasons))) as (arena, players):
        for _ in range(3):
            arena.play_through(STARTER)
        (failure,) = arena.failures.all()
    ill = named(players, "ill").id
    assert failure.questions == sum(count for (contestant_id, _), count in players.asked.items() if contestant_id == ill)
    assert str(failure).endswith(f"failed on {failure.questions} of its questions: no network")


def test_where_all_answer_there_is_no_failure(open_with, caplog):
    with open_with(good=perfect, better=perfect) as (arena, _):
        arena.play_through(STARTER)
        assert arena.failures.all() == []
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_model_that_cannot_be_loaded_is_told_although_it_plays_no_battle(open_with):
    with open_with(good=perfect, better=perfect, ill=broken) as (arena, players):
        players.unable = {named(players, "ill").id: "people/ill: its weights do not fit"}
        arena.play_through(STARTER)
        assert [str(failure) for failure in arena.failures.all()] == ["people/ill: plays no battle: its weights do not fit"]


@pytest.mark.parametrize("vote", ["a", "skip"])
def test_no_visitor_learns_why_a_model_failed(open_with, vote):
    with open_with(good=perfect, ill=lambda _: Reply(error="people/ill: out of memory")) as (arena, _):
        opened = arena.open_battle(STARTER)
        seen = [opened]
        with pytest.raises(BattleFailed) as failed:
            seen += arena.play(opened.battle_id)
        assert "people/ill" not in repr((seen, failed.value))
        seen += [arena.vote(opened.battle_id, "me", vote), arena.view(opened.battle_id)]
    assert "out of memory" not in repr(seen)
