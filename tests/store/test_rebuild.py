"""Derived tables: whatever happens, they hold what a rebuild makes of the facts."""

import resource
import shutil
import signal
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_insides import connection_of
from store_world import CLEAR_WIN, CONTESTANTS, NOON, PAIRS, RULE, make_battle, make_pair, outcomes

from arena.errors import StoreError
from arena.probes import Outcome, Reply
from arena.store import PairReading, ReplyRecord, Rereading, Rereadings, Store
from arena.store import rebuild as rebuilding
from arena.store.database import open_database

TASKS: list[str] = ["caption_choice", "image_choice", "request"]
NAMES = [contestant.id for contestant in CONTESTANTS]
FRESH = [make_pair(60 + number, family="stove", source=source) for number, source in enumerate(("fresh", "fresh", "generated"))]
"""The first is drawn for its battle."""
ROOM = 1_000
"""Bytes of a file on a full disk: less than what a rebuild writes."""
SHOWN = [*PAIRS, *FRESH]
VERDICTS = st.lists(st.sampled_from([o.value for o in Outcome] + ["correct"] * 6), min_size=2, max_size=2)
PLAYED = st.fixed_dictionaries(
    {
        "pair_id": st.sampled_from([pair.id for pair in SHOWN]),
        "seats": st.permutations(NAMES[:3]).map(lambda names: tuple(names[:2])),
        "judged": st.dictionaries(st.sampled_from(TASKS), st.tuples(VERDICTS, VERDICTS)).map(outcomes),
        "played_by": st.sampled_from(["visitor", "autoplay"]),
        "played_at": st.integers(0, 50).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        "method_version": st.sampled_from(["1", "2"]),
    }
)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("play"), PLAYED),
        st.tuples(st.just("vote"), st.integers(0, 9), st.sampled_from(["a", "both_bad", "skip"])),
        st.tuples(st.just("play again"), st.integers(0, 9)),
        st.tuples(st.just("draw again"), st.integers(-50, 50)),
        st.tuples(st.just("abandon"), st.integers(0, 50)),
        st.tuples(st.just("reread"), st.integers(0, 9), st.tuples(VERDICTS, VERDICTS)),
        st.tuples(st.just("reply"), st.integers(0, 5), st.booleans()),
    ),
    max_size=14,
)


@pytest.fixture(scope="session")
def world(furnished, tmp_path_factory) -> Path:
    """A home with a pair of each source, one of them drawn for a battle."""
    home = shutil.copytree(furnished, tmp_path_factory.mktemp("world") / "home")
    with Store.open(home, RULE) as store:
        store.add_pairs(FRESH[:1], drawn_at=NOON)
        store.add_pairs(FRESH[1:])
    return home


def happen(store: Store, number: int, event: tuple, battles: list[str]) -> None:
    """Let one thing happen in the arena."""
    match event:
        case ("play", fields):
            battle = make_battle(f"{number:02}", **fields)
            store.add_battle(battle, [ReplyRecord(name, f"{number}", "request", Reply("Sure."), NOON) for name in battle.seats])
            battles.append(battle.id)
        case ("vote", which, choice) if battles:
            store.add_vote(battles[which % len(battles)], "somebody", choice)
        case ("play again", which) if battles:
            battle = store.battle(battles[which % len(battles)])
            assert battle is not None
            assert not store.add_battle(battle, [ReplyRecord(battle.seats[0], "again", "request", Reply("No."), NOON)]).first
        case ("draw again", minutes):
            assert store.add_pairs(FRESH[:1], drawn_at=NOON + timedelta(minutes=minutes)) == 0
        case ("abandon", minutes):
            store.settle_abandoned(NOON + timedelta(minutes=minutes))
        case ("reread", which, judged) if battles:
            reread(store, battles[which % len(battles)], judged, version=f"{number}")
        case ("reply", key, failed):
            reply = Reply(error="out of memory") if failed else Reply("A")
            store.add_replies([ReplyRecord(NAMES[0], f"{key}", "caption_choice", reply, NOON)])


def reread(store: Store, battle_id: str, judged: tuple, version: str) -> None:
    battle = store.battle(battle_id)
    assert battle is not None
    if battle.result == "void":
        return
    a, b = (["wrong" if one == "error" else one for one in seat] for seat in judged)
    anew = outcomes({"caption_choice": (a, b)})
    readings = [
        PairReading(name, battle.pair_id, [one for one in anew if one.seat == seat])
        for seat, name in zip("ab", battle.seats, strict=True)
    ]
    store.add_rereadings(Rereadings(version, [Rereading(battle_id, "tie")], readings))
    store.rebuild_elo()


@given(EVENTS)
def test_tables_moved_by_any_history_hold_what_a_rebuild_makes_of_it(world, events):
    with TemporaryDirectory() as folder, Store.open(shutil.copytree(world, Path(folder) / "home"), RULE) as store:
        battles: list[str] = []
        for number, event in enumerate(events):
            happen(store, number, event, battles)
        assert store.rebuild() == ()


