"""Answers the other processes of a home, in the one that holds it."""

import logging
import os
import socket
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from arena.errors import ArenaError, StoreError, one_line
from arena.store.file_database import FileDatabase
from arena.store.messages import Answer, ProgressNote, Request, packed, unpacked
from arena.store.owner_socket import OwnerSocket, shut
from arena.store.picture_files import PictureFiles

log = logging.getLogger(__name__)


_SERVICES: "weakref.WeakSet[Service]" = weakref.WeakSet()


class Service:
    """Answers until it is closed. Each other process has some connections, each with a thread of its own here."""

    def __init__(self, home: Path, database: FileDatabase, pictures: PictureFiles, refresh: Callable[[], None]) -> None:
        """Listen. Where no socket can be had, a line in the log says so, and other processes find the home busy.

        Args:
            home: the folder.
            database: what is asked for.
            pictures: those of the home.
            refresh: called before each query, so that nothing is told by what was decided before.
        """
        self._database = database
        self._pictures = pictures
        self._refresh = refresh
        self._closing = threading.Event()
        self._links: set[_Link] = set()
        self._entrance = threading.Lock()
        self._socket: OwnerSocket | None = None
        _SERVICES.add(self)
        try:
            self._socket = OwnerSocket(home)
        except OSError as error:
            log.warning("other processes cannot use %s: %s", home, one_line(error))
        else:
            threading.Thread(target=self._accept, args=(self._socket,), name="store-service", daemon=True).start()

    def close(self) -> None:
        """Finish the requests under way, and let all others know that they must look for another owner. Safe to call twice."""
        if self._socket is None or self._closing.is_set():
            return
        self._closing.set()
        self._socket.shut()
        with self._entrance:
            links = list(self._links)
        for link in links:
            link.end()
        self._socket.close()

    def leave_to_parent(self) -> None:
        """In a child that was forked: hold open nothing by which others would take it for the owner once that has ended."""
        if self._socket is not None:
            self._socket.leave_to_parent()
        for link in self._links:
            link.leave_to_parent()

    def _accept(self, listener: OwnerSocket) -> None:
        while True:
            try:
                accepted = listener.accept()
            except OSError:
                if self._closing.wait(0.1):  # else this process has too many files open at the moment
                    return
                continue
            try:
                threading.Thread(target=self._serve, args=(listener, accepted), name="store-service", daemon=True).start()
            except RuntimeError:  # this process may have no more threads at the moment; the other one asks again
                accepted.close()

    def _serve(self, listener: OwnerSocket, accepted: socket.socket) -> None:
        with Connection(accepted.detach()) as connection:
            if not listener.greet(connection):
                return
            link = _Link(connection)
            with self._entrance:
                if self._closing.is_set():
                    return
                self._links.add(link)
            try:
                link.serve(self._answer)
            except (EOFError, OSError):  # the other process has ended
                pass
            finally:
                with self._entrance:
                    self._links.discard(link)

    def _answer(self, content: bytes, tell: Callable[[bytes], None]) -> bytes:
        value, failure = None, None
        takedowns = self._database.takedowns
        try:
            request = unpacked(content, self._pictures)
            value = self._do(request, tell)
            if request.kind == "write":  # what a query has read may be older
                takedowns = self._database.takedowns
        except ArenaError as error:
            failure = error
        except Exception as error:
            log.exception("a request of another process failed")
            failure = StoreError(f"store: a request failed in the process that holds the home ({one_line(error)}); see its log")
        try:
            return packed(Answer(value, failure, takedowns))
        except StoreError as error:
            return packed(Answer(None, error, takedowns))

    def _do(self, request: Request, tell: Callable[[bytes], None]) -> Any:
        if request.kind == "write":
            return self._database.write(request.function, *request.arguments)
        if request.kind == "call":

            def progress(work: str, done: int, total: int, /) -> None:
                tell(packed(ProgressNote((work, done, total))))

            return self._database.call(request.function, *request.arguments, progress=progress)
        self._refresh()
        return self._database.read(request.function, *request.arguments)


class _Link:
    """One connection of another process, which may stop or end at any time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._busy = threading.Lock()
        self._ended = False

    def serve(self, answer: Callable[[bytes, Callable[[bytes], None]], bytes]) -> None:
        """Answer requests until one side ends it."""
        while not self._ended:
            self._connection.poll(None)
            with self._busy:
                if self._ended:
                    return
                self._connection.send_bytes(answer(self._connection.recv_bytes(), self._tell))

    def leave_to_parent(self) -> None:
        """Close it in a child that was forked; the parent's stays open."""
        self._connection.close()

    def end(self) -> None:
        """Close it, after the request under way."""
        with self._busy:
            self._ended = True
            self._shut()

    def _tell(self, content: bytes) -> None:
        """Say how far the request is. Where nobody reads that, what was begun is finished all the same."""
        try:
            self._connection.send_bytes(content)
        except OSError:
            self._shut()  # half of it may be on its way, so nothing can follow

    def _shut(self) -> None:
        with suppress(OSError):
            shut(self._connection)  # wakes the thread, which closes it


def _leave_to_parent() -> None:
    for service in list(_SERVICES):
        service.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
