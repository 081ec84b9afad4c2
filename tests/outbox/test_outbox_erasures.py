"""Erasures that something comes between: they reach the place where facts are saved all the same."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hub_repositories import Fault
from outbox_world import BUCKET, World, contents, kill, status_of, until, wait_until_saved
from store_insides import database_of
from store_world import furnish, make_battle

from arena.outbox.hub_failures import HubAway
from arena.outbox.manifest import FOLDER
from arena.store import Store

VOTER = "hash-of-a-browser"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _: None))


def save_a_vote(store: Store) -> None:
    """One that can be erased."""
    furnish(store)
    store.add_battle(make_battle("voted", played_by="visitor"))
    store.add_vote("voted", VOTER, "a")
    wait_until_saved(store)


@pytest.mark.parametrize("kind", ["buckets", "datasets"])
def test_an_erasure_is_carried_out_there_although_the_hub_failed_on_the_way(world: World, kind: str):
    world.kind = kind
    with world.opened("first") as store:
        save_a_vote(store)
        before = [name for name in world.files if name.startswith(("all/", "commits/", FOLDER))]
        commits = set(world.dataset(BUCKET).commits) if kind == "datasets" else set()
        outbox = database_of(store).keeper
        failed = refused_deletions(world, outbox)
        store.erase_voter(VOTER)
        until(lambda: status_of(store).last_error)
        failed()
        until(lambda: not status_of(store).last_error)
        assert not set(before) & world.files.keys()
        if kind == "datasets":
            assert not commits & set(world.dataset(BUCKET).commits), "earlier commits hold it still"


def refused_deletions(world: World, outbox: Any) -> Callable[[], None]:
    """Let the Hub take what is saved, and fail when something is to be deleted; until the answer is called."""
    if world.kind == "datasets":
        place = world.dataset(BUCKET)
        place.faults = [Fault(status=500, on="super-squash")]
        return place.faults.clear
    target = outbox._target
    take = target.remove

    def refuse(_: Any) -> None:
        raise HubAway("the Hub failed with HTTP 500", 500)

    target.remove = refuse
    return lambda: setattr(target, "remove", take)


def test_a_history_that_was_not_begun_anew_is_after_a_kill(world: World):
    world.kind = "datasets"
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        save_a_vote(store)
        commits = set(world.dataset(BUCKET).commits)
        world.dataset(BUCKET).faults = [Fault(status=500, on="super-squash")]
        store.erase_voter(VOTER)
        until(lambda: "HTTP 500" in status_of(store).last_error)
        kill(store, outbox)
    world.dataset(BUCKET).faults = []
    with world.opened("first") as store:
        until(lambda: not commits & set(world.dataset(BUCKET).commits))


def test_an_erasure_between_a_saving_and_its_note_keeps_no_home_from_starting(world: World, monkeypatch: pytest.MonkeyPatch):
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        save_a_vote(store)
        parts = len(world.names(FOLDER))
        with monkeypatch.context() as patch:
            patch.setattr("arena.outbox.parts.outbox_rows.mark_saved", lambda *_: time.sleep(0.5))
            store.add_battle(make_battle("last"))
            until(lambda: len(world.names(FOLDER)) > parts)
            outbox._turn = lambda: 0.0
            store.erase_voter(VOTER)
            kill(store, outbox)
    with world.opened("first") as store:
        assert not status_of(store).read_only
        wait_until_saved(store)
        stored = contents(store)
        assert stored["votes"]
    with world.opened("second") as store:
        assert contents(store) == stored
