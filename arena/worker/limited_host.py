"""A worker of an evaluation for a model of others: the process with limits; see `arena.worker.limited_worker`.

`python -m arena.worker.limited_host DESCRIPTOR` takes orders and questions from the socket, from the process that began it,
which it trusts. What it gives back is JSON: that process must not trust what comes from beside a model of others.
"""

import json
import pickle
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from arena.evaluation.workers import ModelHost, Returned
from arena.probes import Reply

LENGTH = struct.Struct(">Q")


def main(descriptor: int) -> int:
    """Serve until whoever asks is gone."""
    connection, host = socket.socket(fileno=descriptor), ModelHost()
    while (message := receive(connection)) is not None:
        method, argument = pickle.loads(message)  # noqa: S301 - from the process that began this one
        send(connection, json.dumps(_told(method, getattr(host, method)(argument))).encode())
    return 0


def send(connection: socket.socket, message: bytes) -> None:
    """Send one message.

    Raises:
        OSError: nobody is there.
    """
    connection.sendall(LENGTH.pack(len(message)))
    connection.sendall(message)


def receive(connection: socket.socket, most: int | None = None) -> bytes | None:
    """The next message; None where nobody is there any more.

    Args:
        connection: to whoever sends.
        most: bytes that it may have.

    Raises:
        OSError: the connection is broken.
        ValueError: it has more.
    """
    header = _receive(connection, LENGTH.size)
    if header is None:
        return None
    (length,) = LENGTH.unpack(header)
    if most is not None and length > most:
        raise ValueError(f"a message of {length} bytes")
    return _receive(connection, length)


def _receive(connection: socket.socket, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(min(count - len(data), 2**20))
        if not part:
            return None
        data += part
    return bytes(data)


def _told(method: str, returned: Returned) -> dict[str, Any]:
    if returned.error is not None:
        return {"error": str(returned.error), "memory": isinstance(returned.error, MemoryError)}
    if method == "load":
        capabilities, memory = returned.value
        return {"capabilities": asdict(capabilities), "memory_bytes": memory}
    return {"replies": _replies(returned.value)}


def _replies(replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """What a model that runs here fills in."""
    return [
        {
            "text": one.text,
            "logprobs": one.logprobs,
            "error": one.error,
            "not_applicable": one.not_applicable,
            "finished": one.finished,
            "tokens": one.tokens,
            "permanent": one.permanent,
        }
        for one in replies
    ]


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1])))
