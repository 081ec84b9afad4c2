"""Placement: who was submitted is matched first, with opponents who are well known, until it is well known itself."""

import random
from collections import Counter
from itertools import combinations

import pytest
from players import perfect, refuses

from arena.battles.matchmaking import Standing, couple_of, draw_meeting
from arena.battles.placement import (
    PLACED_FAMILIES,
    PLACED_WIDTH,
    SHARE_OF_AUTOPLAY,
    SHARE_OF_VISITORS,
    Placement,
    families,
    placement_of,
)
from arena.store.records import Rate, Tally

STANDINGS = {"known": Standing(1000, 900), "vague": Standing(1000, 900), "far": Standing(3000, 900), "new": Standing(1000, 0)}
WIDTHS = {"known": 60.0, "vague": 600.0, "far": 60.0}
NONE = Rate(0, 0, 0)


def tally(name, count):
    return Tally(name, count, {"verification": Rate(count, count, count)}, NONE, NONE, NONE)


@pytest.mark.parametrize("share", [SHARE_OF_VISITORS, SHARE_OF_AUTOPLAY])
@pytest.mark.parametrize("placed", [{"new"}, {"new", "vague"}, set(STANDINGS)])
def test_probabilities_sum_to_one_none_vanishes_and_meetings_come_as_often_as_they_say(placed, share):
    placement = Placement(frozenset(placed), WIDTHS, share)
    odds = placement.odds(STANDINGS)
    couples = list(combinations(sorted(STANDINGS), 2))
    probabilities = {couple: odds.probability(couple) for couple in couples}
    assert sum(probabilities.values()) == pytest.approx(1)
    assert min(probabilities.values()) > 0
    rng, rounds, drawn, said = random.Random(5), 10_000, Counter(), set()
    for _ in range(rounds):
        meeting = draw_meeting(STANDINGS, rng, placing=placement)
        assert meeting is not None
        said.add((meeting.couple, meeting.probability))
        drawn[meeting.couple] += 1
    for couple, probability in said:
        assert probability == pytest.approx(probabilities[couple])
    for couple, probability in probabilities.items():
        assert drawn[couple] / rounds == pytest.approx(probability, abs=0.02)


def test_the_placed_one_plays_its_share_most_with_whom_is_close_and_well_known():
    odds = Placement(frozenset({"new"}), WIDTHS, SHARE_OF_VISITORS).odds(STANDINGS)
    met = {other: odds.probability(couple_of("new", other)) for other in ("known", "vague", "far")}
    assert sum(met.values()) > SHARE_OF_VISITORS
    assert met["known"] > 2 * met["vague"] > 2 * met["far"]
    assert sum(met.values()) < SHARE_OF_VISITORS + 0.7 * (1 - SHARE_OF_VISITORS)
    assert odds.probability(("known", "vague")) > 0.25 * (1 - SHARE_OF_VISITORS)


def test_where_all_have_met_the_placed_one_others_still_meet():
    placement = Placement(frozenset({"new"}), WIDTHS, SHARE_OF_AUTOPLAY)
    barred = {couple_of("new", other) for other in ("known", "vague", "far")}
    meeting = draw_meeting(STANDINGS, random.Random(1), barred, placement)
    assert meeting is not None
    assert "new" not in meeting.couple
    assert draw_meeting(STANDINGS, random.Random(1), set(combinations(sorted(STANDINGS), 2)), placement) is None


@pytest.mark.parametrize(
    ("count", "interval", "is_placed"),
    [
        (0, None, True),
        (PLACED_FAMILIES - 1, (800.0, 800.0 + PLACED_WIDTH + 1), True),
        (PLACED_FAMILIES - 1, (None, 900.0), True),
        (PLACED_FAMILIES, None, False),
        (PLACED_FAMILIES - 1, (800.0, 800.0 + PLACED_WIDTH), False),
    ],
)
def test_it_is_placed_until_it_is_well_known_or_has_played_enough(count, interval, is_placed):
    tallies = {"new": tally("new", count)} if count else {}
    intervals = {"new": interval} if interval else {}
    placement = placement_of({"new"}, lambda: intervals, lambda _: tallies, 0.5)
    assert (placement is not None) is is_placed


def test_in_a_running_arena_it_plays_more_than_others(open_with):
    with open_with(**{f"old{number}": perfect for number in range(4)}, new=refuses) as (arena, players):
        *old, new = players.contestants.values()
        arena.lineup.leave(new.id)
        for _ in range(12):
            arena.play_through()
        arena.lineup.enter(new, submitted=True)
        for _ in range(12):
            assert arena.play_unmet() is not None
        counts = arena.store.battle_counts()
        assert counts[new.id] >= 6
        assert families(arena.store.tallies(None, [new.id])[new.id]) >= 3
        assert sum(counts[one.id] for one in old) == 48 - counts[new.id]
