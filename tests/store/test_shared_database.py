import os
import shutil
import threading
import time
from contextlib import contextmanager
from functools import partial

import pytest
from home_holder import hold, hold_and_fork
from processes import exit_code, forked, killed, wait_until
from store_insides import connection_of, database_of
from store_world import CONTESTANTS, PAIRS, RULE, make_battle, make_pair

from arena.errors import InputError, StoreBusy, StoreError
from arena.store import Store, Vote, facts, owner_socket
from arena.store.works import OneByOne

BY = {"by": "operator", "reason": "a test"}
UPLOADED = make_pair(50, source="fresh")


@pytest.fixture
def other(store, home):
    """Another store on the home of `store`, which holds the file."""
    with Store.open(home, RULE) as opened:
        assert not opened._database.is_owner
        yield opened


@contextmanager
def holder(home, furnished, tmp_path, work=hold):
    """A process that holds a furnished home."""
    shutil.copytree(furnished, home)
    begun = tmp_path / "begun"
    with forked(work, home, begun) as process:
        wait_until(begun.exists, process)
        yield process


def test_two_stores_of_one_home_see_each_other(store, other):
    assert other.add_battle(make_battle("x")).seq == 1
    assert store.battle("x") == other.battle("x")
    assert store.add_vote("x", "somebody", "a")
    assert not other.add_vote("x", "another", "b")
    assert other.vote_of("x") == store.vote_of("x")
    assert other.elo() == store.elo() != {}
    assert other.pair(PAIRS[0].id) == PAIRS[0]


def test_pictures_are_shared(store, other):
    pair = make_pair(60)
    assert other.add_pairs([pair]) == 1
    assert store.pair(pair.id) == pair
    assert store.add_pairs([pair]) == 0


@pytest.mark.parametrize("first", [True, False])
def test_what_one_takes_down_the_other_does_not_show(store, other, first):
    decides, hears = (store, other) if first else (other, store)
    told: list[bool] = []
    hears.takedowns.on_change(lambda: told.append(True))
    decides.add_pairs([UPLOADED])
    picture = UPLOADED.sides[0].picture.digest
    assert hears.pair(UPLOADED.id) is not None
    decides.takedowns.hide([UPLOADED.id], **BY)
    hears.settled()  # whatever is asked tells of it
    assert hears.takedowns.is_down(UPLOADED.id)
    assert not hears.takedowns.shows(picture)
    hears.takedowns.restore([UPLOADED.id], **BY)
    decides.settled()
    assert decides.takedowns.shows(picture)
    decides.takedowns.erase([UPLOADED.id], **BY)
    hears.settled()
    assert not hears.takedowns.picture_file(picture).exists()
    hears.add_pairs([UPLOADED])
    assert not hears.takedowns.picture_file(picture).exists(), "what was erased is never written again"
    assert len(told) == 3


def test_what_goes_wrong_is_the_same_line_in_both(store, other):
    for one in (store, other):
        with pytest.raises(StoreError, match=r"^vote: battle_id: 'y' is not in the store; vote on a battle that was played$"):
            one.add_vote("y", "somebody", "a")
        with pytest.raises(InputError, match="stands for no pair"):
            one.takedowns.hide(["nothing"], **BY)


def fail(connection):
    raise ZeroDivisionError("by nothing")


def unsendable(connection):
    return threading.Lock()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (fail, "failed in the process that holds the home"),
        (unsendable, "cannot be sent"),
        (lambda connection: 1, "cannot be sent"),
    ],
)
def test_a_bug_is_one_line_and_the_others_go_on(other, query, says):
    with pytest.raises(StoreError, match=says):
        other._read(query)
    assert other.settled() == 0


def test_the_whole_database_is_seen_to_by_its_owner(store, other, tmp_path):
    for number in range(3):
        store.add_battle(make_battle(str(number)))
        store.add_vote(str(number), "somebody", "a")
    connection_of(store).execute("UPDATE arena.standings SET battles = 7")
    told: list[tuple[str, int, int]] = []
    assert "standings" in other.rebuild(lambda *how_far: told.append(how_far))
    assert told
    assert other.rebuild_elo() == 3
    assert other.backup(tmp_path / "backup.zip").records["battles"] == 3
    assert other.transactions == store.transactions > 0
    assert other.erase_voter("somebody") == 3


