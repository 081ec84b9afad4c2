"""Contestants that could not answer in battles, and why: for whoever runs the arena. No page and no endpoint tells it.

One failed question voids a battle, so that nothing is judged by whoever reads here who it was; who answers is not told here.
"""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from arena.battles.lineup import Lineup
from arena.battles.playing import Asks
from arena.contestants import Contestant
from arena.probes import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelFailure:
    """What one contestant could not answer since the arena was opened."""

    contestant: Contestant
    questions: int
    """How many; 0 where its model could not be loaded, and it plays no battle."""
    reason: str
    """The last one, in one line that does not name the contestant."""

    def __str__(self) -> str:
        what = f"failed on {self.questions} of its questions" if self.questions else "plays no battle"
        return f"{self.contestant.repository}: {what}: {self.reason}"


class Failures:
    """Who could not answer in battles. Any thread may call it."""

    def __init__(self, lineup: Lineup, models: Asks) -> None:
        """Begin with nothing.

        Args:
            lineup: who takes part.
            models: who knows which of them cannot be loaded.
        """
        self._lineup = lineup
        self._models = models
        self._in_battles: dict[str, ModelFailure] = {}
        self._lock = threading.Lock()

    def add(self, battle_id: str, contestant_id: str, replies: Iterable[Reply]) -> None:
        """Count what failed of one seat's replies, and tell the log."""
        errors = [reply.error for reply in replies if reply.error is not None]
        if not errors:
            return
        failure = self._failure(contestant_id, len(errors), errors[-1])
        log.warning("battle %s is void: %s", battle_id, failure)
        with self._lock:
            before = self._in_battles.get(contestant_id)
            questions = failure.questions + (before.questions if before else 0)
            self._in_battles[contestant_id] = replace(failure, questions=questions)

    def all(self) -> list[ModelFailure]:
        """Everybody who failed in a battle, or cannot be asked now."""
        unable = {
            name: self._failure(name, 0, reason) for name, reason in self._models.failed().items() if name in self._lineup
        }
        with self._lock:
            return list({**unable, **self._in_battles}.values())

    def _failure(self, contestant_id: str, questions: int, error: str) -> ModelFailure:
        contestant = self._lineup.ever[contestant_id]
        return ModelFailure(contestant, questions, error.removeprefix(f"{contestant.repository}: "))
