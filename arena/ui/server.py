"""Serves an app on a port of this machine until Ctrl-C.

Gradio's own start asks itself for a page, through whatever proxy the environment names and with a deadline. This one listens
first, says so, and asks nobody.
"""

import gc
from collections.abc import Callable
from threading import Thread
from time import sleep

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from arena.errors import SettingsError
from arena.logs import is_json_on_terminal
from arena.ui.connections import BoundedConnection, connection_limit
from arena.ui.listener import listening

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
