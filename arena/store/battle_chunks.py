"""Going through all settled battles, some at a time, in the order in which they were settled."""

from collections.abc import Iterator
from typing import NamedTuple

from arena.store.transaction import Connection


class Chunk(NamedTuple):
    """Some battles, one after the other."""

    ids: list[str]
    last: int
    """Place of the last of them in the order of settlement."""


def chunks(connection: Connection, size: int, after: int = 0) -> Iterator[Chunk]:
    """All settled battles after this place in the order, at most `size` at a time."""
    query = "SELECT battle_id, seq FROM arena.settlements WHERE seq > ? ORDER BY seq LIMIT ?"
    while rows := connection.execute(query, [after, size]).fetchall():
        after = rows[-1][1]
        yield Chunk([battle_id for battle_id, _ in rows], after)