def test_what_waits_from_several_processes_is_written_together(store, other):
    blocked, go = threading.Event(), threading.Event()

    def block(connection, _):
        blocked.set()
        assert go.wait(20)

    threads = [threading.Thread(target=database_of(store).write, args=(OneByOne(block), None))]
    threads[0].start()
    assert blocked.wait(20)
    before = store.transactions
    for number, one in enumerate([store, other] * 4):
        threads.append(threading.Thread(target=one.add_battle, args=(make_battle(str(number)),)))
        threads[-1].start()
    while database_of(store).writer._jobs.qsize() < 8:
        time.sleep(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert store.transactions == before + 2


def test_who_asks_twice_hears_the_same(store):
    store.add_battle(make_battle("x"))
    vote, late = (Vote("x", visitor, "a", make_battle("x").played_at) for visitor in ("somebody", "another"))
    count = partial(store._database.write, facts.add_votes)
    assert [count(vote), count(vote), count(late), count(vote)] == [True, True, False, True]
    assert store.battle_counts() == {contestant.id: 1 for contestant in CONTESTANTS[:2]}


def test_another_version_is_refused_and_told(store, home, monkeypatch):
    ours = owner_socket.version()
    monkeypatch.setattr("arena.store.remote_database.version", lambda: "0.1")
    with pytest.raises(StoreBusy) as caught:
        Store.open(home)
    assert f"process {os.getpid()}, which runs {ours}, and this is 0.1; restart it with this version" in str(caught.value)


def test_a_closed_store_says_so(store, other):
    other.close()
    with pytest.raises(StoreError, match="the store is closed"):
        other.settled()
    other.close()


def test_the_owner_answers_what_is_under_way_before_it_goes(home, furnished, monkeypatch):
    shutil.copytree(furnished, home)
    begun, go = threading.Event(), threading.Event()

    def slow(connection, battles, add=facts.add_battles):
        begun.set()
        assert go.wait(20)
        return add(connection, battles)

    first = Store.open(home, RULE)
    with Store.open(home, RULE) as second:
        monkeypatch.setattr(facts, "add_battles", slow)
        monkeypatch.setattr(slow, "__qualname__", "add_battles")
        monkeypatch.setattr(slow, "__module__", facts.__name__)
        acknowledged: list[int] = []
        writes = threading.Thread(target=lambda: acknowledged.append(second.add_battle(make_battle("x")).seq))
        writes.start()
        assert begun.wait(20)
        closes = threading.Thread(target=first.close)
        closes.start()
        go.set()
        writes.join()
        closes.join()
        assert acknowledged == [1]
        assert second.battle("x") is not None
        assert connection_of(second), "it holds the file now"
        with Store.open(home, RULE) as third:
            assert third.battle("x") is not None


def test_one_takes_the_place_of_an_owner_that_was_killed(home, furnished, tmp_path):
    """What was acknowledged before is there, what was asked for meanwhile is answered, and nothing stands twice."""
    with holder(home, furnished, tmp_path) as process, Store.open(home, RULE) as store, Store.open(home, RULE) as third:
        acknowledged: list[str] = []
        longest = 0.0
        ended = threading.Event()

        def play(name: str, one: Store) -> None:
            nonlocal longest
            for number in range(10_000):
                if ended.is_set():
                    return
                began = time.monotonic()
                one.add_battle(make_battle(f"{name}-{number}"))
                assert one.add_vote(f"{name}-{number}", name, "a"), "it is the only one, though it may have been sent twice"
                longest = max(longest, time.monotonic() - began)
                acknowledged.append(f"{name}-{number}")

        players = [threading.Thread(target=play, args=(f"p{number}", one)) for number, one in enumerate((store, third) * 2)]
        for player in players:
            player.start()
        wait_until(lambda: len(acknowledged) > 20, process)
        assert killed(process)
        before = len(acknowledged)
        while len(acknowledged) < before + 20:
            time.sleep(0.01)
        ended.set()
        for player in players:
            player.join()
        assert longest < 5
        (owner,) = (one for one in (store, third) if one._database.is_owner)
        battles = [name for (name,) in connection_of(owner).execute("SELECT id FROM arena.battles").fetchall()]
        votes = [name for (name,) in connection_of(owner).execute("SELECT battle_id FROM arena.votes").fetchall()]
        assert set(acknowledged) <= set(battles)
        assert sorted(votes) == sorted(acknowledged)
        assert len(set(battles)) == len(battles)
        assert third.rebuild() == ()


def test_a_server_that_stops_hands_over(home, furnished, tmp_path):
    with holder(home, furnished, tmp_path) as process, Store.open(home, RULE) as store:
        store.add_battle(make_battle("x"))
        process.terminate()
        assert exit_code(process) < 0
        assert store.battle("x") is not None
        assert connection_of(store)


def test_a_fork_of_an_owner_is_not_taken_for_it(home, furnished, tmp_path):
    with holder(home, furnished, tmp_path, hold_and_fork) as process, Store.open(home, RULE) as store:
        store.add_battle(make_battle("x"))
        assert killed(process)
        began = time.monotonic()
        assert store.battle("x") is not None
        assert time.monotonic() - began < 10
