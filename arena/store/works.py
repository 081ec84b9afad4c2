"""Works of the writer that equal each other where they do the same: what waits from several processes is written together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import duckdb

from arena.store.records import EloRule

Item = TypeVar("Item")
T = TypeVar("T")


@dataclass(frozen=True)
class Ruled(Generic[Item, T]):
    """Writes items, and moves the online ratings by a rule."""

    write: Callable[[duckdb.DuckDBPyConnection, list[Item], EloRule | None], list[T]]
    rule: EloRule | None

    def __call__(self, connection: duckdb.DuckDBPyConnection, items: list[Item]) -> list[T]:
        """Answer each item, in order."""
        return self.write(connection, items, self.rule)


@dataclass(frozen=True)
class OneByOne(Generic[Item, T]):
    """Writes what shares no statement with other items."""

    write: Callable[[duckdb.DuckDBPyConnection, Item], T]

    def __call__(self, connection: duckdb.DuckDBPyConnection, items: list[Item]) -> list[T]:
        """Answer each item, in order."""
        return [self.write(connection, item) for item in items]
