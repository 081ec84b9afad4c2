"""The board as files for other programs: rows of JSON and of CSV, which say at which battle they stand."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from arena.battles.views import BoardRow, Leaderboard
from arena.tasks import TASKS

FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
"""How text begins that a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
COLUMNS = (
    *("rank", "rank_best", "rank_worst", "model", "revision", "contestant", "rating", "low", "high", "why_not_ranked", "elo"),
    *("battles", "pairs", "families", *(f"solved_{task}" for task in TASKS)),
    *("refusal_rate", "over_safety", "under_safety", "domain", "battle", "bounds_battle"),
)
"""Of the CSV file; others may follow them one day."""


def board_records(rows: Sequence[BoardRow], domain: str | None, battle: int, bounds_battle: int | None) -> list[dict[str, Any]]:
    """One record for each row.

    Args:
        rows: of the board, best first.
        domain: of which it is; None for all.
        battle: number of the last battle that is in it.
        bounds_battle: the same of intervals, bounds and ranks; None where there are none yet.
    """
    held = {"domain": domain, "battle": battle, "bounds_battle": bounds_battle}
    return [{**row.as_json(), "contestant": row.contestant.id, **held} for row in rows]


def records_of(board: Leaderboard, domain: str | None, battle: int) -> list[dict[str, Any]]:
    """The same for the board of a running arena."""
    return board_records(board.rows, domain, battle, board.bounds and board.bounds.battle)


def board_json(records: Sequence[dict[str, Any]]) -> str:
    """A list of objects, best first."""
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def board_csv(records: Sequence[dict[str, Any]]) -> str:
    """A table with a head, best first. No text in it begins as a formula does: it would have an apostrophe before it."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in _flat(record).items()} for record in records)
    return file.getvalue()


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    best, worst = record["rank_range"] or (None, None)
    solved = {f"solved_{task}": record["solved"].get(task) for task in TASKS}
    whole = {**record, **solved, "rank_best": best, "rank_worst": worst}
    return {name: whole[name] for name in COLUMNS}


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
