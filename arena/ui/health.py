"""Whether the arena can do what it is for, as `/healthz` tells whatever watches over it. It names nobody who plays."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from arena.battles import Arena
from arena.errors import StoreError
from arena.store.keeper import SaveStatus

SECONDS = 1.0
"""For which a look counts: anybody may ask, as often as they want to."""
FEWEST = 2
"""Contestants of a battle."""
OK = "ok"
GONE = "its files were deleted, moved or replaced, or it does not answer; the log says more"
"""Told to anybody, so it names no file."""


Saves = Callable[[], SaveStatus | None]
"""Looks at what is saved; None where nothing is to be saved."""


@dataclass(frozen=True)
class Health:
    """One look at the arena."""

    reasons: tuple[str, ...]
    """Why no battle can be played or kept, a line each; empty where both can be."""
    database: str
    """`OK`, or what is wrong with it."""
    models: str
    """`OK`, or that too few can be asked."""
    contestants: int
    """How many take part."""
    able: int
    """How many of them can be asked, now or once their models are loaded."""
    loaded: int
    """Whose models are in memory here."""
    saves: SaveStatus | None = None

    @property
    def is_ready(self) -> bool:
        """Whether battles can be played and kept."""
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """For anybody: how many can be asked is not told while there are enough, for who falls out might tell who plays."""
        told: dict[str, Any] = {
            "status": "ready" if self.is_ready else "not ready",
            "reasons": list(self.reasons),
            "database": self.database,
            "models": self.models,
        }
        if self.saves is not None:
            told["unsaved"] = {"facts": self.saves.facts_waiting, "seconds": round(self.saves.age_seconds, 1)}
        return told


class HealthCheck:
    """Looks at an arena. Any thread may call it.

    Args:
        arena: the open arena.
        saves: looks at what is saved outside the home; None where nothing is.
        seconds: for which a look counts.
    """

    def __init__(self, arena: Arena, saves: Saves | None = None, seconds: float = SECONDS) -> None:
        self._arena = arena
        self._saves = saves
        self._seconds = seconds
        self._lock = threading.Lock()
        self._last: tuple[float, Health] | None = None

    def look(self) -> Health:
        """How the arena is, or was a moment ago. Who asks while another looks is told what was seen last."""
        if self._last is not None and self._is_fresh():
            return self._last[1]
        if self._lock.acquire(blocking=self._last is None):
            try:
                if self._last is None or not self._is_fresh():
                    self._last = time.monotonic(), self._look()
            finally:
                self._lock.release()
        assert self._last
        return self._last[1]

    async def answer(self, _request: Request) -> JSONResponse:
        """Tell it: with 200 where the arena is ready, and with 503 where it is not."""
        health = await run_in_threadpool(self.look)
        return JSONResponse(health.as_json(), 200 if health.is_ready else 503, {"Cache-Control": "no-store"})

    def _is_fresh(self) -> bool:
        return self._last is not None and time.monotonic() - self._last[0] <= self._seconds

    def _look(self) -> Health:
        database, saves = OK, None
        try:
            self._arena.store.check_home()
            saves = self._saves() if self._saves else None
        except StoreError:
            database = GONE
        present, able = len(self._arena.contestants), len(self._arena.able())
        models = OK if able >= FEWEST else f"{able} of {present} can be asked, and a battle needs {FEWEST}"
        reasons = [f"{what}: {state}" for what, state in (("database", database), ("models", models)) if state != OK]
        if saves is not None and (saves.read_only or saves.paused):
            reasons.append(f"saving: {saves.read_only or 'what is stored could not be saved for too long; the log says why'}")
        return Health(tuple(reasons), database, models, present, able, self._arena.loaded(), saves)
