"""Parquet files for others to read: rows out of the store, in nested columns."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from arena.errors import StoreError


def write_parquet(
    file: Path, columns: Mapping[str, str], rows: Iterable[Sequence[Any]], metadata: Mapping[str, str] | None = None
) -> None:
    """Write a file, row by row, so that memory holds few of them.

    Args:
        file: that does not exist yet.
        columns: name -> DuckDB type, such as `STRUCT(bytes BLOB, path VARCHAR)[]`.
        rows: their values, in that order; structs are dictionaries.
        metadata: key -> text, kept in the file for its readers.

    Raises:
        StoreError: it cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        try:
            with duckdb.connect(f"{scratch}/rows.duckdb") as connection:
                connection.execute(f"CREATE TABLE rows ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
                for row in rows:
                    connection.execute(f"INSERT INTO rows VALUES ({', '.join('?' * len(columns))})", list(row))  # noqa: S608
                notes = ", ".join(f"{key}: {_literal(text)}" for key, text in (metadata or {}).items())
                connection.execute(
                    f"COPY rows TO {_literal(str(file))} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{notes}}})"
                )
        except duckdb.Error as error:
            raise StoreError(f"{file}: cannot be written ({str(error).splitlines()[0]}); free some disk") from error


def read_parquet(file: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a file, these columns of each.

    Raises:
        StoreError: it cannot be read, or lacks a column.
    """
    try:
        with duckdb.connect() as connection:
            connection.execute(f"SELECT {', '.join(columns)} FROM read_parquet({_literal(str(file))})")  # noqa: S608
            while row := connection.fetchone():
                yield row
    except duckdb.Error as error:
        raise StoreError(f"{file}: cannot be read ({str(error).splitlines()[0]}); export it again") from error


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
