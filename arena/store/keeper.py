"""What a store needs of whoever keeps its facts elsewhere, too: an outbox to the Hub."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from arena.store.picture_files import CommonPictures
from arena.store.transaction import Connection, Step


@dataclass(frozen=True)
class SaveStatus:
    """What is *saved* of what is *stored*: stored is what survives the end of the process, saved what survives its disk."""

    saved_at: datetime | None
    """When the last commits were saved; None before the first."""
    facts_waiting: int
    """Facts that are stored and not saved yet."""
    age_seconds: float
    """How long the oldest of them waits; 0 where none does."""
    last_error: str
    """Why saving failed last, as one line; empty where it works."""
    paused: bool
    """Whether battles and votes are refused until saving works again."""
    read_only: str
    """Why nothing at all is taken, as one line for visitors; empty where facts are taken."""


class Keeper(Protocol):
    """Keeps the facts of one home elsewhere.

    The store calls `prepare`, `join` and `start`, then `admit` and `confirm` for each commit, and last `stop`.
    """

    settle: Callable[[], None]
    """Set by the store: does what erasures of another home leave to do in this one."""

    @property
    def pictures(self) -> CommonPictures:
        """Pictures that were kept, to be fetched where the home lacks them."""
        ...

    def prepare(self, home: Path) -> None:
        """Before the database is opened: fill an empty home with what was kept."""
        ...

    def join(self, connection: Connection, home: Path) -> None:
        """Look at the database, which nobody writes yet."""
        ...

    def start(self, database: Any) -> None:
        """Keep from now on what is committed in this `FileDatabase`."""
        ...

    def admit(self, connection: Connection, steps: Sequence[Step]) -> None:
        """Inside a transaction, after its works: note what they did to the facts, or raise what refuses it."""
        ...

    def confirm(self) -> None:
        """After a commit, before anybody is answered: raise where this process may not acknowledge it any more."""
        ...

    def status(self) -> SaveStatus:
        """What is saved."""
        ...

    def check(self) -> None:
        """Raise where no battle and no vote would be taken."""
        ...

    def stop(self) -> None:
        """Save what can be saved at once, and end. Safe to call twice."""
        ...
