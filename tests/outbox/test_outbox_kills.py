"""A process that is killed in the middle of a saving, an erasure or a restore: the next one goes on, with the same facts."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub
from outbox_world import BUCKET, INTERVAL, LEASE_SECONDS, World, contents, status_of, until, wait_until_saved
from processes import PATIENCE, forked
from restart_drill import Place, reach
from store_world import RULE, furnish, make_battle, make_pair

from arena.outbox import outbox_of
from arena.settings import Settings
from arena.store import Store

pytestmark = pytest.mark.long

SECRET = "the secret of visitor nine"
HASH = "hash-of-a-browser"
STEPS: dict[str, tuple[str, str]] = {
    "a part": ("arena.outbox.bucket_target:BucketTarget", "publish"),
    "what is erased": ("arena.outbox.bucket_target:BucketTarget", "remove"),
    "all facts": ("arena.store.outbox_copies", "write_all"),
    "the manifest is known": ("arena.outbox.ledger:Ledger", "add"),
    "noted": ("arena.store.outbox_rows", "mark_saved"),
}
FILES = ("arena.outbox.bucket_target:BucketTarget", "put")
OF_DATASETS: dict[str, tuple[str, str]] = {
    "a commit": ("huggingface_hub:HfApi", "create_commit"),
    "the history": ("huggingface_hub:HfApi", "super_squash_history"),
}
OF_RESTORES: dict[str, tuple[str, str]] = {
    "a table": ("arena.store.outbox_copies", "_fill"),
    "commits": ("arena.store.outbox_copies", "carry_out"),
    "the database": ("os", "link"),
    "the schema": ("arena.store.outbox_copies", "migrate"),
}


def settings_of(place: Place, kind: str) -> Settings:
    saved: dict[str, Any] = {
        "outbox": f"{kind}/{BUCKET}",
        "outbox_seconds": place.seconds,
        "lease_seconds": place.lease_seconds,
    }
    return Settings(home=place.folder / "first", **saved)


def deadly(step: tuple[str, str], *, after: bool, count: int) -> None:
    """Have this process killed at the so-and-so-many-th call of a function, before or after it."""
    (module, _, kind), name = step[0].partition(":"), step[1]
    owner: Any = getattr(import_module(module), kind) if kind else import_module(module)
    work, left = getattr(owner, name), count

    def deadly_work(*arguments: Any, **options: Any) -> Any:
        nonlocal left
        left -= 1
        came = work(*arguments, **options) if after or left else None
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return came

    setattr(owner, name, deadly_work)


def set_patience() -> None:
    """Have no battle pause while a busy machine is slow to save."""
    from arena.outbox import outbox

    outbox.INTERVALS = 600


def live(place: Place, kind: str, step: tuple[str, str], after: bool) -> None:
    """One more battle with an erasure, and a kill on the way."""
    sys.stderr = (place.folder / "stderr").open("w")
    reach(place)
    set_patience()
    with Store.open(place.folder / "first", RULE, keeper=outbox_of(settings_of(place, kind))) as store:
        until(lambda: not status_of(store).read_only)
        until(lambda: not status_of(store).last_error)
        deadly(step, after=after, count=1)
        store.add_battle(make_battle("last"))
        store.takedowns.erase([make_pair(9, source="generated", request=SECRET).id], by="operator", reason="a court order")
        store.erase_voter(HASH)
        signal.pause()


def restore(place: Place, kind: str, step: tuple[str, str], after: bool) -> None:
    sys.stderr = (place.folder / "stderr").open("w")
    reach(place)
    deadly(step, after=after, count=2 if step[1] == "migrate" else 1)
    with Store.open(place.folder / "second", RULE, keeper=outbox_of(settings_of(place, kind))):
        signal.pause()


def run_to_its_kill(work: Callable[..., None], *arguments: Any) -> None:
    with forked(work, *arguments) as process:
        process.join(PATIENCE)
        assert process.exitcode == -signal.SIGKILL


def place_of(world: World) -> Place:
    return Place(world.hub.address, world.token, world.folder, INTERVAL, LEASE_SECONDS)


def everything(world: World) -> str:
    """All that is in the outbox, with parts as rows."""
    import duckdb

    folder = world.folder / "fetched"
    outbox = world.outbox()
    names = [*world.names("commits"), *world.names("all")]
    outbox._target.fetch(names, folder)
    return repr([duckdb.sql(f"FROM read_parquet('{file}')").fetchall() for file in folder.rglob("*.parquet")])


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """A world of each kind with a battle, its vote and a pair of a visitor, all of them saved; to be copied."""
    with ExitStack() as stack:

        @cache
        def of(kind: str) -> World:
            world = World(stack.enter_context(Hub()), tmp_path_factory.mktemp(kind), kind)
            with pytest.MonkeyPatch.context() as patch:
                world.hub.reach(patch)
                with world.opened("first") as store:
                    furnish(store)
                    store.add_pairs([make_pair(9, source="generated", request=SECRET)])
                    store.add_battle(make_battle("voted", played_by="visitor"))
                    store.add_vote("voted", HASH, "a")
                    wait_until_saved(store)
            return world

        yield of


@pytest.mark.parametrize(
    ("kind", "step", "after"),
    [
        *(("buckets", one, False) for one in STEPS.values()),
        *(("datasets", one, False) for one in OF_DATASETS.values()),
        ("buckets", FILES, True),
        ("buckets", STEPS["noted"], True),
        ("datasets", OF_DATASETS["the history"], True),
    ],
    ids=[*STEPS, *OF_DATASETS, "a manifest", "after it is noted", "after the history"],
)
def test_whoever_is_killed_on_the_way_goes_on_and_erases(
    hub: Hub, tmp_path: Path, voted: Callable[[str], World], kind: str, step: tuple[str, str], after: bool
):
    world = World.like(voted(kind), hub, tmp_path)
    run_to_its_kill(live, place_of(world), kind, step, after)
    with world.opened("first") as store:
        until(lambda: not status_of(store).read_only)
        wait_until_saved(store)
        store.takedowns.erase([make_pair(9, source="generated", request=SECRET).id], by="operator", reason="again")
        store.erase_voter(HASH)  # the kill may have come before either
        wait_until_saved(store)
        stored = contents(store)
    told = everything(world)
    assert SECRET not in told
    assert HASH not in told
    assert "voted" in repr(stored["battles"])
    with world.opened("second") as store:
        assert contents(store) == stored


@pytest.mark.parametrize(
    ("step", "after"),
    [*((one, False) for one in OF_RESTORES.values()), (OF_RESTORES["the database"], True)],
    ids=[*OF_RESTORES, "after the database"],
)
def test_whoever_is_killed_while_a_home_is_filled_fills_it_anew(later_world: World, step: tuple[str, str], after: bool):
    world = later_world
    run_to_its_kill(restore, place_of(world), "buckets", step, after)
    world.let_leases_end()
    with world.opened("second") as store:
        assert contents(store) == world.stored
        assert not store.rebuild()
    assert not list((world.folder / "second").glob("restore-*"))
