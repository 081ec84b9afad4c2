"""What a store keeps to itself, for tests that break it or look below it."""

import shutil
from pathlib import Path

import duckdb

from arena.store import Store
from arena.store.file_database import FileDatabase
from arena.store.owner_socket import FOLDER


def database_of(store: Store) -> FileDatabase:
    """The database of a store that holds its file."""
    database = store._database._current
    assert isinstance(database, FileDatabase)
    return database


def connection_of(store: Store) -> duckdb.DuckDBPyConnection:
    """Its connection."""
    return database_of(store).connection


def copy_home(home: Path, copy: Path) -> Path:
    """What a kill at this moment leaves, but for the socket, which Python cannot copy."""
    return shutil.copytree(home, copy, ignore=shutil.ignore_patterns(FOLDER))
