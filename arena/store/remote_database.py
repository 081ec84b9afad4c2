"""The database of a home that another process holds, through its socket."""

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from arena.errors import StoreBusy
from arena.store import maintenance
from arena.store.backup import DATABASE
from arena.store.file_database import Action
from arena.store.messages import Answer, Request, packed, unpacked
from arena.store.owner_socket import OwnerGone, connect, shut, version
from arena.store.picture_files import PictureFiles
from arena.store.progress import Progress, silent
from arena.store.writer import Work

Item = TypeVar("Item")
T = TypeVar("T")
NEWS = 0.2
"""Seconds after which the other process is asked what was taken down."""


class RemoteDatabase:
    """As many connections as requests are under way at once. Any thread may call anything.

    Every method raises OwnerGone when the other process has ended: what was asked may have been done or not.
    """

    def __init__(self, home: Path, pictures: PictureFiles) -> None:
        """Connect.

        Raises:
            OwnerGone: nobody holds the home, or not in a way that others can use.
            StoreBusy: who holds it runs another version.
        """
        self._home = home
        self._pictures = pictures
        self._closed = False
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._takedowns = (0, float("-inf"))
        """How many the other process told of last, and when."""
        self._watched = self._connect()
        """Nothing is asked here: it ends with the other process."""

    @property
    def takedowns(self) -> int:
        """How many decisions to take something down were committed a moment ago."""
        if self._takedowns[1] < time.monotonic() - NEWS:
            return self.call(maintenance.takedowns)
        return self._takedowns[0]

    def read(self, query: Callable[..., T], *arguments: object) -> T:
        """Have a query run on the last commit."""
        return self._ask(Request("read", query, arguments))

    def write(self, work: Work[Item, T], item: Item) -> T:
        """Have an item written, and come back after its commit."""
        return self._ask(Request("write", work, (item,)))

    def call(self, action: Action[T], *arguments: object, progress: Progress = silent) -> T:
        """Have something done to the whole database."""
        return self._ask(Request("call", action, arguments), progress)

    def wait(self) -> None:
        """Return once the other process lets go of the home, or this is closed."""
        with suppress(EOFError, OSError):
            self._watched.recv_bytes()

    def close(self) -> None:
        """Let go of connections that nobody uses, and of the others once they were answered. Safe to call twice."""
        self._closed = True
        with suppress(OSError):
            shut(self._watched)
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _ask(self, request: Request, progress: Progress = silent) -> Any:
        content = packed(request)
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            connection.send_bytes(content)
            while not isinstance(message := unpacked(connection.recv_bytes(), self._pictures), Answer):
                progress(*message.told)
        except (EOFError, OSError) as error:
            connection.close()
            raise OwnerGone from error
        except BaseException:
            connection.close()  # its answer is still to come
            raise
        self._idle.put(connection)
        if self._closed:
            self.close()
        self._takedowns = (message.takedowns, time.monotonic())
        if message.error is not None:
            raise message.error
        return message.value

    def _connect(self) -> Connection:
        if self._closed:
            raise OwnerGone
        connection, theirs = connect(self._home)
        if theirs.version != version():
            connection.close()
            raise StoreBusy(
                f"the database {self._home / DATABASE} is in use by process {theirs.process}, which runs {theirs.version}, "
                f"and this is {version()}; restart it with this version"
            )
        return connection
