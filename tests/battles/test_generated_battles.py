"""Battles on generated pairs: drawn as soon as reviewers accept them, never by who made or judged them, and anonymous."""

from dataclasses import replace

import pytest
from players import always_first, perfect, refuses

from arena.battles import BattleFilter
from arena.battles.pair_choice import GENERATED_SHARE
from arena.errors import InputError
from arena.generators.scenes import draw_pair
from arena.pairs import Provenance
from arena.store import GENERATED, GenerationRecord, ReviewRecord, Store

FROM_GENERATED = BattleFilter(source=GENERATED)
SECRETS = {"made_by": "people/editor", "gated_by": "people/shy,people/other"}


def generate(store: Store, name: str = "g1", family: str = "stove", models: tuple[str, ...] = ("people/editor", "people/shy")):
    pair = draw_pair(family, 77, size=64, source=GENERATED)
    pair = replace(pair, provenance=Provenance("SomePipeline", 3, SECRETS))
    where = (pair.family, pair.domain, pair.category, pair.sides[0].picture.digest)
    store.generations.add([GenerationRecord(name, "ann", *where, {"side": 0}, pair.id, {}, True, False, models)], [pair])
    return pair


def accept(store: Store, name: str = "g1", reviewers: tuple[str, ...] = ("ben", "cleo")):
    for reviewer in reviewers:
        store.generations.add_review(ReviewRecord(name, reviewer, "accept"))


def seats(arena, battle_id):
    return {contestant.repository for contestant in (arena.store.contestants()[s] for s in arena.store.battle(battle_id).seats)}


def played(arena, filters=FROM_GENERATED):
    battle_id = arena.open_battle(filters).battle_id
    for _ in arena.play(battle_id):
        pass
    return battle_id


def test_a_pair_is_drawn_from_its_second_accept_on_and_not_before(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        pair = generate(arena.store)
        with pytest.raises(InputError, match="no generated pair is in play"):
            arena.open_battle(FROM_GENERATED)
        accept(arena.store, reviewers=("ben",))
        with pytest.raises(InputError, match="no generated pair is in play"):
            arena.open_battle(FROM_GENERATED)
        accept(arena.store, reviewers=("cleo",))
        assert arena.open_battle(FROM_GENERATED).pair == pair
        assert GENERATED in arena.sources()


def test_who_made_or_judged_a_pair_never_plays_on_it_and_still_plays_on_others(open_with):
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        generate(arena.store)
        accept(arena.store)
        on_generated = [seats(arena, played(arena)) for _ in range(12)]
        assert all(drawn == {"people/good", "people/first"} for drawn in on_generated)
        on_frozen = [seats(arena, played(arena, BattleFilter(source="starter"))) for _ in range(12)]
        assert set().union(*on_frozen) == {"people/good", "people/first", "people/shy"}


def test_the_arena_by_itself_plays_generated_pairs_under_the_same_rule(open_with):
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        pair = generate(arena.store)
        accept(arena.store)
        while arena.play_unmet() is not None:
            pass
        contestants = arena.store.contestants()
        met = {
            (contestants[one].name, contestants[other].name)
            for one in contestants
            for other in contestants
            if one < other and pair.id in arena.store.pairs_met(one, other)
        }
        assert {frozenset(couple) for couple in met} == {frozenset({"good", "first"})}


@pytest.mark.parametrize("models", [("people/good",), ("people/editor", "people/first", "people/good")])
def test_a_pair_that_leaves_fewer_than_two_contestants_is_not_drawn(open_with, models):
    with open_with(good=perfect, first=always_first) as (arena, _):
        generate(arena.store, models=models)
        accept(arena.store)
        with pytest.raises(InputError, match="that two models may play on"):
            arena.open_battle(FROM_GENERATED)
        assert all(arena.open_battle().pair.source != GENERATED for _ in range(20))


def test_a_retired_or_rejected_pair_is_drawn_no_more_and_its_battles_stay(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        pair = generate(arena.store)
        accept(arena.store)
        battle_id = played(arena)
        arena.vote(battle_id, "me", "skip")
        before = arena.leaderboard().value
        arena.store.generations.retire("g1", "leaked")
        with pytest.raises(InputError, match="no generated pair"):
            arena.open_battle(FROM_GENERATED)
        assert arena.view(battle_id).pair == pair
        assert arena.leaderboard().value == before


def test_filters_hold_for_generated_pairs(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        generate(arena.store)
        accept(arena.store)
        with pytest.raises(InputError, match="no generated pair"):
            arena.open_battle(BattleFilter(domain="culture", source=GENERATED))
        assert arena.open_battle(BattleFilter(domain="safety", source=GENERATED)).pair.source == GENERATED


def test_without_a_wish_a_share_of_the_pairs_is_generated(open_with):
    with open_with(good=perfect, first=always_first) as (arena, _):
        generate(arena.store)
        accept(arena.store)
        sources = [arena.open_battle().pair.source for _ in range(120)]
        # The standard error of a share of 0.25 over 120 draws is 0.04.
        assert sources.count(GENERATED) / 120 == pytest.approx(GENERATED_SHARE, abs=0.15)
        assert set(sources) == {"fresh", GENERATED, "starter"}


def test_nothing_before_the_vote_tells_who_made_or_judged_the_pair(open_with):
    with open_with(good=perfect, first=always_first, shy=refuses) as (arena, _):
        generate(arena.store)
        accept(arena.store)
        opened = arena.open_battle(FROM_GENERATED)
        seen = [opened, *arena.play(opened.battle_id), arena.view(opened.battle_id)]
        assert not [name for name in ("editor", "shy", "other") if f"people/{name}" in repr(seen)]
        arena.vote(opened.battle_id, "me", "skip")
        assert arena.view(opened.battle_id).pair.provenance.details == SECRETS


def test_a_draw_is_the_same_for_the_same_seed(open_with):
    drawn = []
    for _ in range(2):
        with open_with(good=perfect, first=always_first, seed=5) as (arena, _):
            generate(arena.store)
            accept(arena.store)
            drawn.append([arena.open_battle().pair.id for _ in range(12)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1
