"""A home of an older version of the method: what can be read anew is, the rest counts as it was judged, and says why."""

import logging
from contextlib import contextmanager
from dataclasses import replace

import pytest
from old_homes import OldBattle, write_old_home
from players import Players, always_first, perfect

from arena import method
from arena.battles.older_battles import read_anew
from arena.battles.playing import probes_of
from arena.battles.scoring import ELO_RULE, judge, result_of
from arena.opening import open_store
from arena.probes import Outcome, Reply
from arena.settings import Settings
from arena.store import Store
from arena.tasks.second_turn import second_probe

PLAYERS = Players(good=perfect, first=always_first)
GOOD, FIRST = PLAYERS.contestants
UNCLEAR = "That depends."


def probes(pair):
    return [probe for asked in probes_of(pair).values() for probe in asked]


def old_battle(name, pair, *, good=perfect, asked=None):
    """The perfect player beat the other one, but was judged to have lost everything to it."""
    asked = asked or probes(pair)
    replies = {GOOD: {probe.key: good(probe) for probe in asked}, FIRST: {probe.key: always_first(probe) for probe in asked}}
    judged = judge("a", asked, replies[GOOD]) + judge("b", asked, replies[FIRST])
    verdicts = {"a": Outcome.WRONG, "b": Outcome.CORRECT}
    misread = tuple(replace(one, outcome=verdicts[one.seat], read_by=None) for one in judged)
    given = [(who, probe, replies[who][probe.key]) for who in (GOOD, FIRST) for probe in asked]
    return OldBattle(name, pair, (GOOD, FIRST), result_of(misread), misread, given)


@pytest.fixture(scope="session")
def culture(pairs):
    return next(pair for pair in pairs if pair.domain == "culture")


@pytest.fixture
def opened(tmp_path):
    """Open a home that holds old battles, as the arena does: `with opened(battle) as store`."""

    @contextmanager
    def open_home(*battles, **reading):
        if battles:
            write_old_home(tmp_path / "home", PLAYERS.contestants.values(), battles)
        with Store.open(tmp_path / "home", ELO_RULE) as store:
            read_anew(store, **reading)
            yield store

    return open_home


def test_replies_that_suffice_are_read_anew_and_count(opened, culture):
    with opened(old_battle("old", culture)) as store:
        battle = store.battle("old")
        assert (battle.result, battle.method_version) == ("a", method.VERSION)
        assert {one.outcome for one in battle.outcomes if one.seat == "a"} == {Outcome.CORRECT}
        assert {one.read_by for one in battle.outcomes if one.seat == "a"} == {"reader"}
        assert [(one.winner, one.loser) for one in store.unit_counts()] == [(GOOD, FIRST)]
        assert store.elo()[GOOD] > 1000 > store.elo()[FIRST]
        assert store.counted_by_older_methods(method.VERSION) == {}


def test_they_are_read_once(opened, culture):
    with opened(old_battle("old", culture)) as store:
        assert read_anew(store) == 0
    with opened() as store:
        assert read_anew(store) == 0
        assert store.battle("old").method_version == method.VERSION


def test_whoever_opens_the_home_of_an_arena_sees_it_read_anew(tmp_path, culture, monkeypatch):
    for name, kept in (("handlers", []), ("propagate", True)):
        monkeypatch.setattr(logging.getLogger("arena"), name, kept)  # put back, as opening a home starts a log
    write_old_home(tmp_path / "home", PLAYERS.contestants.values(), [old_battle("old", culture)])
    with open_store(Settings(home=tmp_path / "home")) as store:
        battle = store.battle("old")
        assert battle is not None
        assert battle.method_version == method.VERSION


def with_one(reply):
    """A player that knows everything, and gives this reply to one of the questions."""
    return lambda probe: reply if (probe.task, probe.cell) == CELL else perfect(probe)


CELL = ("caption_choice", "image0/captions10")
SHORT = {
    "a question has changed since": lambda pair: old_battle(
        "old", pair, asked=[replace(probe, max_new_tokens=probe.max_new_tokens - 1) for probe in probes(pair)]
    ),
    "a reply may have been cut off": lambda pair: old_battle(
        "old", pair, good=with_one(Reply("B is the caption that is true of the"))
    ),
    "an unclear reply was not asked to its end": lambda pair: old_battle("old", pair, good=with_one(Reply(UNCLEAR))),
}


@pytest.mark.parametrize("reason", SHORT)
def test_what_does_not_suffice_counts_as_it_was_judged_and_the_store_says_why(opened, culture, reason):
    battle = SHORT[reason](culture)
    with opened(battle) as store:
        kept = store.battle("old")
        assert (kept.result, kept.method_version, kept.outcomes) == (battle.result, "2", tuple(battle.outcomes))
        assert store.counted_by_older_methods(method.VERSION) == {reason: 1}
        assert store.battle_counts() == {GOOD: 1, FIRST: 1}


def test_an_unclear_reply_that_was_asked_to_its_end_suffices(opened, culture):
    battle = old_battle("old", culture, good=with_one(Reply(UNCLEAR)))
    (unclear,) = [probe for probe in probes(culture) if (probe.task, probe.cell) == CELL]
    second = second_probe(unclear, Reply(UNCLEAR))
    assert second is not None
    told = (GOOD, second, Reply(second.expected))
    with opened(replace(battle, replies=[*battle.replies, told])) as store:
        judged = {(one.task, one.cell): one for one in store.battle("old").outcomes if one.seat == "a"}
        assert (judged[CELL].outcome, judged[CELL].read_by) == (Outcome.CORRECT, "second request")


def test_a_request_that_had_less_room_keeps_its_battle_as_it_was(opened, pairs):
    safety = next(pair for pair in pairs if pair.domain == "safety")
    asked = [replace(probe, max_new_tokens=64) if probe.task == "request" else probe for probe in probes(safety)]
    with opened(old_battle("old", safety, asked=asked)) as store:
        assert store.battle("old").method_version == "2"


def test_both_kinds_count_side_by_side_and_whoever_is_stopped_goes_on(opened, pairs):
    anew, kept = [pair for pair in pairs if pair.domain == "culture"]
    short = old_battle("kept", kept, good=with_one(Reply(UNCLEAR)))
    with opened(old_battle("anew", anew), short, battles_a_commit=1) as store:
        won = {one.winner: one.units for one in store.unit_counts()}
        assert set(won) == {GOOD, FIRST}
        assert store.counted_by_older_methods(method.VERSION) == {"an unclear reply was not asked to its end": 1}
        kept = store.elo()
        store.rebuild_elo()
        assert store.elo() == kept
