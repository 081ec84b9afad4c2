"""A port of this machine, taken."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from arena.errors import SettingsError

WAITING_CONNECTIONS = 100
"""That the system keeps until they are taken; so many are taken in one go, before any can be refused."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens, so that no request is lost from the moment on that the port is taken."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        both = family == socket.AF_INET6 and host == "::" and socket.has_dualstack_ipv6()
        listener = socket.create_server(address, family=family, backlog=WAITING_CONNECTIONS, dualstack_ipv6=both)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise SettingsError(
            f"port {port} of {host}: cannot be opened ({reason}); choose another with --port or --host"
        ) from error
    with listener:
        # Connections take this over. Otherwise small answers wait for the other side to confirm their heads, for some 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
