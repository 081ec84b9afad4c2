"""Rows on their way into tables."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from arena.store.records import OutcomeRecord
from arena.store.transaction import Connection, Row, Transaction

T = TypeVar("T")


def append(connection: Connection, table: str, rows: Sequence[Row]) -> int:
    """Append rows with one statement, and say how many. One list a column is seven times as fast as one execution a row."""
    if rows:
        columns = columns_of(rows)
        slots = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"INSERT INTO arena.{table} SELECT {slots}", columns)
        if isinstance(connection, Transaction):
            connection.remember(table, rows)
    return len(rows)


def overwrite(connection: Connection, statement: Callable[..., T], *arguments: object) -> T:
    """Call a function of a module that changes facts; a transaction remembers it."""
    if isinstance(connection, Transaction):
        return connection.overwrite(statement, *arguments)
    return statement(connection, *arguments)


def columns_of(rows: Sequence[Row]) -> list[list[Any]]:
    """The values of each column."""
    return [list(column) for column in zip(*rows, strict=True)]


def select_within(connection: Connection, query: str, ids: Iterable[str]) -> list[tuple[Any, ...]]:
    """The rows of a query with one condition `{}` on a column that must have one of these ids.

    Rows that lie in the order of this column are skipped without a look outside the least and the greatest id.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return []
    if len(wanted) == 1:
        return connection.execute(query.format("= ?"), wanted).fetchall()
    within = "BETWEEN ? AND ? AND {column} IN (SELECT unnest(?::VARCHAR[]))"
    column = query.split("{}", maxsplit=1)[0].rsplit(maxsplit=1)[-1]
    return connection.execute(query.format(within.format(column=column)), [wanted[0], wanted[-1], wanted]).fetchall()


def has_row(connection: Connection, table: str, **values: object) -> bool:
    """Whether a table has a row with these values: what a process asks twice, as its owner ended meanwhile, is kept once."""
    wanted = " AND ".join(f"{column} = ?" for column in values)
    found = connection.execute(f"SELECT 1 FROM arena.{table} WHERE {wanted} LIMIT 1", list(values.values()))  # noqa: S608 - names are ours
    return found.fetchone() is not None


def values_in(connection: Connection, table: str, column: str, values: Iterable[str]) -> set[str]:
    """Which of the values the column of the table has."""
    query = f"SELECT {column} FROM arena.{table} WHERE {column} {{}}"  # noqa: S608 - names are ours
    return {value for (value,) in select_within(connection, query, values)}


def as_logprobs(stored: list[float | None] | None) -> tuple[float, ...] | None:
    """Log-probabilities as they were given: the Python client of DuckDB writes NaN in a list as NULL."""
    return None if stored is None else tuple(math.nan if value is None else value for value in stored)


def judged_row(judged: OutcomeRecord) -> Row:
    """What is kept of an outcome, without its battle and seat."""
    return (judged.task, judged.cell, judged.probe_key, judged.outcome.value, judged.expected, judged.read_by)


def utc(moment: datetime) -> datetime:
    """The moment as tables keep it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    """The moment as a table had it, saying again that it is in UTC."""
    return moment.replace(tzinfo=UTC)
