"""Rows as people and programs want them."""

import argparse
import csv
import math
import sys
from collections.abc import Sequence
from typing import Any

from arena.cli.console import LEFT, print_json, print_table, table

FORMATS = ("table", "md", "json", "csv")
SPARSE = ("slice", "threshold", "reader")
"""Columns that people are shown only where something stands in them."""

EXACT = 1e-12
"""How far sums of fractions may stay behind the 1 that they are."""

Row = dict[str, Any]


def add_format(command: argparse.ArgumentParser) -> None:
    """Let the command be told how to print."""
    command.add_argument("--format", choices=FORMATS, default="table", help="default: %(default)s")


def print_rows(rows: Sequence[Row], form: str, columns: Sequence[str]) -> None:
    """Print rows in one of `FORMATS`: all of each for programs, the columns named for people."""
    if form == "json":
        print_json(rows)
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        filled = [name for name in columns if name not in SPARSE or any(row[name] for row in rows)]
        heads = [f"{name[:1].upper()}{name[1:]}".replace("_", " ") for name in filled]
        lines = [[_shown(row[name]) for name in filled] for row in rows]
        _print_table(heads, lines) if form == "table" else _print_markdown(heads, lines)


def _print_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    printed = table(*heads)
    for line in lines:
        printed.add_row(*line)
    print_table(printed)


def _print_markdown(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    rule = ["---" if head in LEFT else "---:" for head in heads]
    for line in (heads, rule, *lines):
        print(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |")  # noqa: T201


def _shown(value: float | str | None) -> str:
    if value is None:
        return "–"
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """A number to three decimals. What lies between 0 and 1 is never rounded to either, and what lies below 0 as little.

    An upper limit of 0.9999988 is no certainty, and a lower one of 1e-7 no zero.
    """
    size, side, other = (value, "<", ">") if value >= 0 else (-value, ">", "<")
    sign = "" if value >= 0 else "-"
    if 0 < size < 0.001:
        return f"{side} {sign}0.001"
    if 0.999 < size < 1 and not math.isclose(size, 1, rel_tol=EXACT):
        return f"{other} {sign}0.999"
    return f"{value + 0.0:.3f}"
