"""Whatever is saved comes back, whoever is killed; and what does not belong together is not mixed."""

import json
import random
import resource
import shutil
import signal
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest
from outbox_world import BUCKET, World, contents, kill, lines, state_of, status_of, until, wait_until_saved
from store_insides import connection_of, copy_home
from store_world import CONTESTANTS, PAIRS, furnish, make_battle, make_pair, picture

from arena.errors import StoreError
from arena.outbox.manifest import FOLDER
from arena.probes import Reply
from arena.store import ReplyRecord, Store, now, restore
from arena.store.derived import clear
from arena.store.fact_rows import FACTS
from arena.store.takedown_facts import SHOWN


def live(store: Store, seed: int, battles: int = 6) -> None:
    """Battles of visitors and others, votes, a hidden pair, replies with odd numbers."""
    chance = random.Random(seed)
    for number in range(battles):
        pair = chance.choice(PAIRS).id
        seats = tuple(one.id for one in chance.sample(CONTESTANTS, 2))
        played_by = chance.choice(["visitor", "autoplay"])
        result = chance.choice(["a", "b", "both", "neither"])
        battle = make_battle(f"{seed}-{number}", pair_id=pair, seats=seats, played_by=played_by, result=result, played_at=now())
        logprobs = (chance.random() / 3, float("nan"), -1e-300)
        reply = Reply(f"Ä {number}\n'", logprobs)
        store.add_battle(battle, [ReplyRecord(seats[0], f"probe-{seed}-{number}", "caption_choice", reply, now())])
        if played_by == "visitor" and chance.random() < 0.8:
            store.add_vote(battle.id, f"visitor-{number}", "a")
    store.takedowns.hide([PAIRS[seed % 4].id], by="operator", reason="may be private")


@pytest.mark.parametrize("kind", ["buckets", "datasets"])
def test_an_empty_home_becomes_what_another_was(world: World, kind: str):
    world.kind = kind
    with world.opened("first") as store:
        furnish(store)
        live(store, 1)
    with world.opened("second") as store:  # what the first one saved, at once when it ended
        live(store, 2)
        before = contents(store)
    with world.opened("third") as store:
        assert contents(store) == before
        assert not store.rebuild(), "derived tables are not what the facts come to"
        pictures = [side.picture for pair in PAIRS for side in pair.sides]
        assert all(store.takedowns.picture_file(one.digest).read_bytes() == one.encoded for one in pictures)
        assert store.add_battle(make_battle("new")).seq == len(before["battles"]) + 1
    assert (world.folder / "third").stat().st_mode & 0o077 == 0


def test_a_home_is_filled_though_the_history_of_the_dataset_is_begun_anew_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    world.kind = "datasets"
    with world.opened("first") as store:
        furnish(store)
        live(store, 1)
        before = contents(store)
    download = world.api.snapshot_download

    def late(*args, **kwargs):
        monkeypatch.setattr(world.api, "snapshot_download", download)
        world.api.super_squash_history(BUCKET, repo_type="dataset")
        return download(*args, **kwargs)

    monkeypatch.setattr(world.api, "snapshot_download", late)
    with world.opened("second") as store:
        assert contents(store) == before
    assert world.api.snapshot_download is download


