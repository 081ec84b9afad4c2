"""The arena's memory in DuckDB; the only place with SQL, apart from the views of suites."""

from arena.store.records import (
    SEATS,
    Acknowledged,
    BattleRecord,
    EloRule,
    OutcomeRecord,
    PlayedBy,
    Rate,
    ReplyRecord,
    Result,
    Seat,
    Tally,
    Vote,
    discordant_units,
    now,
    solved_by_task,
    task_units,
    vote_agrees,
)
from arena.store.store import Store

__all__ = [
    "SEATS",
    "Acknowledged",
    "BattleRecord",
    "EloRule",
    "OutcomeRecord",
    "PlayedBy",
    "Rate",
    "ReplyRecord",
    "Result",
    "Seat",
    "Store",
    "Tally",
    "Vote",
    "discordant_units",
    "now",
    "solved_by_task",
    "task_units",
    "vote_agrees",
]
