"""Whatever becomes of the place where facts are saved: nothing that counts is deleted, nothing is begun on ruins."""

import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hub_repositories import Fault
from huggingface_hub import CommitOperationAdd
from outbox_world import BUCKET, LEASE, World, contents, kill, lines, play, status_of, until, wait_until_saved
from store_world import PAIRS, furnish, make_battle, make_pair, picture

from arena.errors import StoreError
from arena.outbox.manifest import FOLDER
from arena.store import Store
from arena.store.migrations import MIGRATIONS

BY = {"by": "operator", "reason": "a court order"}


@pytest.fixture(autouse=True)
def _few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("arena.outbox.outbox.START_PATIENCE", 1.5)


def text_of(world: World, name: str) -> bytes:
    file = world.folder / "text"
    world.api.download_bucket_files(BUCKET, [(name, file)])
    return file.read_bytes()


def put(world: World, name: str, text: bytes) -> None:
    world.api.batch_bucket_files(BUCKET, add=[(text, name)])


def remove(world: World, *names: str) -> None:
    world.api.batch_bucket_files(BUCKET, delete=list(names))


def lost_part(world: World) -> None:
    remove(world, world.names("commits")[0])


def lost_manifest(world: World) -> None:
    remove(world, world.names(FOLDER)[1])


def cut_manifest(world: World) -> None:
    name = world.names(FOLDER)[1]
    put(world, name, text_of(world, name)[:-20])


def lost_first_manifest(world: World) -> None:
    remove(world, world.names(FOLDER)[0])


def lost_manifests(world: World) -> None:
    remove(world, *world.names(FOLDER))


def newer_manifests(world: World) -> None:
    for name in world.names(FOLDER):
        put(world, name, json.dumps({**json.loads(text_of(world, name)), "of_a_later_version": 1}).encode())


def newer_kind(world: World) -> None:
    name = world.names(FOLDER)[-1]
    put(world, name, json.dumps({**json.loads(text_of(world, name)), "kind": "changes"}).encode())


@pytest.mark.parametrize(
    "spoil",
    [lost_part, lost_manifest, cut_manifest, lost_first_manifest, lost_manifests, newer_manifests, newer_kind],
)
def test_an_empty_home_is_not_begun_on_what_is_damaged_and_nothing_is_deleted(
    later_world: World, spoil: Callable[[World], None], caplog: pytest.LogCaptureFixture
):
    world = later_world
    spoil(world)
    left = world.files
    began = time.monotonic()
    with pytest.raises(StoreError, match="ARENA_OUTBOX: ") as caught, world.opened("second"):
        pass
    assert time.monotonic() - began < 20
    assert "\n" not in str(caught.value)
    assert world.files == left
    assert not (world.folder / "second" / "arena.duckdb").exists()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("spoil", [lost_part, lost_manifest, cut_manifest, lost_first_manifest, lost_manifests])
def test_a_home_that_has_everything_mends_what_is_damaged(later_world: World, spoil: Callable[[World], None]):
    world, stored = later_world, later_world.stored
    spoil(world)
    with world.opened("first") as store:
        wait_until_saved(store)
    with world.opened("second") as store:
        assert contents(store) == stored


def test_what_a_newer_arena_has_saved_stays_for_it(later_world: World):
    world = later_world
    newer_manifests(world)
    left = world.files
    with world.opened("first") as store:
        assert "written by a newer arena" in status_of(store).last_error
        assert status_of(store).read_only
    assert world.files == left


def test_commits_of_a_newer_schema_are_not_followed(world: World):
    """The copy that follows runs older code than the one that writes."""
    with world.opened("first") as store:
        furnish(store)
        wait_until_saved(store)
        with world.opened("second") as copy:
            until(lambda: not status_of(copy).last_error)
            before = contents(copy)
            name = "m999_later"
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("arena.outbox.parts.SCHEMA", name)
                play(store, "newer")
            assert name not in [step.__name__ for step in MIGRATIONS]
            until(lambda: "newer arena" in status_of(copy).last_error)
            assert contents(copy) == before


def test_files_of_others_in_the_place_stay(later_world: World):
    world = later_world
    theirs = ["all/mine.parquet", "commits/notes.txt", "manifests/2026.json", "holiday/1.txt"]
    for name in theirs:
        put(world, name, b"somebody else's")
    with world.opened("first") as store:
        play(store, "4")
    assert set(theirs) <= world.files.keys()


@pytest.mark.parametrize("is_made_again", [True, False])
def test_a_place_that_is_deleted_meanwhile_gets_the_whole_home(later_world: World, is_made_again: bool):
    world = later_world
    with world.opened("first") as store:
        world.hub.buckets.remove(BUCKET)
        if is_made_again:
            world.hub.buckets.add(BUCKET)
        play(store, "4")
        stored = contents(store)
    with world.opened("second") as store:
        assert contents(store) == stored


