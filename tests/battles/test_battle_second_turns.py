"""Battles with a model that answers vaguely first and, asked again, by a letter."""

import pytest
from players import perfect

from arena.battles import BattleFilter
from arena.probes import Outcome, Reply

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
    battle_id = arena.open_battle(CULTURE).battle_id
    return battle_id, list(arena.play(battle_id))


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


def test_the_page_says_that_it_was_asked_again_and_says_so_again_later(open_with):
    with open_with(good=perfect, other=vague) as (arena, _):
        battle_id, rounds = played(arena)
        answers = {answer.answer for shown in rounds for seat in shown.answers for answer in seat}
        assert {"the second caption", "asked again: the second caption", "asked again: yes", "yes"} <= answers
        assert tuple(rounds) == arena.view(battle_id).rounds


@pytest.mark.parametrize("player", [mute, unsure])
def test_who_does_not_decide_is_shown_by_its_own_words(open_with, player):
    with open_with(good=perfect, other=player) as (arena, _):
        _, rounds = played(arena)
    assert f"“{UNCLEAR}”" in {answer.answer for shown in rounds for seat in shown.answers for answer in seat}


def test_nothing_is_asked_a_third_time(open_with):
    with open_with(good=perfect, other=vague) as (arena, players):
        for _ in range(12):
            played(arena)
        assert set(players.asked.values()) == {1}
