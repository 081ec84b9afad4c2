"""Erasing who cast a vote."""

import pytest
from store_world import RULE, found, furnish, make_battle

from arena.store import Store
from arena.store.erasure import ERASED
from arena.store.records import Choice

VOTES: dict[str, tuple[str, Choice]] = {"one": ("me", "a"), "two": ("you", "b"), "three": ("me", "skip")}


@pytest.fixture
def judged(home):
    """A store with three votes of two visitors."""
    with Store.open(home, RULE) as store:
        furnish(store)
        for battle_id, (visitor, choice) in VOTES.items():
            store.add_battle(make_battle(battle_id, played_by="visitor"))
            store.add_vote(battle_id, visitor, choice)
        yield store


def visitors(store):
    return [found(store.vote_of(battle_id)).visitor for battle_id in VOTES]


def test_who_is_erased_stands_beside_no_vote_any_more_not_even_after_a_restart(home, judged):
    assert judged.erase_voter("me") == 2
    assert visitors(judged) == [ERASED, "you", ERASED]
    judged.close()
    with Store.open(home, RULE) as store:
        assert visitors(store) == [ERASED, "you", ERASED]


def test_who_is_erased_stands_nowhere_in_the_log_of_the_database(home, judged):
    visitor = "5f0c" * 8
    judged.add_battle(make_battle("four", played_by="visitor"))
    judged.add_vote("four", visitor, "a")
    log = home / "arena.duckdb.wal"
    assert visitor.encode() in log.read_bytes(), "what is looked for can be found"
    judged.erase_voter(visitor)
    assert not log.exists() or visitor.encode() not in log.read_bytes()


def test_votes_count_as_before(judged):
    before = (judged.votes_by_result(), judged.elo(), judged.settled())
    votes = [found(judged.vote_of(battle_id)) for battle_id in VOTES]
    judged.erase_voter("me")
    assert (judged.votes_by_result(), judged.elo(), judged.settled()) == before
    after = [found(judged.vote_of(battle_id)) for battle_id in VOTES]
    assert [(vote.choice, vote.voted_at) for vote in after] == [(vote.choice, vote.voted_at) for vote in votes]
    assert not judged.add_vote("one", "somebody else", "b")  # it still has its vote


@pytest.mark.parametrize("voter", ["nobody known", "m", "ME", "%"])
def test_others_are_left_alone(judged, voter):
    assert judged.erase_voter(voter) == 0
    assert visitors(judged) == ["me", "you", "me"]


def test_who_was_erased_can_vote_again_and_be_erased_again(judged):
    assert [judged.erase_voter("me"), judged.erase_voter("me")] == [2, 0]
    judged.add_battle(make_battle("four", played_by="visitor"))
    judged.add_vote("four", "me", "a")
    assert judged.erase_voter("me") == 1
