"""One copy writes at a time, whatever clocks say and whoever is killed."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hub_repositories import Fault
from huggingface_hub import CommitOperationAdd
from outbox_world import LEASE, World

from arena.outbox.hub_failures import HubAway
from arena.outbox.lease import FILE, SHARE_OF_USE, Lease

SECONDS = 60.0


class Clock:
    """Seconds that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def copy(world: World, clock: Clock) -> Callable[[str], Lease]:
    def made(holder: str) -> Lease:
        lease = Lease(world.api, LEASE, SECONDS, clock)
        lease.holder = holder
        return lease

    return made


def test_the_first_gets_it_and_the_second_sees_that(copy, clock):
    one, two = copy("one"), copy("two")
    one.step()
    two.step()
    assert one.is_held
    assert not two.is_held
    assert two.is_of_another
    assert not one.is_of_another


def test_of_many_that_want_it_at_once_one_gets_it(world, copy):
    copies = [copy(str(number)) for number in range(4)]
    begin = threading.Barrier(len(copies))

    def want(lease: Lease) -> bool:
        begin.wait()
        lease.step()
        return lease.is_held

    world.api.create_repo(LEASE, repo_type="dataset", private=True)
    with ThreadPoolExecutor(len(copies)) as threads:
        assert sum(threads.map(want, copies)) == 1


def test_the_holder_stops_before_another_may_begin(copy, clock):
    one, two = copy("one"), copy("two")
    one.step()
    two.step()
    clock.now += SHARE_OF_USE * SECONDS - 0.1
    assert one.is_held
    two.step()
    assert not two.is_held
    clock.now += 0.2
    assert not one.is_held, "it could not renew, and goes on all the same"
    two.step()
    assert not two.is_held, "it begins before the lease has ended"
    clock.now += SECONDS * (1 - SHARE_OF_USE)
    two.step()
    assert two.is_held
    assert two.epoch == one.epoch + 1
    one.step()
    assert not one.is_held


def test_a_renewal_counts_from_before_it_was_asked_for(world, copy, clock, monkeypatch):
    lease = copy("one")
    lease.step()
    commit = world.api.create_commit

    def slow(*arguments, **options):
        clock.now += 20
        return commit(*arguments, **options)

    monkeypatch.setattr(world.api, "create_commit", slow)
    lease.step()
    clock.now += SHARE_OF_USE * SECONDS - 20 + 0.1
    assert not lease.is_held


def test_renewed_in_time_it_is_the_same_lease(copy, clock):
    one, two = copy("one"), copy("two")
    for _ in range(4):
        one.step()
        two.step()
        assert one.is_held
        assert not two.is_held
        assert one.epoch == 1
        clock.now += SECONDS / 2
    clock.now += SECONDS
    one.step()  # late, and nobody wanted it
    assert one.is_held
    assert one.epoch == 1


@pytest.mark.parametrize(("hours", "is_taken"), [(1, True), (-1, False)])
def test_of_calendars_only_a_lease_of_long_ago_counts(world, copy, hours, is_taken):
    copy("one").step()
    until = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    content = json.dumps({"holder": "one", "epoch": 1, "seconds": SECONDS, "until": until}).encode()
    world.api.create_commit(LEASE, [CommitOperationAdd(FILE, content)], commit_message="x", repo_type="dataset")
    two = copy("two")
    two.step()
    assert two.is_held is is_taken


def test_given_back_it_is_free_at_once(copy):
    one, two = copy("one"), copy("two")
    one.step()
    one.stop(1)
    assert not one.is_held
    two.step()
    assert two.is_held
    assert two.epoch == 2


def test_while_the_hub_fails_it_is_held_until_it_ends(world, copy, clock):
    lease = copy("one")
    lease.step()
    world.hub.repository("datasets", LEASE).faults = [Fault(status=500)]
    with pytest.raises(HubAway, match="HTTP 500"):
        lease.step()
    assert lease.is_held
    clock.now += SECONDS
    assert not lease.is_held
    world.hub.repository("datasets", LEASE).faults = []
    lease.step()
    assert lease.is_held


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b"no json", b'{"holder": 1, "epoch": "x", "seconds": [], "until": "soon"}', b'{"holder": "a"}']
)
def test_a_file_that_is_no_lease_is_one_line(world, copy, content):
    copy("one").step()
    world.api.create_commit(LEASE, [CommitOperationAdd(FILE, content)], commit_message="x", repo_type="dataset")
    lease = copy("two")
    with pytest.raises(HubAway, match=r"lease\.json is no lease; delete it there") as error:
        lease.step()
    assert "\n" not in str(error.value)
    assert not lease.is_held
