"""Finding pairs by their ids, of which there may be a million, in no order."""

from collections.abc import Iterable
from typing import Any

from arena.store.keys import key_of
from arena.store.transaction import Connection


def pair_rows(connection: Connection, columns: str, ids: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Pair id -> what these columns say of the pair. Unknown ones are left out.

    Each pair has its id as a number beside it: comparing these takes a sixth of the time.
    """
    names = set(ids)
    if not names:
        return {}
    keys = [key_of(name) for name in names]
    if len(keys) == 1:
        condition, values = "key = ?", keys
    else:
        condition, values = "key IN (SELECT unnest(?::UBIGINT[]))", [keys]
    query = f"SELECT id, {columns} FROM arena.pairs WHERE {condition}"  # noqa: S608 - names are ours
    return {name: tuple(row) for name, *row in connection.execute(query, values).fetchall() if name in names}
