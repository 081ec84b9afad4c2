"""Homes that save to the Hub on loopback, and what must be the same in two of them."""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub_repositories import Repository
from hub_server import Hub
from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars
from store_insides import connection_of
from store_world import RULE, make_battle

from arena.outbox import Outbox
from arena.outbox.bucket_target import BucketTarget
from arena.outbox.dataset_target import DatasetTarget
from arena.outbox.lease import Lease
from arena.store import SaveStatus, Store, outbox_rows
from arena.store.fact_rows import FACTS
from arena.store.rebuild import fingerprints

BUCKET = "org/facts"
LEASE = "org/facts-lease"
INTERVAL = 0.1
LEASE_SECONDS = 8.0
PATIENCE = 60.0


class World:
    """A Hub with a bucket, and homes that save there."""

    def __init__(self, hub: Hub, folder: Path, kind: str = "buckets") -> None:
        self.hub = hub
        self.folder = folder
        self.kind = kind
        self._ahead = 0.0
        self.token = hub.accounts.token(hub.accounts.add("ann", org="write"), "write")
        disable_progress_bars()
        self.api = HfApi(endpoint=hub.address, token=self.token)
        self.stored: dict[str, list[Any]] = {}
        """What its home `first` holds, where that has ended."""

    def clock(self) -> float:
        """Of all leases."""
        return time.monotonic() + self._ahead

    def let_leases_end(self) -> None:
        """As if nobody had renewed any for long enough."""
        self._ahead += LEASE_SECONDS + 0.1

    @classmethod
    def like(cls, other: "World", hub: Hub, folder: Path) -> "World":
        """A world of its own with all that another one has, whose homes are closed."""
        hub.become(other.hub)
        shutil.copytree(other.folder, folder, dirs_exist_ok=True)
        world = cls(hub, folder, other.kind)
        world.stored = other.stored
        return world

    def outbox(self, *, seconds: float = INTERVAL, lease_seconds: float = LEASE_SECONDS) -> Outbox:
        target = (BucketTarget if self.kind == "buckets" else DatasetTarget)(self.api, BUCKET)
        return Outbox(target, Lease(self.api, LEASE, lease_seconds, self.clock), seconds, f"{self.kind}/{BUCKET}")

    @contextmanager
    def opened(self, name: str, outbox: Outbox | None = None) -> Iterator[Store]:
        with Store.open(self.folder / name, RULE, keeper=outbox or self.outbox()) as store:
            yield store

    @property
    def files(self) -> dict[str, Any]:
        if self.kind == "buckets":
            bucket = self.hub.buckets.named(BUCKET)
            return dict(bucket.files) if bucket else {}
        repository = self.hub.repository("datasets", BUCKET)
        return dict(repository.head.files) if repository else {}

    def names(self, folder: str) -> list[str]:
        return sorted(name for name in self.files if name.startswith(f"{folder}/"))

    def dataset(self, name: str) -> Repository:
        """A dataset that is there, as its Hub keeps it."""
        dataset = self.hub.repository("datasets", name)
        assert dataset is not None
        return dataset


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Return when the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.03)


def status_of(store: Store) -> SaveStatus:
    status = store.save_status()
    assert status is not None
    return status


def wait_until_saved(store: Store) -> None:
    until(lambda: (status := status_of(store)).facts_waiting == 0 and status.saved_at)


def play(store: Store, *names: str) -> None:
    """Battles, each saved in a part of its own."""
    for name in names:
        store.add_battle(make_battle(name))
        wait_until_saved(store)


def contents(store: Store) -> dict[str, list[Any]]:
    """All facts, and a fingerprint of all that is derived."""
    connection = connection_of(store).cursor()  # threads of the store use the other one
    facts = {table: connection.execute(f"FROM arena.{table} ORDER BY rowid").fetchall() for table in FACTS}
    return {**facts, "derived": list(fingerprints(connection).items())}


def kill(store: Store, outbox: Outbox) -> None:
    """End a store as a kill does: nothing more is saved, and no lease given back."""
    outbox._lease._ended.set()
    outbox._turn = lambda: 0.0
    outbox._ended.set()
    store._database.abandon()


def state_of(store: Store) -> outbox_rows.OutboxState:
    found = outbox_rows.state(connection_of(store))
    assert found is not None
    return found


def lines(caplog: Any, level: int = logging.WARNING) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= level and record.name.startswith("arena")]
