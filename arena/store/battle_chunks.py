"""Going through all settled battles, some at a time, by their ids."""

from collections.abc import Iterator

import duckdb


def chunks(connection: duckdb.DuckDBPyConnection, size: int, after: str = "") -> Iterator[list[str]]:
    """Ids of settled battles in their order, at most `size` at a time, those after the given one."""
    while rows := connection.execute(_NEXT, [after, size]).fetchall():
        yield (ids := [name for (name,) in rows])
        after = ids[-1]


_NEXT = "SELECT battle_id FROM arena.settlements WHERE battle_id > ? ORDER BY battle_id LIMIT ?"
