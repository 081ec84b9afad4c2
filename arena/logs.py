"""The log of a running arena: one line an event in ARENA_HOME/logs, tracebacks there and nowhere else.

At INFO no line may name a contestant: until a battle is judged, nothing that tells who plays leaves the server.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from arena.errors import SettingsError

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_log(home: Path) -> Path:
    """Send the arena's log to a rotating file under `home`, and say where it is.

    Raises:
        SettingsError: no file can be written there.
    """
    path = home / "logs" / "arena.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"ARENA_HOME: {path} cannot be written ({error.strerror}); choose another folder") from error
    handler.setFormatter(logging.Formatter(FORMAT))
    logger = logging.getLogger("arena")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    for old in logger.handlers[:]:
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    return path