def open_on_a_full_disk(world: World, room: int, told: SimpleQueue) -> None:
    """Fill an empty home where no file may grow beyond so many bytes, and tell what is said."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        with world.opened("second"):
            told.put("opened")
    except StoreError as error:
        told.put(str(error))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_home_that_is_filled_on_a_full_disk_is_refused_in_one_line_and_filled_later(later_world: World, share: float):
    needed = (later_world.folder / "first" / "arena.duckdb").stat().st_size
    told = get_context("fork").SimpleQueue()
    process = get_context("fork").Process(target=open_on_a_full_disk, args=(later_world, int(share * needed), told))
    process.start()
    process.join()
    assert not told.empty()
    assert "check the disk" in told.get()
    with later_world.opened("second") as store:
        assert contents(store) == later_world.stored


def test_a_killed_process_loses_what_was_not_saved_and_nothing_else(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        outbox._turn = lambda: 0.0  # from here on nothing leaves
        live(store, 2)
        status = status_of(store)
        assert status.facts_waiting > 6
        assert status.age_seconds > 0
        kill(store, outbox)
    with world.opened("second") as store:
        assert contents(store) == world.stored


def test_a_home_that_is_ahead_saves_the_rest(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        outbox._turn = lambda: 0.0
        live(store, 1)
        kill(store, outbox)
    with world.opened("first") as store:
        wait_until_saved(store)
        stored = contents(store)
    with world.opened("second") as store:
        assert contents(store) == stored


def test_a_batch_that_was_saved_and_not_noted_counts_once(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        outbox._turn = lambda: 0.0
        live(store, 1)
        as_killed = copy_home(world.folder / "first", world.folder / "copy")
        del outbox._turn
        wait_until_saved(store)
        stored = contents(store)
        kill(store, outbox)
    shutil.rmtree(world.folder / "first")
    as_killed.rename(world.folder / "first")
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        world.let_leases_end()  # a copied home is another one
        outbox._lease.step()
        until(lambda: not status_of(store).read_only)
        live(store, 2, 2)
        wait_until_saved(store)
        stored = contents(store)
    with world.opened("second") as store:
        assert contents(store) == stored


def test_a_home_that_is_behind_follows(later_world: World):
    world = later_world
    with world.opened("second") as store:
        live(store, 1)
        ahead = contents(store)
    with world.opened("first") as store:
        assert contents(store) == ahead
        assert not store.rebuild()


def test_two_that_went_apart_are_refused_with_one_line(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        outbox._turn = lambda: 0.0
        live(store, 1, 2)
        kill(store, outbox)
    outbox = world.outbox()
    with world.opened("second", outbox) as store:
        world.let_leases_end()
        outbox._lease.step()
        until(lambda: not status_of(store).read_only)
        live(store, 2, 2)
    with pytest.raises(StoreError, match="never saved, and another copy has gone on") as error, world.opened("first"):
        pass
    assert "\n" not in str(error.value)


def test_a_home_of_another_arena_is_refused(later_world: World):
    world = later_world
    with Store.open(world.folder / "other") as store:
        furnish(store)
    with pytest.raises(StoreError, match="another arena"), world.opened("other"):
        pass


def test_a_home_that_ran_without_its_outbox_is_saved_as_a_whole(later_world: World):
    world = later_world
    with Store.open(world.folder / "first") as store:
        live(store, 1)
    with world.opened("first") as store:
        wait_until_saved(store)
        stored = contents(store)
    assert len(world.names("all")) == len(FACTS)
    with world.opened("second") as store:
        assert contents(store) == stored


def test_a_home_of_before_founds_the_outbox_with_its_pictures(world: World):
    with Store.open(world.folder / "first") as store:
        furnish(store)
        live(store, 1)
    with world.opened("first"):
        pass
    with world.opened("second") as store:
        digests = {digest for (digest,) in connection_of(store).execute(f"SELECT digest FROM ({SHOWN})").fetchall()}
        assert {Path(name).stem for name in world.names("pictures")} == digests
        assert store.pair(PAIRS[1].id) == PAIRS[1]


def test_what_no_manifest_names_does_not_count_and_is_cleared_away(later_world: World, caplog: pytest.LogCaptureFixture):
    world = later_world
    last = world.names(FOLDER)[-1]
    number = int(Path(last).name[:12]) + 1
    world.api.batch_bucket_files(
        BUCKET,
        add=[
            (b"half", f"commits/{number:012d}-000001-00000000.parquet"),
            (b'{"number": ', f"{FOLDER}/{number:012d}-000001-00000000.json"),
        ],
    )
    with world.opened("second") as store:
        assert contents(store) == world.stored
        assert not [name for name in world.files if "00000000." in name and name.startswith(("commits", FOLDER))]
    told = [line for line in lines(caplog) if "half written" in line]
    assert len(told) == 2, told


def test_a_file_that_is_not_what_was_saved_stops_the_start(later_world: World):
    world = later_world
    part = world.names("commits")[-1]
    world.api.batch_bucket_files(BUCKET, add=[(b"something else", part)])
    with pytest.raises(StoreError, match="is not what was saved"), world.opened("second"):
        pass
    assert not (world.folder / "second" / "arena.duckdb").exists()


def test_many_parts_become_one(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("arena.outbox.parts.MOST_PARTS", 3)
    with world.opened("first") as store:
        furnish(store)
        for seed in range(4):
            live(store, seed, 2)
            wait_until_saved(store)
        stored = contents(store)
    assert len(world.names(FOLDER)) <= 4
    with world.opened("second") as store:
        assert contents(store) == stored


def test_an_erasure_reaches_the_outbox(later_world: World):
    world = later_world
    secret = make_pair(9, source="generated", request="the secret of visitor nine")
    with world.opened("first") as store:
        store.add_pairs([secret])
        store.add_battle(make_battle("with-vote", played_by="visitor"))
        store.add_vote("with-vote", "hash-of-a-browser", "a")
        wait_until_saved(store)
        before = world.files
        assert f"pictures/{picture(18).digest[:2]}/{picture(18).digest}.webp" in before
        store.takedowns.erase([secret.id], by="operator", reason="a court order")
        store.erase_voter("hash-of-a-browser")
        wait_until_saved(store)
        stored = contents(store)
    assert not [name for name in world.files if picture(18).digest in name or picture(19).digest in name]
    assert not [name for name in before if name.startswith(("commits", "all", FOLDER)) and name in world.files]
    texts = fetched_text(world)
    assert b"visitor nine" not in texts
    assert b"hash-of-a-browser" not in texts
    with world.opened("second") as store:
        assert contents(store) == stored


def fetched_text(world: World) -> bytes:
    """All that is in the outbox, with parts as JSON."""
    import duckdb

    folder = world.folder / "fetched"
    names = [*world.names("commits"), *world.names("all"), *world.names(FOLDER)]
    world.api.download_bucket_files(BUCKET, [(name, folder / name) for name in names])
    texts = [json.dumps(json.loads(file.read_text())) for file in folder.rglob("*.json")]
    texts += [repr(duckdb.sql(f"FROM read_parquet('{file}')").fetchall()) for file in folder.rglob("*.parquet")]
    return "\n".join(texts).encode()


def test_an_erased_text_that_waits_never_leaves(later_world: World):
    world = later_world
    outbox = world.outbox()
    with world.opened("first", outbox) as store:
        outbox._turn = lambda: 0.0
        secret = make_pair(9, source="generated", request="the secret of visitor nine")
        store.add_pairs([secret])
        store.takedowns.erase([secret.id], by="operator", reason="a court order")
        assert b"visitor nine" not in (world.folder / "first" / "arena.duckdb").read_bytes()
        del outbox._turn
        wait_until_saved(store)
    assert b"visitor nine" not in fetched_text(world)


def test_boards_are_recomputed_from_what_was_saved(later_world: World):
    """Independently: all that is derived is thrown away on both sides, and made by a replay of the facts."""
    world = later_world
    with world.opened("first") as store:
        live(store, 1, 12)
        before = contents(store)
        elo = store.elo()
    with world.opened("second") as store:
        clear(connection_of(store))
        store.rebuild()
        assert store.elo() == elo
        assert contents(store)["derived"] == before["derived"]
        assert state_of(store).is_saved


def test_a_restored_backup_is_not_overwritten_by_what_was_saved(later_world: World):
    world = later_world
    with world.opened("first") as store:
        store.backup(world.folder / "backup.zip")
        live(store, 1, 2)
    restore(world.folder / "backup.zip", world.folder / "first", replace=True)
    with pytest.raises(StoreError, match="another arena"), world.opened("first"):
        pass
