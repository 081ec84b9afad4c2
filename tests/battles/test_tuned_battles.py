"""Battles of models that were tuned: on families of the fold that was left out of their data, and on no others."""

import pytest
from players import always_first, perfect, refuses

from arena.battles import BattleFilter
from arena.errors import InputError
from arena.store.generation_records import FRESH
from arena.strategies.folds import fold_of

TESTED = fold_of("stove")
FROM_STARTER = BattleFilter(source="starter")


def families_of(arena, drawn, name):
    """Of the battles opened, the families on which somebody of that name sits."""
    found = set()
    for battle_id in drawn:
        battle = arena._open.get(battle_id)
        if any(arena.lineup[seat].name == name for seat in battle.seats):
            found.add(battle.pair.family)
    return found


@pytest.mark.parametrize("filters", [FROM_STARTER, BattleFilter(source=FRESH), BattleFilter()])
def test_a_tuned_model_meets_others_on_its_test_fold_alone_and_they_meet_everywhere(open_with, filters):
    with open_with(folds={"tuned": TESTED}, good=perfect, first=always_first, tuned=refuses) as (arena, _):
        drawn = [arena.open_battle(filters).battle_id for _ in range(60)]
        assert {fold_of(family) for family in families_of(arena, drawn, "tuned")} == {TESTED}
        assert {fold_of(family) for family in families_of(arena, drawn, "good")} > {TESTED}


def test_autoplay_ends_where_only_families_of_the_training_are_left(open_with, pairs):
    with open_with(folds={"tuned": TESTED}, good=perfect, tuned=refuses) as (arena, _):
        played = []
        while result := arena.play_unmet():
            played.append(result)
        assert len(played) == sum(fold_of(pair.family) == TESTED for pair in pairs) < len(pairs)


def test_two_that_share_no_test_fold_play_on_nothing_and_are_told(open_with):
    folds = {"one": TESTED, "other": (TESTED + 1) % 4}
    with open_with(folds=folds, one=perfect, other=refuses) as (arena, _):
        with pytest.raises(InputError, match="tuned ones play on no family of their training"):
            arena.open_battle()
        assert arena.play_unmet() is None
