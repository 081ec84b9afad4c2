"""Battles with a model that answers vaguely first and, asked again, by a letter."""

from contextlib import closing, suppress

import pytest
from players import Players, perfect

from arena.battles import Arena, BattleFilter
from arena.battles.scoring import ELO_RULE
from arena.errors import BattleFailed
from arena.models import Capabilities, ModelPool
from arena.probes import Outcome, Reply
from arena.store import Store

CULTURE = BattleFilter(domain="culture", source="starter")
UNCLEAR = "Well, one of them, as far as anybody can say."


def vague(probe):
    """Right about everything, once it is asked for the bare option."""
    if probe.before:
        return Reply(probe.expected)
    return Reply(UNCLEAR) if probe.options else perfect(probe)


def mute(probe):
    """As vague, and knows no second turn."""
    return Reply(not_applicable=True) if probe.before else vague(probe)


def unsure(probe):
    """As vague, and still cannot tell."""
    return Reply("C") if probe.before else vague(probe)


def unlucky(probe):
    """As vague, on a machine that fails when it is asked again."""
    return Reply(error="out of memory") if probe.before else vague(probe)


def played(arena):
    battle_id, rounds = arena.open_battle(CULTURE).battle_id, []
    with suppress(BattleFailed):
        rounds += arena.play(battle_id)
    return battle_id, rounds


def outcomes(arena, battle_id, players, name):
    battle = arena.store.battle(battle_id)
    (who,) = [key for key, contestant in players.contestants.items() if contestant.name == name]
    seat = "ab"[battle.seats.index(who)]
    return {(one.outcome, one.read_by) for one in battle.outcomes if one.seat == seat}


@pytest.mark.parametrize(
    ("player", "judged"),
    [
        (vague, (Outcome.CORRECT, "second request")),
        (mute, (Outcome.UNPARSEABLE, None)),
        (unsure, (Outcome.UNPARSEABLE, None)),
        (unlucky, (Outcome.ERROR, None)),
    ],
)
def test_what_is_unclear_is_asked_again_and_judged_by_that(open_with, player, judged):
    with open_with(good=perfect, other=player) as (arena, players):
        battle_id, _ = played(arena)
        assert outcomes(arena, battle_id, players, "good") == {(Outcome.CORRECT, "reader")}
        assert outcomes(arena, battle_id, players, "other") == {judged}


def answers(rounds):
    return {answer.answer for shown in rounds for seat in shown.answers for answer in seat}


def test_that_it_was_asked_again_is_said_with_the_reveal_and_not_before(open_with):
    with open_with(good=perfect, other=vague) as (arena, _):
        battle_id, rounds = played(arena)
        assert {"the second caption", "yes"} <= answers(rounds)
        assert not any("asked again" in answer for answer in answers(rounds))
        assert tuple(rounds) == arena.view(battle_id).rounds
        arena.vote(battle_id, "me", "skip")
        judged = answers(arena.view(battle_id).rounds)
    assert {"the second caption", "asked again: the second caption", "asked again: yes", "yes"} <= judged


@pytest.mark.parametrize("player", [mute, unsure])
def test_who_does_not_decide_is_shown_by_its_own_words(open_with, player):
    with open_with(good=perfect, other=player) as (arena, _):
        _, rounds = played(arena)
    assert f"“{UNCLEAR}”" in answers(rounds)


def test_nothing_is_asked_a_third_time(open_with):
    with open_with(good=perfect, other=vague) as (arena, players):
        for _ in range(12):
            played(arena)
        assert set(players.asked.values()) == {1}


class ScriptedModel:
    """A model as the pool loads it, which answers as its player does."""

    memory_bytes = 0

    def __init__(self, contestant, player, *, second_turn):
        self.contestant = contestant
        self.capabilities = Capabilities(2, writes_text=True, scores_options=False, second_turn=second_turn)
        self.player = player
        self.turns = []

    def answer(self, probes):
        self.turns += [len(probe.before) for probe in probes if self.capabilities.can_answer(probe)]
        return [self.player(probe) if self.capabilities.can_answer(probe) else Reply(not_applicable=True) for probe in probes]


def test_models_of_a_pool_are_asked_again_where_they_know_a_second_turn(tmp_path, pairs):
    first, second = Players(one=vague, two=vague).contestants.values()
    models = [ScriptedModel(first, vague, second_turn=True), ScriptedModel(second, vague, second_turn=False)]
    with Store.open(tmp_path / "home", ELO_RULE) as store, closing(ModelPool(2**30)) as pool:
        store.add_pairs(pairs)
        store.add_contestants([first, second])
        for model in models:
            pool.register(model.contestant, 0, lambda model=model: model)
        with closing(Arena(store, pool, {model.contestant.id: model.contestant for model in models}, pairs)) as arena:
            battle_id, _ = played(arena)
        battle = store.battle(battle_id)
        assert battle is not None
        keys = [one.probe_key for one in battle.outcomes]
        assert {one.outcome for one in battle.outcomes if battle.seats["ab".index(one.seat)] == first.id} == {Outcome.CORRECT}
        assert len(store.replies(second.id, keys)) == 12
    assert sorted(models[0].turns) == [0] * 12 + [1] * 12
    assert models[1].turns == [0] * 12
