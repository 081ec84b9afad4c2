"""What operators may do to a home, in the process that holds it or without one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from arena.control import Answer, Handler
from arena.store import Store

Operation = Callable[[Store, Mapping[str, Any]], Answer]
"""Does it to the store: its arguments, then what is told. Both must be JSON; what goes wrong is an ArenaError."""


def _backup(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return asdict(store.backup(Path(arguments["file"])))


OPERATIONS: Mapping[str, Operation] = {"backup": _backup}
"""command -> what it does."""


def handlers(store: Store) -> Mapping[str, Handler]:
    """The operations on this store, for `Control`."""
    return {command: partial(operation, store) for command, operation in OPERATIONS.items()}
