"""The database of a home for each of the processes that use it: one holds the file, the others ask that one.

When it ends, one of the others takes its place; what they had asked for meanwhile they ask again. That does no harm: to write
the same thing twice changes nothing.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from arena.errors import StoreBusy, StoreError
from arena.store.backup import DATABASE
from arena.store.file_database import Action, FileDatabase
from arena.store.owner_socket import OwnerGone
from arena.store.picture_files import PictureFiles
from arena.store.progress import Progress, silent
from arena.store.remote_database import RemoteDatabase
from arena.store.service import Service
from arena.store.writer import Work

log = logging.getLogger(__name__)

Item = TypeVar("Item")
T = TypeVar("T")
PATIENCE = 10.0
"""Seconds after which a home counts as busy whose owner does not let others in: it may be about to begin or to end."""
PAUSE = 0.1
"""Seconds between two tries, which cost whoever is about to open the file time."""
PAUSE_WHEN_BUSY = 1.0
"""The same, once it counts as busy and nobody waits."""


class SharedDatabase:
    """Any thread may call anything. Every method raises StoreError with one line."""

    def __init__(
        self,
        home: Path,
        pictures: PictureFiles,
        open_file: Callable[[], FileDatabase],
        refresh: Callable[[], None],
        succeed: Callable[[], None],
    ) -> None:
        """Hold the file, or connect to whoever does.

        Args:
            home: the folder.
            pictures: those of the home.
            open_file: opens the file; raises StoreBusy where another process has it.
            refresh: called before each query of another process.
            succeed: called when this process has taken an owner's place.

        Raises:
            StoreBusy: another process holds the file and lets nobody in.
            StoreError: as `FileDatabase.open`.
        """
        self._home = home
        self._folder = home.stat()
        self._pictures = pictures
        self._open_file = open_file
        self._refresh = refresh
        self._succeed = succeed
        self._changing = threading.Lock()
        self._closing = threading.Event()
        self._service: Service | None = None
        self._watch: threading.Thread | None = None
        self._take(self._opened())

    @property
    def is_owner(self) -> bool:
        """Whether this process holds the file."""
        return isinstance(self._current, FileDatabase)

    @property
    def takedowns(self) -> int:
        """How many decisions to take something down were committed a moment ago."""
        return self._carry_out(lambda database: database.takedowns)

    def read(self, query: Callable[..., T], *arguments: object) -> T:
        """Run a query: it sees the last commit, and waits for no writer. Its arguments must be values, or the pictures."""
        return self._carry_out(lambda database: database.read(query, *arguments))

    def write(self, work: Work[Item, T], item: Item) -> T:
        """Have an item written, and come back after its commit."""
        return self._carry_out(lambda database: database.write(work, item))

    def call(self, action: Action[T], *arguments: object, progress: Progress = silent) -> T:
        """Do something to the whole database, where its file is open."""
        return self._carry_out(lambda database: database.call(action, *arguments, progress=progress))

    def close(self) -> None:
        """Commit what waits and let go of the database. Safe to call twice."""
        self._closing.set()
        with self._changing:
            self._end_service()
            self._current.close()
        self._end_watch()

    def abandon(self) -> None:
        """Let go of a database that cannot be used, and leave its file as it is, to be looked at."""
        self._closing.set()
        with self._changing:
            self._end_service()
            if isinstance(self._current, FileDatabase):
                self._current.abandon()
            else:
                self._current.close()
        self._end_watch()

    def _end_service(self) -> None:
        if self._service is not None:
            self._service.close()

    def _end_watch(self) -> None:
        if self._watch is not None and self._watch is not threading.current_thread():
            self._watch.join()

    def _carry_out(self, work: Callable[[FileDatabase | RemoteDatabase], T]) -> T:
        while True:
            database = self._current
            try:
                return work(database)
            except OwnerGone:
                self._replace(database)

    def _replace(self, gone: FileDatabase | RemoteDatabase) -> None:
        """Have another database than the one whose owner is gone."""
        with self._changing:
            if self._current is not gone:  # another thread was here before
                return
            gone.close()
            self._check_home()
            self._take(self._opened())
            has_succeeded = self.is_owner
        if has_succeeded:
            log.info("the process that held the database has ended; this one holds it now")
            self._succeed()

    def _check_home(self) -> None:
        """Begin no new arena where the one that was open has gone."""
        try:
            is_there = os.path.samestat(self._home.stat(), self._folder) and (self._home / DATABASE).exists()
        except OSError:
            is_there = False
        if not is_there:
            raise StoreError(
                f"{self._home} was deleted, moved or replaced while the arena ran, so nothing more is kept; put it back, or "
                "stop the arena and restore a backup"
            )

    def _follow(self, database: RemoteDatabase) -> None:
        """Look for another owner as soon as there is none: others may wait for one, even if this process does not."""
        database.wait()
        while self._current is database and not self._closing.is_set():
            try:
                self._replace(database)
            except StoreBusy:
                self._closing.wait(PAUSE_WHEN_BUSY)
            except StoreError as error:
                if not self._closing.is_set():
                    log.error("%s", error)  # noqa: TRY400 - one line
                return

    def _take(self, database: FileDatabase | RemoteDatabase) -> None:
        """Use this database from now on."""
        self._current = database
        if isinstance(database, RemoteDatabase):
            self._watch = threading.Thread(target=self._follow, args=(database,), name="store-watch", daemon=True)
            self._watch.start()

    def _opened(self) -> FileDatabase | RemoteDatabase:
        deadline = time.monotonic() + PATIENCE
        while True:
            if self._closing.is_set():
                raise StoreError("the store is closed; open it again")
            try:
                return RemoteDatabase(self._home, self._pictures)
            except OwnerGone:
                pass
            try:
                database = self._open_file()
            except StoreBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)
                continue
            self._service = Service(self._home, database, self._pictures, self._refresh)
            return database
