"""How many requests a battle may need."""

from dataclasses import replace

import pytest
from players import perfect

from arena.battles import BattleFilter
from arena.battles.requests import most_requests, small_question
from arena.probes import Reply


def vague(probe):
    """Needs a second turn wherever there can be one."""
    return perfect(probe) if probe.before or not probe.options else Reply("One of them, perhaps.")


@pytest.mark.parametrize("domain", ["safety", "culture"])
def test_no_seat_is_asked_more_than_is_counted_on_and_one_that_is_vague_is_asked_as_much(open_with, pairs, domain):
    counted = most_requests(pair for pair in pairs if pair.domain == domain)
    with open_with(other=perfect, vague=vague) as (arena, players):
        arena.play_through(BattleFilter(domain=domain, source="starter"))
        asked = {name: sum(1 for who, _ in players.asked if who == name) for name in players.contestants}
    assert max(asked.values()) == counted
    assert counted <= most_requests(pairs)


def test_the_small_question_shows_a_picture_and_has_an_answer_of_a_word(pairs):
    probe = small_question(pairs)
    assert len(probe.images) == 1
    assert probe.options == ("yes", "no")
    assert replace(probe, family="").key == probe.key
