"""*Saved* is told apart from *stored*: while the Hub fails its age grows, then battles pause, and all goes on by itself."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hub_repositories import Fault
from outbox_world import BUCKET, LEASE, World, contents, kill, lines, status_of, until, wait_until_saved
from store_insides import connection_of
from store_world import PAIRS, found, furnish, make_battle

from arena.errors import StorePaused
from arena.outbox.outbox import INTERVALS
from arena.store import Store, outbox_rows

SLOW = 0.3
"""Between two savings; ten of these are time enough to add what a pause needs."""
FAULTS = {
    "429": Fault(status=429, headers={"Retry-After": "0"}, on="batch"),
    "500": Fault(status=500, on="batch"),
    "no storage": Fault(status=500, on="xet-write-token"),
    "cut": Fault(cut=True, on="batch"),
    "slow": Fault(delay=0.4),
}


@pytest.fixture(autouse=True)
def _few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the Hub tries six times, with pauses of its own; here it may be quick."""
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _: None))


def age(store: Store, seconds: float) -> None:
    """Let what waits have waited for longer."""
    connection_of(store).execute(
        "UPDATE arena.outbox SET committed_at = committed_at - ?::INTERVAL", [timedelta(seconds=seconds)]
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_nothing_is_lost_while_the_hub_fails(later_world: World, fault: Fault):
    world = later_world
    with world.opened("first") as store:
        bucket = world.hub.buckets.add(BUCKET)
        bucket.faults = [fault]
        for number in range(3):
            assert store.add_battle(make_battle(f"battle-{number}")).first
        if not fault.delay:
            until(lambda: status_of(store).last_error)
            status = status_of(store)
            assert status.facts_waiting
            assert status.age_seconds > 0
        bucket.faults = []
        wait_until_saved(store)
        until(lambda: not status_of(store).last_error)
        stored = contents(store)
    with world.opened("second") as store:
        assert contents(store) == stored


def test_after_ten_intervals_battles_and_votes_pause_and_go_on_by_themselves(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("arena.outbox.outbox.INTERVALS", INTERVALS)
    with world.opened("first", world.outbox(seconds=SLOW)) as store:
        furnish(store)
        store.add_battle(make_battle("open", played_by="visitor"))
        wait_until_saved(store)
        bucket = world.hub.buckets.add(BUCKET)
        bucket.faults = [Fault(status=500, on="batch")]
        store.add_battle(make_battle("last"))
        store.check_open()
        age(store, INTERVALS * SLOW)
        for refused in (
            lambda: store.add_battle(make_battle("more")),
            lambda: store.add_vote("open", "somebody", "a"),
            store.check_open,
        ):
            with pytest.raises(StorePaused, match="pause for a while"):
                refused()
        status = status_of(store)
        assert status.paused
        assert not status.read_only
        until(lambda: any("tried again" in line for line in lines(caplog)))
        assert store.takedowns.hide([PAIRS[0].id], by="operator", reason="may be private")  # what cannot wait goes on
        bucket.faults = []
        until(lambda: not status_of(store).paused)
        assert store.add_vote("open", "somebody", "a")
        assert not store.battle("more")
    told = lines(caplog)
    assert len([line for line in told if "tried again" in line]) == 1, "the log is told of the first failure of a row"
    assert len([line for line in told if "battles and votes pause" in line]) == 1


def test_retry_after_is_honoured(later_world: World):
    world = later_world
    with world.opened("first") as store:
        began = time.monotonic()
        world.hub.buckets.add(BUCKET).faults = [Fault(status=429, headers={"Retry-After": "1"}, on="batch")]
        store.add_battle(make_battle("battle"))
        until(lambda: status_of(store).last_error)
        world.hub.buckets.add(BUCKET).faults = []
        wait_until_saved(store)
        assert time.monotonic() - began > 1


def test_a_second_copy_only_shows_and_takes_over(world: World):
    first = world.outbox()
    with world.opened("first", first) as store:
        furnish(store)
        wait_until_saved(store)
        with world.opened("second") as copy:
            status = status_of(copy)
            assert "Another copy" in status.read_only
            with pytest.raises(StorePaused, match="Another copy"):
                copy.add_battle(make_battle("there"))
            done: list[int] = []
            copy.once_open(lambda: done.append(copy.add_battle(make_battle("once open")).seq))
            store.add_battle(make_battle("here"))
            until(lambda: copy.battle("here"))
            assert copy.elo() == store.elo()
            kill(store, first)
            world.let_leases_end()
            until(lambda: not status_of(copy).read_only)
            until(lambda: done)
            assert copy.add_battle(make_battle("there")).seq == 3
            assert not copy.rebuild()


def test_a_copy_follows_an_erasure(world: World):
    with world.opened("first") as store:
        furnish(store)
        store.add_battle(make_battle("voted", played_by="visitor"))
        store.add_vote("voted", "hash-of-a-browser", "a")
        wait_until_saved(store)
        with world.opened("second") as copy:
            store.erase_voter("hash-of-a-browser")
            wait_until_saved(store)
            until(lambda: copy.vote_of("voted") == store.vote_of("voted"))
            assert contents(copy) == contents(store)


def test_a_copy_that_cannot_renew_stops_acknowledging(world: World):
    with world.opened("first", world.outbox(lease_seconds=3.0)) as store:
        furnish(store)
        wait_until_saved(store)
        found(world.hub.repository("datasets", LEASE)).faults = [Fault(status=500)]
        until(lambda: "HTTP 500" in status_of(store).last_error)
        world.let_leases_end()
        assert status_of(store).read_only
        with pytest.raises(StorePaused, match="as soon as it reaches"):
            store.add_battle(make_battle("late"))
        found(world.hub.repository("datasets", LEASE)).faults = []
        until(lambda: not status_of(store).read_only)
        assert store.add_battle(make_battle("late")).first


def test_two_that_begin_at_once_become_one_arena(world: World):
    second = world.outbox()
    with world.opened("second", second) as copy, world.opened("first") as store:
        assert status_of(store).read_only, "the second was open first, and holds the lease"
        furnish(copy)
        copy.add_battle(make_battle("battle"))
        until(lambda: store.battle("battle"))
        assert contents(store)["battles"] == contents(copy)["battles"]


def test_what_is_committed_as_the_lease_ends_is_not_acknowledged(world: World, monkeypatch: pytest.MonkeyPatch):
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        furnish(store)
        wait_until_saved(store)
        note = outbox_rows.note

        def slow(*arguments: Any) -> None:
            note(*arguments)
            world.let_leases_end()

        with monkeypatch.context() as patch:
            patch.setattr(outbox_rows, "note", slow)
            with pytest.raises(StorePaused):
                store.add_battle(make_battle("late"))
        outbox._lease.step()
        until(lambda: not status_of(store).read_only)
        assert not store.add_battle(make_battle("late")).first, "it is stored, and nobody was told"
