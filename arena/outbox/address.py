"""Where an outbox lies, as ARENA_OUTBOX names it."""

from dataclasses import dataclass
from typing import Literal

from arena.errors import SettingsError
from arena.hub_client import is_repository_name

BUCKET_SECONDS = 10.0
DATASET_SECONDS = 60.0
"""The Hub counts commits by the hour, and refuses those beyond some hundred."""


@dataclass(frozen=True)
class OutboxAddress:
    """A bucket or a dataset of the Hub, and where the lease of its one writer lies."""

    kind: Literal["buckets", "datasets"]
    name: str
    """`organisation/name`."""
    lease: str
    """Name of a dataset."""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def usual_seconds(self) -> float:
        """Between two savings, unless a setting says otherwise."""
        return BUCKET_SECONDS if self.kind == "buckets" else DATASET_SECONDS


def outbox_address(outbox: str | None, lease: str | None) -> OutboxAddress | None:
    """What two settings say; None where nothing is saved.

    Raises:
        SettingsError: they name no bucket and no dataset.
    """
    if outbox is None:
        if lease is not None:
            raise SettingsError("ARENA_LEASE: is set, but ARENA_OUTBOX is not; a lease is of an outbox")
        return None
    kind, _, name = outbox.partition("/")
    if kind not in ("buckets", "datasets") or not is_repository_name(name):
        raise SettingsError(f"ARENA_OUTBOX: {outbox!r} is no place of the Hub; write buckets/ORG/NAME or datasets/ORG/NAME")
    lease_name = (lease or f"{name}-lease").removeprefix("datasets/")
    if not is_repository_name(lease_name) or lease_name == name:
        raise SettingsError(f"ARENA_LEASE: {lease!r} is no dataset of its own; write ORG/NAME")
    return OutboxAddress("buckets" if kind == "buckets" else "datasets", name, lease_name)
