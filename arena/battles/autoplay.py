"""Battles that the arena plays by itself while nobody waits, so that boards fill."""

import logging
import threading
from collections.abc import Container

from arena.battles.host import Arena
from arena.errors import StorePaused

log = logging.getLogger(__name__)

QUIET = 5.0
"""Seconds without a visitor before the arena plays for itself."""
PAUSE = 0.2
"""Seconds between two battles of its own, so that a visitor who comes in finds the models free."""
DONE = 60.0
"""Seconds to wait when everybody has met everybody on every pair, or when something failed."""


class Autoplay:
    """A thread that plays battles nobody has asked for. It steps aside for visitors and never repeats a battle."""

    def __init__(self, arena: Arena, *, without: Container[str] = (), quiet: float = QUIET, pause: float = PAUSE) -> None:
        """Nothing is played yet.

        Args:
            arena: whose battles it plays.
            without: ids of contestants that it leaves alone.
            quiet: seconds without a visitor before it plays.
            pause: seconds between two battles.
        """
        self._arena = arena
        self._without = without
        self._quiet = quiet
        self._pause = pause
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="autoplay", daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the battle under way and stop. Safe to call twice."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait = self._pause
        while not self._stopped.wait(wait):
            since_visit = self._arena.seconds_since_visit()
            wait = max(self._quiet - since_visit, self._pause)
            if since_visit >= self._quiet:
                wait = self._pause if self._play() else DONE

    def _play(self) -> bool:
        """Whether to go on at once. A void battle is no reason to: what failed will fail again."""
        try:
            return self._arena.play_unmet(self._without) not in (None, "void")
        except StorePaused as paused:
            log.info("autoplay: %s", paused)
            return False
        except Exception:
            log.exception("autoplay: a battle failed")
            return False
