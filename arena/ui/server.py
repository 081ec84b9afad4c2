"""Serves an app on a port of this machine until Ctrl-C.

Gradio's own start asks itself for a page, through whatever proxy the environment names and with a deadline. This one listens
first, says so, and asks nobody.
"""

import gc
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from arena.errors import SettingsError
from arena.logs import is_json_on_terminal
from arena.ui.connections import BoundedConnection, connection_limit

WAITING_CONNECTIONS = 100
"""That the system keeps until they are taken; so many are taken in one go, before any can be refused."""
LAST_SECONDS = 2
"""How long what is under way may take to end after Ctrl-C."""


def run(app: ASGIApp, host: str, port: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C.

    Args:
        app: what answers.
        host: address to listen on.
        port: port to listen on.
        ready: called when requests are answered.

    Raises:
        SettingsError: nothing can listen there, or the app cannot start or go on.
    """
    # Who comes through a proxy is for the arena's settings to say. A malformed request is not our error.
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        lifespan="on",
        log_config=None if is_json_on_terminal() else LOGGING_CONFIG,
        log_level="error",
        access_log=False,
        proxy_headers=False,
    )
    BoundedConnection.limit = connection_limit()
    # Libraries, pages and the arena live as long as the server. Each full collection of garbage would look at all of them,
    # and every visitor would wait for those 0.4 s.
    gc.collect()
    gc.freeze()
    server = uvicorn.Server(config)
    with listening(host, port) as listener:
        # In a thread, so that a signal ends the wait below at once, whatever is under way.
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise SettingsError(f"port {port}: the server could not start; the lines above say why")
                sleep(0.01)
            ready()
            while thread.is_alive():  # an interrupted `join` would take the thread for ended
                sleep(0.1)
            raise SettingsError(f"port {port}: the server ended by itself; the lines above say why")
        except KeyboardInterrupt:
            pass
        finally:
            server.should_exit = True
            thread.join(LAST_SECONDS)


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
