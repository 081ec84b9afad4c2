"""Battles read anew by a later version of the method: the new judgement counts, the old one stays."""

import pytest
from store_insides import connection_of
from store_world import CONTESTANTS, PAIRS, RULE, found, make_battle, outcomes

from arena.store import OlderBattle, PairReading, Rereading, Rereadings, Result, Store
from arena.store.rereadings import NOT_YET

LOST = outcomes({"caption_choice": (["correct", "wrong"], ["correct", "correct"])})
"""The outcomes of a win, the other way round."""
SHORT = "a reply may have been cut off"


def reading(number: int, judged=LOST, pair=PAIRS[0]):
    seat = "ab"[number]
    return PairReading(CONTESTANTS[number].id, pair.id, [one for one in judged if one.seat == seat])


READINGS = (reading(0), reading(1))


def reread(*names: str, result: Result = "b", version="2", readings=READINGS):
    return Rereadings(version, [Rereading(name, result) for name in names], readings)


def test_battles_of_other_versions_are_found_once_for_each_version(store):
    store.add_battle(make_battle("old"))
    store.add_battle(make_battle("present", method_version="2"))
    store.add_battle(make_battle("void", result="void"))
    seats = (CONTESTANTS[0].id, CONTESTANTS[1].id)
    assert store.older_battles("2", 10) == [OlderBattle("old", PAIRS[0].id, seats)]
    store.add_rereadings(reread("old"))
    assert store.older_battles("2", 10) == []
    assert {battle.id for battle in store.older_battles("3", 10)} == {"old", "present"}
    assert len(store.older_battles("3", 1)) == 1


def test_what_was_read_anew_counts_everywhere(store):
    store.add_battle(make_battle("old"))
    assert [(count.winner, count.units) for count in store.unit_counts()] == [(CONTESTANTS[0].id, 1)]
    assert store.add_rereadings(reread("old")) == 1
    battle = found(store.battle("old"))
    assert (battle.result, battle.method_version, battle.outcomes) == ("b", "2", LOST)
    assert [(count.winner, count.units) for count in store.unit_counts()] == [(CONTESTANTS[1].id, 1)]
    assert store.tallies()[CONTESTANTS[1].id].solved["caption_choice"].hits == 1
    store.add_vote("old", "somebody", "b")
    assert store.votes_by_result() == {("b", "b"): 1}


def test_a_battle_that_two_have_repeated_counts_no_more_however_it_is_read(store):
    for name in ("first", "last"):
        store.add_battle(make_battle(name))
    before = store.unit_counts(), store.tallies()
    store.add_rereadings(reread("first"))
    store.rebuild_elo()
    assert (store.unit_counts(), store.tallies()) == before
    assert store.rebuild() == ()


def test_the_first_judgement_stays(store):
    store.add_battle(make_battle("old"))
    before = connection_of(store).execute("SELECT * FROM arena.judgements ORDER BY rowid").fetchall()
    store.add_rereadings(reread("old"))
    after = connection_of(store).execute("SELECT * FROM arena.judgements ORDER BY rowid").fetchall()
    assert after[: len(before)] == before
    assert len(after) == 2 * len(before)


def test_the_last_version_counts(store):
    store.add_battle(make_battle("old"))
    store.add_rereadings(reread("old"))
    won = list(make_battle("old").outcomes)
    store.add_rereadings(reread("old", result="a", version="10", readings=(reading(0, won), reading(1, won))))
    battle = found(store.battle("old"))
    assert (battle.result, battle.method_version, battle.outcomes) == ("a", "10", tuple(won))
    assert len(store.unit_counts()) == 1


def test_the_same_rereading_again_changes_nothing(store):
    store.add_battle(make_battle("old"))
    store.add_rereadings(reread("old"))
    assert store.add_rereadings(reread("old")) == 0
    assert len(found(store.battle("old")).outcomes) == len(LOST)


def test_each_battle_gets_the_readings_of_its_own_contestants_in_their_seats(store):
    store.add_battle(make_battle("straight"))
    store.add_battle(make_battle("swapped", seats=(CONTESTANTS[1].id, CONTESTANTS[0].id)))
    store.add_battle(make_battle("elsewhere", pair_id=PAIRS[1].id))
    store.add_rereadings(reread("straight", "swapped"))
    assert found(store.battle("straight")).outcomes == LOST
    solved = [one.outcome.value for one in found(store.battle("swapped")).outcomes]
    assert solved == ["correct", "correct", "correct", "wrong"]
    assert found(store.battle("elsewhere")).method_version == "1"


def test_battles_that_could_not_be_read_anew_count_as_they_were_judged_and_say_why(store):
    for name in ("short", "unseen", "anew"):
        store.add_battle(make_battle(name))
    store.add_battle(make_battle("present", method_version="2"))
    store.add_battle(make_battle("waiting", played_by="visitor"))
    store.add_rereadings(Rereadings("2", [Rereading("short", None, SHORT), Rereading("anew", "b")], READINGS))
    assert store.counted_by_older_methods("2") == {NOT_YET: 1, SHORT: 1}
    assert found(store.battle("short")).method_version == "1"
    assert found(store.battle("short")).outcomes == make_battle("short").outcomes


@pytest.mark.parametrize("rule", [None, RULE])
def test_online_ratings_are_replayed_with_what_was_read_anew_even_after_a_crash(home, store, rule):
    for name in ("first", "second"):
        store.add_battle(make_battle(name))
    store.add_rereadings(reread("first"))
    store.close()
    with Store.open(home, rule) as opened:
        assert len(opened.elo_changes("first")) == (2 if rule else 0)
    with Store.open(home, RULE) as opened:
        kept = opened.elo()
        assert kept == {CONTESTANTS[0].id: 1000.0 - 3 + 8, CONTESTANTS[1].id: 1000.0 + 8 - 3}
        opened.rebuild_elo()
        assert opened.elo() == kept
