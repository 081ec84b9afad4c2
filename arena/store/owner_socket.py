"""The way to the process that holds a home: a Unix socket in it, for its owner alone.

Both sides prove that they know the key beside the socket. The first word of each tells its version and its home; then come
requests, each answered before the next.
"""

import contextlib
import hashlib
import os
import pickle
import secrets
import shutil
import socket
import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import NamedTuple, Self

import arena

FOLDER = "owner"
SOCKET = "socket"
ADDRESS = "address"
"""File with the path of the socket, where the home's own path is too long for one, or its disk knows no sockets."""
KEY = "key"
PREFIX = "arena-"
"""Of a folder for a socket that cannot lie in the home."""
KEY_BYTES = 32
PATIENCE = 5.0
"""Seconds that the other side may take to go on with what it has begun to say or to read: it may have been stopped."""
NO_LIMIT = 0.0
"""The same for the kernel where it may take any time."""


class OwnerGone(Exception):
    """Nobody answers where the owner of a home should."""


class Greeting(NamedTuple):
    """The first word of each side. It must stay as it is: older and newer versions have to understand it."""

    version: str
    home: tuple[int, int]
    """Device and number of the folder: a copied home has the address of the other's socket, too."""
    process: int

    @classmethod
    def of(cls, home: Path) -> Self:
        """That of this process."""
        found = home.stat()
        return cls(version(), (found.st_dev, found.st_ino), os.getpid())


class OwnerSocket:
    """Where other processes connect to the one that holds a home. Only who has the database open may have one."""

    def __init__(self, home: Path) -> None:
        """Listen.

        Raises:
            OSError: no socket can be had here.
        """
        self._home = home
        self._greeting = Greeting.of(home)
        self._elsewhere: Path | None = None
        folder = home / FOLDER
        _clear_up(folder)
        folder.mkdir(mode=0o700)
        self._key = secrets.token_bytes(KEY_BYTES)
        _write_private(folder / KEY, self._key)
        self._folder = os.open(folder, os.O_RDONLY)  # as long as it is open, no other folder gets its number
        try:
            self._listener = _bound(folder / SOCKET)
        except OSError:
            self._elsewhere = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._listener = _bound(self._elsewhere / SOCKET)
            _write_private(folder / ADDRESS, str(self._elsewhere / SOCKET).encode())

    def accept(self) -> socket.socket:
        """Wait for another process.

        Raises:
            OSError: the socket is closed, or this process has too many files open.
        """
        accepted = self._listener.accept()[0]
        _limit(accepted, PATIENCE)
        return accepted

    def greet(self, connection: Connection) -> bool:
        """Whether the other side knows the key, runs the same version and means this home."""
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            theirs = Greeting(*pickle.loads(connection.recv_bytes()))  # noqa: S301 - it knew the key
            connection.send_bytes(pickle.dumps(tuple(self._greeting)))
        except (AuthenticationError, AssertionError, OSError, EOFError, TypeError):
            return False
        return theirs[:2] == self._greeting[:2]

    def leave_to_parent(self) -> None:
        """Close it in a child that was forked; the parent's stays open."""
        self._listener.close()

    def shut(self) -> None:
        """Let nobody connect any more. Safe to call twice."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever accepts

    def close(self) -> None:
        """Leave nothing of the socket."""
        self.shut()
        self._listener.close()
        if self._elsewhere is not None:
            shutil.rmtree(self._elsewhere, ignore_errors=True)
        with contextlib.suppress(OSError):  # unless another process has this path by now: the home was moved away
            if os.path.samestat((self._home / FOLDER).stat(), os.fstat(self._folder)):
                shutil.rmtree(self._home / FOLDER, ignore_errors=True)
        os.close(self._folder)


def connect(home: Path) -> tuple[Connection, Greeting]:
    """A connection to the process that holds a home, and its first word.

    Raises:
        OwnerGone: none listens there.
    """
    folder = home / FOLDER
    link: socket.socket | None = None
    try:
        ours = Greeting.of(home)
        key = (folder / KEY).read_bytes()
        elsewhere = folder / ADDRESS
        path = elsewhere.read_text(encoding="utf-8") if elsewhere.exists() else str(folder / SOCKET)
        link = _unix_socket()
        _limit(link, PATIENCE)
        link.connect(path)
        connection = Connection(link.detach())
    except (OSError, ValueError) as error:  # what `address` says is no path
        if link is not None:
            link.close()
        raise OwnerGone from error
    try:
        answer_challenge(connection, key)
        deliver_challenge(connection, key)
        connection.send_bytes(pickle.dumps(tuple(ours)))
        theirs = Greeting(*pickle.loads(connection.recv_bytes()))  # noqa: S301 - it knew the key
    except (AuthenticationError, AssertionError, OSError, EOFError) as error:
        connection.close()
        raise OwnerGone from error
    except BaseException:
        connection.close()
        raise
    if theirs.home != ours.home:
        connection.close()
        raise OwnerGone
    with _link(connection) as link:
        _limit(link, NO_LIMIT)  # what is asked for may take long
    return connection, theirs


def shut(connection: Connection) -> None:
    """End a connection: whoever waits at either side hears of it.

    Raises:
        OSError: it has ended.
    """
    with _link(connection) as link:
        link.shutdown(socket.SHUT_RDWR)


@cache
def version() -> str:
    """Names the code of the store and what it keeps: processes that share a home must run the same."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.read_bytes())
    return f"{arena.__version__}+{code.hexdigest()[:8]}"


def _clear_up(folder: Path) -> None:
    """Delete what a process that was killed has left."""
    try:
        elsewhere = Path((folder / ADDRESS).read_text(encoding="utf-8")).parent
    except (OSError, ValueError):
        pass
    else:
        if elsewhere.parent == Path(tempfile.gettempdir()) and elsewhere.name.startswith(PREFIX):
            shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


@contextlib.contextmanager
def _link(connection: Connection) -> Iterator[socket.socket]:
    """The socket of a connection, which stays open."""
    link = socket.socket(fileno=connection.fileno())
    try:
        yield link
    finally:
        link.detach()


def _limit(link: socket.socket, seconds: float) -> None:
    """Have each reading and each writing fail after so long. Python's own limit is not known to a Connection."""
    whole, rest = divmod(seconds, 1)
    for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        link.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", int(whole), int(rest * 1e6)))


def _unix_socket() -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("Python has no Unix sockets on this system")
    return socket.socket(socket.AF_UNIX)


def _bound(path: Path) -> socket.socket:
    listener = _unix_socket()
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(64)
    except BaseException:
        listener.close()
        raise
    return listener
