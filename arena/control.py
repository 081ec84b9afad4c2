"""The operator's way to the process that holds a home: a Unix socket in it, for its owner alone.

One request a connection, one line of JSON each way: `{"command": …, "arguments": {…}, "home": …}`, and `{"answer": {…}}` or
`{"error": "…"}`. Requests are carried out one after the other.
"""

import contextlib
import json
import logging
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from arena.errors import ArenaError, one_line

log = logging.getLogger(__name__)

Answer = Mapping[str, Any]
Handler = Callable[[Mapping[str, Any]], Answer]
"""Carries one command out: its arguments, then what it answers. Both must be JSON. An ArenaError is told as its line."""
FOLDER = "control"
SOCKET = "socket"
ADDRESS = "address"
"""File with the path of the socket, where the home's own path is too long for one, or its disk knows no sockets."""
LONGEST_LINE = 2**23
"""Bytes of a request or an answer."""
TIME_TO_ASK = 10.0
"""Seconds in which a request must have arrived."""
TIME_TO_ANSWER = 3600.0
"""Seconds after which a command is given up: a backup of a large home takes its time."""


class Control:
    """Answers operators' commands until it is closed. Only who has the database open may have one for its home."""

    def __init__(self, home: Path, handlers: Mapping[str, Handler]) -> None:
        """Listen, in a thread of its own.

        Where no socket can be had, a line in the log says so, and the arena runs without.
        """
        self._home = home
        self._handlers = handlers
        self._listener: socket.socket | None = None
        self._folder_elsewhere: Path | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        try:
            self._listener = self._listen()
        except OSError as error:
            log.warning("operators' commands cannot reach this process: %s", one_line(error))
        else:
            self._thread.start()

    def close(self) -> None:
        """Finish the command that runs, and listen no more. Safe to call twice."""
        if self._listener is None:
            return
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join()
        self._listener.close()
        self._listener = None
        if self._folder_elsewhere is not None:
            shutil.rmtree(self._folder_elsewhere, ignore_errors=True)
        if self._is_ours():
            shutil.rmtree(self._home / FOLDER, ignore_errors=True)
        os.close(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> socket.socket:
        folder = self._home / FOLDER
        shutil.rmtree(folder, ignore_errors=True)  # of a process that was killed
        folder.mkdir(mode=0o700)
        self._folder = os.open(folder, os.O_RDONLY)  # as long as it is open, no other folder gets its number
        try:
            return _bound(folder / SOCKET)
        except OSError:
            self._folder_elsewhere = Path(tempfile.mkdtemp(prefix="arena-"))
            listener = _bound(self._folder_elsewhere / SOCKET)
            (folder / ADDRESS).write_text(str(self._folder_elsewhere / SOCKET), encoding="utf-8")
            return listener

    def _is_ours(self) -> bool:
        """Whether another process has not taken this path over, after the home was moved away under this one."""
        try:
            return os.path.samestat((self._home / FOLDER).stat(), os.fstat(self._folder))
        except OSError:
            return False

    def _serve(self) -> None:
        assert self._listener is not None
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._closing.wait(1):  # else this process has too many files open at the moment
                    return
                continue
            with connection:
                try:
                    connection.settimeout(TIME_TO_ASK)
                    reply = self._reply(_read_line(connection))
                    connection.settimeout(TIME_TO_ASK)
                    connection.sendall(json.dumps(reply).encode() + b"\n")
                except OSError as error:
                    log.warning("an operator's command was broken off: %s", one_line(error))

    def _reply(self, line: bytes) -> Mapping[str, Any]:
        try:
            request = json.loads(line)
            command, arguments, home = request["command"], dict(request["arguments"]), request["home"]
        except (ValueError, KeyError, TypeError):
            return {"error": "control: the request is not understood; use the `arena` command of the same version"}
        if home != _identity(self._home):
            return {"other_home": True}
        handler = self._handlers.get(command)
        if handler is None:
            return {"error": f"control: {command!r} is unknown to the running arena; restart it with this version"}
        try:
            answer = handler(arguments)
            log.info("carried out: %s", command)
        except ArenaError as error:
            return {"error": str(error)}
        except Exception:
            log.exception("%s failed", command)
            return {"error": f"{command}: failed in the running arena; the reason stands in {self._home / 'logs'}"}
        else:
            return {"answer": answer}


def ask(home: Path, command: str, arguments: Mapping[str, Any]) -> Answer | None:
    """Have the process that holds this home carry a command out; None where no process listens.

    Raises:
        ArenaError: the command failed, or the process ended meanwhile.
    """
    try:
        connection = _connection(home)
    except OSError:
        return None
    request = {"command": command, "arguments": dict(arguments), "home": _identity(home)}
    with connection:
        try:
            connection.settimeout(TIME_TO_ASK)
            connection.sendall(json.dumps(request).encode() + b"\n")
            connection.settimeout(TIME_TO_ANSWER)
            reply = json.loads(_read_line(connection))
        except (OSError, ValueError) as error:
            raise ArenaError(f"{command}: the running arena gave no answer ({one_line(error)}); look into its log") from error
    if "error" in reply:
        raise ArenaError(reply["error"])
    return reply.get("answer")


def _unix_socket() -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("Python has no Unix sockets on this system")
    return socket.socket(socket.AF_UNIX)


def _bound(path: Path) -> socket.socket:
    listener = _unix_socket()
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _connection(home: Path) -> socket.socket:
    address = home / FOLDER / ADDRESS
    path = address.read_text(encoding="utf-8") if address.exists() else str(home / FOLDER / SOCKET)
    connection = _unix_socket()
    try:
        connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(folder: Path) -> list[int]:
    """Tells a folder from its copy: a copied home has the address of the other's socket, too."""
    found = folder.stat()
    return [found.st_dev, found.st_ino]


def _read_line(connection: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the line breaks off")
        line += part
        if len(line) > LONGEST_LINE:
            raise ConnectionError(f"the line has more than {LONGEST_LINE} bytes")
    return bytes(line)
