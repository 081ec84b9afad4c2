"""Battles: a pair, two anonymous contestants, their outcomes, the result; and the board that they add up to."""

from arena.battles.host import Arena
from arena.battles.memorisation import MemorisationRow, read_day
from arena.battles.pair_choice import FRESH
from arena.battles.snapshots import Snapshot
from arena.battles.views import (
    CHANCES,
    SKIP,
    VOTES,
    Answer,
    AsOf,
    BattleFilter,
    BattleView,
    BoardRow,
    Leaderboard,
    Reveal,
    Round,
    SeatReveal,
)

__all__ = [
    "CHANCES",
    "FRESH",
    "SKIP",
    "VOTES",
    "Answer",
    "Arena",
    "AsOf",
    "BattleFilter",
    "BattleView",
    "BoardRow",
    "Leaderboard",
    "MemorisationRow",
    "Reveal",
    "Round",
    "SeatReveal",
    "Snapshot",
    "read_day",
]
