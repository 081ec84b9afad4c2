"""Facts on their way to another home: what a transaction did to them as JSON, and doing the same elsewhere."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import duckdb

from arena.store.answers import remove_readings
from arena.store.erasure import overwrite_voter
from arena.store.keys import key_of
from arena.store.rows import append, columns_of, values_in
from arena.store.settlements import no_longer_wait
from arena.store.submission_facts import overwrite_submitter
from arena.store.takedown_facts import overwrite_subjects
from arena.store.transaction import Overwriting, Row, Rows, Step

FACTS = (
    *("pairs", "contestants", "replies", "battles", "judgements", "votes", "settlements", "rereadings"),
    *("questions", "readings", "evaluations", "evaluation_ends", "labels"),
    *("generations", "reviews", "retirements", "image_hashes", "takedowns", "erased_pictures", "reports"),
    *("submissions", "submission_events", "submission_blocks", "submission_pauses"),
)
"""Tables of facts. The others are derived, or tell of one home alone."""
STATEMENTS: Mapping[Callable[..., object], tuple[str, ...]] = {
    remove_readings: ("readings",),
    overwrite_voter: ("votes",),
    overwrite_submitter: ("submissions", "submission_events"),
    overwrite_subjects: ("replies", "pairs", "generations", "reports", "image_hashes"),
}
"""Statement that overwrites facts -> the tables that it changes."""
BY_NAME = {statement.__name__: statement for statement in STATEMENTS}
Types = Mapping[str, Sequence[str]]
"""Table -> the type of each column."""


def encode(steps: Iterable[Step]) -> str:
    """Steps as text, without what each machine derives by itself; empty where nothing is left."""
    facts: list[Any] = []
    for step in steps:
        if isinstance(step, Overwriting):
            facts.append(list(step))
        elif rows := {table: step[table] for table in step if table in FACTS}:
            facts.append(rows)
    return json.dumps(facts, default=lambda moment: moment.isoformat(), separators=(",", ":")) if facts else ""


def decode(text: str) -> list[Step]:
    """The steps that a text says; moments stay as they are written."""
    return [step if isinstance(step, dict) else Overwriting(*step) for step in json.loads(text)]


def column_types(connection: duckdb.DuckDBPyConnection) -> Types:
    """Of all tables of a home."""
    return dict(
        connection.execute("""
            SELECT table_name, list(data_type ORDER BY column_index) FROM duckdb_columns()
            WHERE database_name = 'arena' GROUP BY table_name
        """).fetchall()
    )


def carry_out(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step], types: Types) -> None:
    """Do to the facts of a home what was done to those of another, with what works read of derived tables."""
    waiting: dict[str, list[Row]] = {}
    for step in steps:
        if isinstance(step, Overwriting):
            _append(connection, waiting, types)
            waiting = {}
            BY_NAME[step.name](connection, *step.arguments)
        else:
            for table, rows in step.items():
                waiting.setdefault(table, []).extend(rows)
    _append(connection, waiting, types)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row], types: Sequence[str]) -> None:
    """Append rows that were decoded. Columns that were added since they were written are NULL.

    Args:
        connection: in a transaction.
        table: with its catalog.
        rows: in their order.
        types: of the columns.
    """
    columns = columns_of(rows)
    columns += [[None] * len(rows)] * (len(types) - len(columns))
    slots = ", ".join(f"unnest(?::{'VARCHAR' if kind in ('TIMESTAMP', 'DATE') else kind}[])::{kind}" for kind in types)
    connection.execute(f"INSERT INTO {table} SELECT {slots}", columns)


def overwritten_tables(steps: Iterable[Step]) -> set[str]:
    """Tables of which something was overwritten."""
    names = {step.name for step in steps if isinstance(step, Overwriting)}
    return {table for name in names for table in STATEMENTS[BY_NAME[name]]}


def erases(steps: Iterable[Step]) -> bool:
    """Whether something was overwritten because nobody shall read it any more."""
    return any(isinstance(step, Overwriting) and step.name != remove_readings.__name__ for step in steps)


def _append(connection: duckdb.DuckDBPyConnection, rows: Rows, types: Types) -> None:
    for table, new in rows.items():
        insert(connection, f"arena.{table}", new, types[table])
    _list_waiting(connection, rows)
    lasting = [row for row in rows.get("replies", ()) if row[5] is None and not row[12]]
    append(connection, "reply_keys", [(key_of(row[0], row[1]), row[7]) for row in lasting])


def _list_waiting(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Versions of the method, and battles that wait for a vote."""
    battles = rows.get("battles", ())
    methods = {row[8] for row in battles}
    append(connection, "methods", [(one,) for one in methods - values_in(connection, "methods", "version", methods)])
    append(connection, "unjudged", [(row[0], row[1], row[9]) for row in battles if row[6] == "visitor"])
    if settled := [row[0] for row in rows.get("settlements", ())]:
        no_longer_wait(connection, settled)
