import pytest
from players import always_first, perfect, refuses

from arena.battles.lineup import Lineup
from arena.contestants import Contestant
from arena.errors import BattleError

ADA, BOB, EVE = (
    Contestant(f"team/{name}", f"{number:040x}", "generative") for number, name in enumerate(("ada", "bob", "eve"))
)


def test_who_enters_takes_part_and_who_leaves_does_not():
    lineup = Lineup([ADA, BOB])
    before = lineup.present()
    lineup.enter(EVE)
    lineup.leave(ADA.id)
    assert set(lineup) == {BOB.id, EVE.id}
    assert set(before) == {ADA.id, BOB.id}, "what somebody looks at changes no more"
    assert set(lineup.ever) == {ADA.id, BOB.id, EVE.id}
    lineup.leave(ADA.id)


@pytest.mark.parametrize("name", ["ada", "bob", "eve"])
def test_names_of_all_that_ever_took_part_stay_secret(name):
    lineup = Lineup([ADA], others=[EVE])
    lineup.enter(BOB)
    lineup.leave(ADA.id)
    assert lineup.names.search(f"I am {name.upper()}, a model")


def test_a_running_arena_draws_who_entered_and_no_more_who_left(open_with):
    with open_with(good=perfect, bad=refuses, late=always_first) as (arena, players):
        good, bad, late = players.contestants.values()
        arena.lineup.leave(late.id)
        open_now = arena.open_battle().battle_id
        arena.lineup.enter(late)
        arena.lineup.leave(bad.id)
        for _ in range(6):
            arena.play_through()
        assert set(arena.store.battle_counts()) == {good.id, late.id}
        assert [len(list(arena.play(open_now))) > 0, {one.id for one in arena.contestants}] == [True, {good.id, late.id}]
        arena.lineup.leave(late.id)
        with pytest.raises(BattleError, match="fewer than two models take part"):
            arena.open_battle()