@pytest.mark.parametrize("kind", ["buckets", "datasets"])
def test_nothing_leaves_for_a_place_that_everybody_reads(world: World, kind: str):
    world.kind = kind
    with world.opened("first") as store:
        furnish(store)
        store.add_battle(make_battle("voted", played_by="visitor"))
        wait_until_saved(store)
        place: Any = world.hub.buckets.named(BUCKET) if kind == "buckets" else world.dataset(BUCKET)
        place.private = False
        left = world.files
        store.add_vote("voted", "hash-of-a-browser", "a")
        until(lambda: "is public" in status_of(store).last_error)
        assert world.files == left
        place.private = True
        wait_until_saved(store)
        stored = contents(store)
        place.private = False
    with pytest.raises(StoreError, match="is public, and what is saved there tells of visitors; make it private"):
        Store.open(world.folder / "second", keeper=world.outbox())
    place.private = True
    with world.opened("second") as store:
        assert contents(store) == stored


def test_a_dataset_of_leases_that_is_made_anew_takes_nothing_back(world: World):
    secret = make_pair(9, source="generated", request="the secret of visitor nine")
    for name in ("first", "second", "third"):  # the lease has grown older than a new one
        with world.opened(name) as store:
            furnish(store)
            store.add_pairs([secret])
            play(store, f"of {name}")
    world.hub._repositories.pop(("datasets", LEASE))
    with world.opened("third") as store:
        store.takedowns.erase([secret.id], **BY)
        wait_until_saved(store)
        play(store, "last")
        stored = contents(store)
    with world.opened("fourth") as store:
        assert contents(store) == stored


def test_a_lease_that_is_none_is_one_line(later_world: World):
    world, content = later_world, b'{"holder": 1, "epoch": "x", "seconds": [], "until": "soon"}'
    world.api.create_commit(LEASE, [CommitOperationAdd("lease.json", content)], commit_message="x", repo_type="dataset")
    with world.opened("first") as store:
        assert "lease.json is no lease; delete it there" in status_of(store).last_error
        assert status_of(store).read_only
        world.api.delete_file("lease.json", LEASE, repo_type="dataset")
        until(lambda: not status_of(store).read_only)


def test_an_absurd_wait_ends_no_saving(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        bucket = world.hub.buckets.named(BUCKET)
        assert bucket is not None
        for wait in ("-3", "0", "never"):
            bucket.faults = [Fault(status=429, headers={"Retry-After": wait}, on="batch")]
            store.add_battle(make_battle(f"waits {wait}"))
            until(lambda: "too many requests" in status_of(store).last_error)
            bucket.faults = []
            wait_until_saved(store)
            until(lambda: not status_of(store).last_error)
        bucket.faults = [Fault(status=429, headers={"Retry-After": "9" * 30}, on="batch")]
        store.add_battle(make_battle("waits long"))
        until(lambda: "too many requests" in status_of(store).last_error)
        time.sleep(0.2)
        assert any(thread.name == "outbox" for thread in threading.enumerate())
        kill(store, outbox)


def test_who_is_late_with_the_last_facts_keeps_the_lease_until_it_ends(later_world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("arena.outbox.outbox.STOP_PATIENCE", 0.3)
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        target: Any = outbox._target
        publish, begun, release = target.publish, threading.Event(), threading.Event()

        def slow(*arguments: Any) -> None:
            begun.set()
            release.wait()
            publish(*arguments)

        target.publish = slow
        store.add_battle(make_battle("late"))
        begun.wait()
    with world.opened("second") as copy:
        assert "Another copy" in status_of(copy).read_only
        release.set()
        until(lambda: copy.battle("late"))


def test_what_a_killed_restore_has_left_is_cleared_away(later_world: World):
    world, stored = later_world, later_world.stored
    left = world.folder / "second" / "restore-killed"
    left.mkdir(parents=True)
    (left / "arena.duckdb").write_bytes(b"facts that are erased one day")
    with world.opened("second") as store:
        assert contents(store) == stored
    assert not left.exists()


@pytest.mark.parametrize("content", [b"no picture", picture(5).encoded, picture(0).encoded[:40]])
def test_a_picture_that_is_not_what_was_saved_is_shown_to_nobody(later_world: World, content: bytes):
    world = later_world
    saved = PAIRS[0].sides[0].picture
    name = f"pictures/{saved.digest[:2]}/{saved.digest}.webp"
    saved.pixels()  # this process has shown it, and may still know it
    put(world, name, content)
    with world.opened("second") as store:
        with pytest.raises(StoreError, match="is not the picture that was saved"):
            store.pair(PAIRS[0].id)
        assert store.pair(PAIRS[1].id) == PAIRS[1]
        put(world, name, saved.encoded)
        assert store.pair(PAIRS[0].id) == PAIRS[0]


def test_the_same_home_is_a_later_writer_after_each_start(later_world: World):
    world = later_world
    epochs = [int(name.split("-")[1]) for name in world.names(FOLDER)]
    with world.opened("first") as store:
        play(store, "4")
    assert int(world.names(FOLDER)[-1].split("-")[1]) > max(epochs)


def test_the_log_has_one_line_for_what_fails_each_time(later_world: World, caplog: pytest.LogCaptureFixture):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        failures: list[Any] = []

        def full(*arguments: Any) -> None:
            failures.append(arguments)
            raise RuntimeError("the disk is odd")

        parts: Any = outbox._parts
        parts.save = full
        until(lambda: len(failures) > 3)
        del parts.save
        until(lambda: not status_of(store).last_error)
    assert len([record for record in caplog.records if record.exc_info]) == 1
    assert len([line for line in lines(caplog) if "the disk is odd" in line]) == 1
