"""Where the machines of an arena meet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from arena.errors import SettingsError

SCHEME = "ducklake:postgres:"
BUCKET = "s3://"


@dataclass(frozen=True)
class ClusterAddress:
    """What ARENA_DATABASE and ARENA_DATA_PATH say."""

    postgres: str = field(repr=False)
    """What libpq connects to: `host=… dbname=…`, or postgresql://…"""
    data_path: str
    """A folder that all machines see, or s3://bucket/prefix; does not end with a slash."""

    @property
    def is_bucket(self) -> bool:
        """Whether the data lie in a bucket."""
        return self.data_path.startswith(BUCKET)


@dataclass(frozen=True)
class Membership:
    """How a home takes part in an arena of several machines."""

    address: ClusterAddress
    share_pictures: Callable[[], None]
    """Called once, when the arena is founded with the facts of this home: puts its pictures where all machines find them."""
    settle: Callable[[], None]
    """Called after other machines have erased something or read it anew: does what that leaves to do."""


def cluster_address(database: str | None, data_path: str | None) -> ClusterAddress | None:
    """The address that two settings make; None where neither is set.

    Raises:
        SettingsError: one of them is missing, or the database is no DuckLake in PostgreSQL.
    """
    if database is None and data_path is None:
        return None
    if database is None:
        raise SettingsError("ARENA_DATABASE: is not set, but ARENA_DATA_PATH is; several machines need both, one needs neither")
    if not database.startswith(SCHEME) or not database.removeprefix(SCHEME).strip():
        raise SettingsError(f"ARENA_DATABASE: is no database that machines share; write {SCHEME}host=… dbname=…")
    if data_path is None:
        raise SettingsError(
            "ARENA_DATA_PATH: is not set, but ARENA_DATABASE is; give a folder that all machines see, or s3://…"
        )
    if not data_path.startswith(BUCKET):
        data_path = str(Path(data_path).absolute())
    return ClusterAddress(database.removeprefix(SCHEME).strip(), data_path.rstrip("/"))
