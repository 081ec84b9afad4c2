"""The database in the file of a home, open in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, TypeVar

import duckdb

from arena.errors import StoreError
from arena.settings import make_home
from arena.store import acknowledged, outbox_rows, rebuild
from arena.store.acknowledged import Acknowledgements, Counts
from arena.store.backup import DATABASE
from arena.store.cluster_address import Membership
from arena.store.database import close_untouched, one_line_errors, open_database
from arena.store.derivation import derive
from arena.store.keeper import Keeper
from arena.store.log_fold import LARGEST_LOG, fold
from arena.store.migrations import migrate
from arena.store.progress import Progress, silent
from arena.store.readers_writer_lock import ReadersWriterLock
from arena.store.records import EloRule
from arena.store.witness import Witness
from arena.store.writer import LARGEST_GROUP, Work, Writer

if TYPE_CHECKING:
    from arena.store.cluster.replica import Replica

Item = TypeVar("Item")
T = TypeVar("T")


Action = Callable[Concatenate["FileDatabase", Progress, ...], T]
"""What is done to a whole database, where its file is open. Must be a function of a module."""


class FileDatabase:
    """Who has it holds the file: no other process can open it. Any thread may call anything.

    Every method raises StoreError with one line when the disk or the file gives up.
    """

    def __init__(
        self,
        home: Path,
        connection: duckdb.DuckDBPyConnection,
        note: Acknowledgements,
        counts: Counts,
        rule: EloRule | None,
        largest_group: int = LARGEST_GROUP,
        replica: "Replica | None" = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.home = home
        self.path = home / DATABASE
        self.connection = connection
        """For those who hold it alone."""
        self.witness = Witness(self.path, note, counts)
        self.is_half_rebuilt = False
        """Whether a rebuild was stopped on the way. What is counted then, the next `open` would count again."""
        self._lock = ReadersWriterLock()
        """Held alone while the file is replaced or rebuilt."""
        self.rule = rule
        """How online ratings move."""
        self.keeper = keeper
        """Keeps the facts elsewhere, too."""
        self._replica = replica
        arguments = (
            connection.cursor(),
            largest_group,
            self._admit,
            self._confirm,
            self._lock.shared,
            partial(derive, rule=rule),
        )
        self.writer = replica.writer(*arguments) if replica else Writer(*arguments, *([keeper.admit] if keeper else []))

    @classmethod
    def open(
        cls,
        home: Path,
        rule: EloRule | None = None,
        largest_group: int = LARGEST_GROUP,
        accepted_loss: int = 0,
        progress: Progress = silent,
        membership: Membership | None = None,
        keeper: Keeper | None = None,
    ) -> "FileDatabase":
        """Open the file in folder `home`, made where it is missing, and bring its schema up to date.

        Args:
            home: ARENA_HOME.
            rule: how online ratings move; without one none are kept.
            largest_group: most writes that share a commit.
            accepted_loss: how many acknowledged records may be missing; exactly so many.
            progress: told how far it is, where a home of an earlier version is brought up to date.
            membership: how it takes part in an arena of several machines; None where this machine is alone.
            keeper: keeps the facts elsewhere, too, and fills an empty folder with what it has kept.

        Raises:
            StoreBusy: another process has it open.
            StoreError: the folder cannot be used, the database is damaged, newer than this code, or has lost what was
                acknowledged; or the home and the arena of several machines do not belong together.
        """
        path = home / DATABASE
        replica: Replica | None = None
        with one_line_errors(path):
            make_home(home)
            if keeper:
                keeper.prepare(home)
            note = Acknowledgements(home)
            if not path.exists():
                note.check({}, accepted_loss)
            connection = open_database(path)
            try:
                note.check(acknowledged.count_before_migration(connection), accepted_loss)
                migrate(connection, progress=progress)
                if keeper:
                    keeper.join(connection, home)
                else:
                    outbox_rows.leave(connection)
                replica = _joined(connection, home, membership)
                if rebuild.is_due(connection):
                    rebuild.go_on(connection, rule, progress)
                fold(connection, path, LARGEST_LOG)
                counts = acknowledged.count(connection)
                note.write(counts)
                database = cls(home, connection, note, counts, rule, largest_group, replica, keeper)
                if replica:
                    replica.start(database)
                if keeper:
                    keeper.start(database)
                return database
            except BaseException:
                if keeper:
                    keeper.stop()
                if replica:
                    replica.close()
                close_untouched(connection)  # what is damaged stays as it is, to be looked at
                note.close()
                raise

    @property
    def takedowns(self) -> int:
        """How many decisions to take something down, or to restore it, are committed."""
        return self.witness.counts["takedowns"]

    def read(self, query: Callable[..., T], *arguments: object) -> T:
        """Run a query on a cursor of its own: it sees the last commit, and waits for no writer."""
        with one_line_errors(self.path), self._lock.shared(), self.connection.cursor() as cursor:
            return query(cursor, *arguments)

    def write(self, work: Work[Item, T], item: Item) -> T:
        """Have an item written, and come back after its commit."""
        with one_line_errors(self.path):
            return self.writer.submit(work, item).result()

    def call(self, action: Action[T], *arguments: object, progress: Progress = silent) -> T:
        """Do something to the whole database."""
        with one_line_errors(self.path):
            return action(self, progress, *arguments)

    @contextmanager
    def shared(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor, while nobody replaces the file."""
        with self._lock.shared(), self.connection.cursor() as cursor:
            yield cursor

    @contextmanager
    def alone(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection, while everybody else waits."""
        with self._lock.exclusive():
            yield self.connection

    def close(self) -> None:
        """Commit what waits and let go of the file. Safe to call twice."""
        self._leave()
        with one_line_errors(self.path):
            self.witness.close(self.connection)

    def abandon(self) -> None:
        """Let go of the file without folding its log into it."""
        self._leave()
        close_untouched(self.connection)
        self.close()

    def _leave(self) -> None:
        if self.keeper:
            self.keeper.stop()
        if self._replica:
            self._replica.stop()
        self.writer.close()
        if self._replica:
            self._replica.close()

    def _confirm(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let what was committed be acknowledged."""
        self.witness.after(connection)
        if self.keeper:
            self.keeper.confirm()

    def _admit(self) -> None:
        """Let a transaction of the writer begin."""
        if self.is_half_rebuilt:
            raise StoreError("the rebuild was stopped on the way; open the store again, which goes on with it")
        self.witness.before()


def _joined(connection: duckdb.DuckDBPyConnection, home: Path, membership: Membership | None) -> "Replica | None":
    """The home's part in an arena of several machines, if it is to have one."""
    if membership is None:
        if connection.execute("FROM arena.followed").fetchall():
            raise StoreError(f"{home}: takes part in an arena of several machines; set ARENA_DATABASE and ARENA_DATA_PATH")
        return None
    try:
        from arena.store.cluster.replica import Replica  # noqa: PLC0415 - its packages are an extra
    except ModuleNotFoundError as error:
        raise missing_package(error) from error
    return Replica.join(connection, home, membership)


def missing_package(error: ModuleNotFoundError) -> StoreError:
    """What to say where one of the packages that several machines need is not there."""
    return StoreError(
        f"ARENA_DATABASE: needs the package {error.name}; install the extra `cluster`: "
        "pip install 'minimal-pair-arena[cluster]'"
    )