def test_a_table_that_was_wrong_is_named_and_right_again(store):
    store.add_battle(make_battle("first"))
    right = store.tallies(), store.unit_counts(), store.elo()
    connection_of(store).execute("UPDATE arena.rates SET hits = hits + 1")
    connection_of(store).execute("DELETE FROM arena.unit_log")
    assert store.rebuild() == ("rates", "unit_log")
    assert (store.tallies(), store.unit_counts(), store.elo()) == right


def test_what_was_drawn_for_a_battle_is_found_by_its_pair_alone(store):
    pair, reply = FRESH[0], Reply("Sure.")
    store.add_pairs([pair], drawn_at=NOON)
    records = [ReplyRecord(NAMES[0], "key", "request", reply, NOON + timedelta(seconds=1))]
    battle = make_battle("drawn", pair_id=pair.id, played_at=NOON + timedelta(seconds=2))
    store.add_battle(battle, records)
    assert store.replies(NAMES[0], ["key"], [pair.id]) == {"key": reply}
    assert store.replies(NAMES[0], ["key"], [pair.id], until=battle.played_at) == {"key": reply}
    assert store.replies(NAMES[0], ["key"], [pair.id], until=NOON) == {}
    assert store.replies(NAMES[0], ["key"], [pair.id, PAIRS[0].id]) == {"key": reply}, "beside one that comes again"
    assert store.replies(NAMES[0], ["key"], ["never stored"]) == {}
    assert store.replies(NAMES[0], ["key"]) == {}, "nobody asks so about a pair that is not seen twice"


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_a_rebuild_that_is_stopped_goes_on_where_it_was(home, store, chunk):
    for number in range(5):
        store.add_battle(make_battle(f"{number}", CLEAR_WIN, pair_id=PAIRS[number % 2].id))
    right = store.tallies(), store.unit_counts(), store.elo()
    store.close()

    class Stopped(Exception):
        pass

    told = []

    def stop(_, done, total):
        told.append((done, total))
        if done == chunk:
            raise Stopped

    connection = open_database(home / "arena.duckdb")
    rebuilding.begin(connection, RULE)
    if chunk < 5:
        with pytest.raises(Stopped):
            rebuilding.go_on(connection, RULE, stop, chunk)
        assert told == [(0, 5), (chunk, 5)]
    assert rebuilding.is_due(connection)
    connection.close()
    told.clear()
    with Store.open(home, RULE, progress=lambda *far: told.append(far)) as opened:
        assert told[0] == (rebuilding.COUNTED, chunk if chunk < 5 else 0, 5)
        assert (opened.tallies(), opened.unit_counts(), opened.elo()) == right
        assert opened.rebuild() == ()


def test_a_rebuild_that_fails_takes_no_more_writes_until_the_store_is_opened_again(home, store):
    def fail(*_):
        raise RuntimeError("no more room")

    store.add_battle(make_battle("first"))
    right = store.tallies(), store.unit_counts(), store.elo()
    with pytest.raises(RuntimeError, match="no more room"):
        store.rebuild(fail)
    with pytest.raises(StoreError, match="open the store again"):
        store.add_battle(make_battle("second"))
    store.close()
    with Store.open(home, RULE) as opened:
        assert (opened.tallies(), opened.unit_counts(), opened.elo()) == right


def test_a_full_disk_is_told_and_the_rebuild_goes_on_with_space_again(home, store):
    store.add_battle(make_battle("first"))
    right = store.tallies(), store.unit_counts(), store.elo()
    store.close()
    told = get_context("fork").SimpleQueue()
    process = get_context("fork").Process(target=rebuild_on_a_full_disk, args=(home, told))
    process.start()
    process.join()
    assert not told.empty()
    assert "too large" in told.get()
    with Store.open(home, RULE) as opened:
        assert (opened.tallies(), opened.unit_counts(), opened.elo()) == right


def rebuild_on_a_full_disk(home: Path, told: SimpleQueue) -> None:
    """Rebuild where a file may not grow beyond some bytes, and tell what is said."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Store.open(home, RULE) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
        try:
            store.rebuild()
        except StoreError as error:
            told.put(str(error))


def test_an_erasure_takes_its_replies_out_of_the_table_of_keys(store):
    pair, battle = FRESH[2], make_battle("first", pair_id=FRESH[2].id)
    store.add_pairs([pair])
    replies = [ReplyRecord(battle.seats[0], one.probe_key, one.task, Reply("A")) for one in battle.outcomes]
    store.add_battle(battle, replies)
    store.takedowns.erase([pair.id], by="operator", reason="private")
    assert store.replies(battle.seats[0], [one.probe_key for one in battle.outcomes]) == {}
    assert store.rebuild() == ()
