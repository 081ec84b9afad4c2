"""Works of the writer that equal each other where they do the same: what waits from several processes is written together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from arena.store.transaction import Connection

Item = TypeVar("Item")
T = TypeVar("T")


@dataclass(frozen=True)
class OneByOne(Generic[Item, T]):
    """Writes what shares no statement with other items."""

    write: Callable[[Connection, Item], T]

    def __call__(self, connection: Connection, items: list[Item]) -> list[T]:
        """Answer each item, in order."""
        return [self.write(connection, item) for item in items]


class Local(OneByOne[Item, T]):
    """The same, of what is no fact, or this home's alone."""
