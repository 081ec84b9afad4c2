"""What works of the writer get: statements within one transaction, and a memory of what these do to the facts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import duckdb

T = TypeVar("T")
Row = Sequence[Any]
Rows = Mapping[str, Sequence[Row]]
"""Table -> rows that were appended to it, in their order; each has a value for every column."""


class Overwriting(NamedTuple):
    """A statement that changes facts or takes them away, by the name of its function."""

    name: str
    arguments: Sequence[Any]


Step = Rows | Overwriting


class Transaction:
    """Carries out statements at once. From what it remembers, another home can do the same to its own facts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        """For what shall not be remembered."""
        self.steps: list[Step] = []
        """In their order."""
        self._rows: defaultdict[str, list[Row]] | None = None

    def execute(self, statement: str, values: object = None) -> duckdb.DuckDBPyConnection:
        """Carry out a statement, as the connection does."""
        return self.connection.execute(statement, values)

    def remember(self, table: str, rows: Iterable[Row]) -> None:
        """Rows were appended."""
        if self._rows is None:
            self._rows = defaultdict(list)
            self.steps.append(self._rows)
        self._rows[table] += rows

    def overwrite(self, statement: Callable[..., T], *arguments: object) -> T:
        """Call a function of a module that changes facts, and remember it."""
        self.steps.append(Overwriting(statement.__name__, arguments))
        self._rows = None
        return statement(self, *arguments)


Connection = duckdb.DuckDBPyConnection | Transaction
"""Where statements go; inside a group of the writer it is a transaction."""


def appended(steps: Iterable[Step]) -> Rows:
    """All rows that steps append, whatever else they do."""
    together: defaultdict[str, list[Row]] = defaultdict(list)
    for step in steps:
        if not isinstance(step, Overwriting):
            for table, rows in step.items():
                together[table] += rows
    return together
