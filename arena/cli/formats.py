"""Rows as people and programs want them."""

import argparse
import csv
import sys
from collections.abc import Sequence
from typing import Any

from arena.cli.console import LEFT, console, print_json, table

FORMATS = ("table", "md", "json", "csv")
SPARSE = ("slice", "threshold")
"""Columns that people are shown only where something stands in them."""

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
        heads = [name.capitalize().replace("_", " ") for name in filled]
        lines = [[_shown(name, row[name]) for name in filled] for row in rows]
        _print_table(heads, lines) if form == "table" else _print_markdown(heads, lines)


def _print_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    printed = table(*heads)
    for line in lines:
        printed.add_row(*line)
    console().print(printed, highlight=False)


def _print_markdown(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    rule = ["---" if head in LEFT else "---:" for head in heads]
    for line in (heads, rule, *lines):
        print(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |")  # noqa: T201


def _shown(column: str, value: float | str | None) -> str:
    if value is None:
        return "–"
    if column == "p_value" and isinstance(value, float) and value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
