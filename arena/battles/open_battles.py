"""Battles that are drawn but not stored yet. Only the server knows who sits where."""

import threading
from datetime import datetime

from arena import method
from arena.battles.matchmaking import Meeting
from arena.battles.playing import Played
from arena.battles.scoring import judge, result_of
from arena.pairs import MinimalPair
from arena.store import BattleRecord, PlayedBy, new_battle_id, now

MOST = 2_000
"""Battles opened but not played to the end; the oldest are forgotten first."""


class OpenBattle:
    """A battle that is drawn but not stored yet."""

    def __init__(self, pair: MinimalPair, meeting: Meeting, played_by: PlayedBy) -> None:
        self.pair = pair
        self.meeting = meeting
        self.played_by: PlayedBy = played_by
        self.seats = (meeting.seat_a, meeting.seat_b)
        self.opened_at = now()
        self.playing = threading.Lock()

    def span(self, played: Played) -> tuple[datetime, datetime]:
        """From when to when it was played. Replies are looked up in between, so a clock that was set back must hide none."""
        moments = [self.opened_at, now(), *(record.asked_at for record in played.fresh)]
        return min(moments), max(moments)

    def record(self, battle_id: str, played: Played, played_at: datetime) -> BattleRecord:
        """What is stored of it once it is played."""
        probes = [probe for task in played.probes.values() for probe in task]
        outcomes = judge("a", probes, played.replies[0]) + judge("b", probes, played.replies[1])
        return BattleRecord(
            id=battle_id,
            pair_id=self.pair.id,
            seats=self.seats,
            draw_probability=self.meeting.probability,
            played_by=self.played_by,
            result=result_of(outcomes),
            method_version=method.VERSION,
            outcomes=outcomes,
            played_at=played_at,
        )


class OpenBattles:
    """Those of an arena, by their ids. Any number of threads may call it."""

    def __init__(self) -> None:
        self._battles: dict[str, OpenBattle] = {}
        self._lock = threading.Lock()

    def add(self, battle: OpenBattle) -> str:
        """Its id from now on."""
        battle_id = new_battle_id(battle.opened_at)
        with self._lock:
            self._battles[battle_id] = battle
            while len(self._battles) > MOST:
                self._battles.pop(next(iter(self._battles)))
        return battle_id

    def get(self, battle_id: str) -> OpenBattle | None:
        """One that is still open."""
        return self._battles.get(battle_id)

    def close(self, battle_id: str) -> None:
        """Forget one that is stored."""
        self._battles.pop(battle_id, None)
