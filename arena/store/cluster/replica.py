"""A home that has the facts of an arena which several machines share: joining it, and following it."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from arena import method
from arena.errors import StoreError, one_line
from arena.store.acknowledged import count
from arena.store.cluster import lake
from arena.store.cluster.cluster_writer import MOST_COMMITS, ClusterWriter
from arena.store.cluster.shared_log import LOST, SharedLog, Version
from arena.store.cluster_address import Membership
from arena.store.fact_rows import FACTS
from arena.store.migrations import MIGRATIONS
from arena.store.works import Local

log = logging.getLogger(__name__)

VERSION = Version(len(MIGRATIONS), int(method.VERSION))
"""Of this code."""
LOOK_SECONDS = 0.25
"""Between two looks for what other machines have committed."""
ARCHIVE_SECONDS = 30.0
"""Between two times at which commits are put into the lake."""
TIDY_SECONDS = 3600.0
"""Between two times at which the lake is tidied."""


class Home(Protocol):
    """What a replica needs of the open database of its home."""

    def write(self, work: Any, item: Any) -> Any:
        """Have an item written."""
        ...

    def shared(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A cursor."""
        ...


class Replica:
    """One machine's part in an arena, while its home is open."""

    def __init__(self, membership: Membership) -> None:
        """Connect to PostgreSQL.

        Raises:
            StoreError: it cannot be used.
        """
        self._membership = membership
        self._for_writing = SharedLog(membership.address.postgres, VERSION)
        self._for_looking = SharedLog(membership.address.postgres, VERSION)
        self._for_archiving = SharedLog(membership.address.postgres, VERSION)
        self._writer: ClusterWriter | None = None
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._tidied_at = time.monotonic()

    @classmethod
    def join(cls, connection: duckdb.DuckDBPyConnection, home: Path, membership: Membership) -> "Replica":
        """Let a home take part in an arena. The first home founds it with the facts that it has.

        Args:
            connection: to the database of the home, whose schema is up to date.
            home: the folder.
            membership: which arena.

        Raises:
            StoreError: PostgreSQL, the data path or a package cannot be used; the home is another arena's, or has facts of its
                own; or a newer version of the arena is at work.
        """
        replica = cls(membership)
        try:
            replica._join(connection, home)
        except LOST as error:
            replica.close()
            raise StoreError(f"ARENA_DATABASE: PostgreSQL is away ({one_line(error)}); start again once it is back") from error
        except BaseException:
            replica.close()
            raise
        return replica

    def writer(self, connection: duckdb.DuckDBPyConnection, *arguments: Any) -> ClusterWriter:
        """The writer of this home; arguments are those of `Writer`."""
        self._writer = ClusterWriter(connection, self._for_writing, *arguments)
        return self._writer

    def start(self, home: Home) -> None:
        """Hear of all that was committed, and from now on follow other machines, and put commits into the lake.

        Args:
            home: the open database, whose writer is this replica's.
        """
        while self._catch_up(home) == MOST_COMMITS:
            pass
        for work, pause in ((self._look, LOOK_SECONDS), (self._archive, ARCHIVE_SECONDS)):
            thread = threading.Thread(target=self._repeat, args=(work, home, pause), name="store-replica", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the threads. Safe to call twice."""
        self._ended.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def close(self) -> None:
        """Disconnect, once nobody writes any more. Safe to call twice."""
        self.stop()
        for one in (self._for_writing, self._for_looking, self._for_archiving):
            one.close()

    def _join(self, connection: duckdb.DuckDBPyConnection, home: Path) -> None:
        with self._for_writing.founding() as arena:
            lake.attach(connection, self._membership.address)
            if arena is None:
                self._found(connection, home)
                return
            if self._for_writing.update():
                lake.bring_up_to_date(connection)
        own, _ = membership_of(connection)
        if own == arena:
            return
        if own is not None or _has_facts(connection):
            raise StoreError(
                f"ARENA_DATABASE: holds another arena than {home}, which has facts of its own; set an ARENA_HOME that is empty"
            )
        lake.fill(connection, arena)

    def _found(self, connection: duckdb.DuckDBPyConnection, home: Path) -> None:
        _, place = membership_of(connection)
        if place:
            raise StoreError(
                f"ARENA_DATABASE: holds no arena, but {home} has the first {place:,} commits of one; put the last state of "
                "PostgreSQL back (docs/cluster.md)"
            )
        self._membership.share_pictures()
        lake.found(connection)
        connection.execute("DELETE FROM arena.followed")  # of an attempt that was killed
        connection.execute("INSERT INTO arena.followed VALUES (?, 0)", [self._for_writing.found()])

    def _catch_up(self, home: Home) -> int:
        assert self._writer is not None
        return home.write(Local(self._writer.catch_up), MOST_COMMITS)

    def _look(self, home: Home) -> None:
        assert self._writer is not None
        with home.shared() as cursor:
            _, place = membership_of(cursor)
        if self._for_looking.place() > place:
            self._catch_up(home)
        if self._writer.has_followed_change:
            self._writer.has_followed_change = False
            self._membership.settle()

    def _archive(self, home: Home) -> None:
        with self._for_archiving.alone("arena lake") as is_alone:
            if not is_alone:
                return
            with home.shared() as cursor:
                while lake.archive(cursor, self._for_archiving) == lake.MOST_COMMITS:
                    pass
                if time.monotonic() - self._tidied_at > TIDY_SECONDS:
                    lake.keep_tidy(cursor)
                    self._tidied_at = time.monotonic()

    def _repeat(self, work: Callable[[Home], None], home: Home, pause: float) -> None:
        """Do the work again and again; of failures that follow each other, the log is told of the first."""
        has_failed = False
        while not self._ended.wait(pause):
            try:
                work(home)
                has_failed = False
            except Exception as error:
                if not has_failed and not self._ended.is_set():
                    known = isinstance(error, (*LOST, StoreError))
                    log.warning("ARENA_DATABASE: %s", one_line(error), exc_info=None if known else error)
                has_failed = True


def membership_of(connection: duckdb.DuckDBPyConnection) -> tuple[str | None, int]:
    """Which arena a home follows, None where it follows none, and up to which commit."""
    return next(iter(connection.execute("SELECT arena, place FROM arena.followed").fetchall()), (None, 0))


def _has_facts(connection: duckdb.DuckDBPyConnection) -> bool:
    return any(count(connection, FACTS).values())
