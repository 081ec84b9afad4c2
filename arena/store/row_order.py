"""Writing a table anew with its rows in the order of a column, however large it is."""

# ruff: noqa: S608 - statements are put together from names of ours, values are always parameters

import duckdb

CHUNK = 1_000_000
"""Rows that are put in order at a time: so many fit into the memory that the database may use."""


def put_in_order(connection: duckdb.DuckDBPyConnection, table: str, column: str, chunk: int = CHUNK) -> None:
    """Let the rows of a table lie in the order of a column of words; those with the same word keep their order.

    Args:
        connection: in a transaction.
        table: of `arena`.
        column: of the table.
        chunk: about how many rows are put in order at a time.
    """
    if not connection.execute(f"SELECT 1 FROM arena.{table} LIMIT 1").fetchall():
        return
    connection.execute(f"CREATE TABLE arena.ordered AS FROM arena.{table} LIMIT 0")
    for name in _columns_never_null(connection, table):
        connection.execute(f"ALTER TABLE arena.ordered ALTER COLUMN {name} SET NOT NULL")
    last = None
    for bound in [*_bounds(connection, table, column, chunk), None]:
        connection.execute(
            f"""
            INSERT INTO arena.ordered SELECT * FROM arena.{table}
            WHERE ($last IS NULL OR {column} > $last) AND ($bound IS NULL OR {column} <= $bound) ORDER BY {column}, rowid
            """,
            {"last": last, "bound": bound},
        )
        last = bound
    connection.execute(f"DROP TABLE arena.{table}")
    connection.execute(f"ALTER TABLE arena.ordered RENAME TO {table}")


def _columns_never_null(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = connection.execute(
        """
        SELECT column_name FROM duckdb_columns()
        WHERE database_name = 'arena' AND table_name = ? AND NOT is_nullable ORDER BY column_index
        """,
        [table],
    ).fetchall()
    return [name for (name,) in rows]


def _bounds(connection: duckdb.DuckDBPyConnection, table: str, column: str, chunk: int) -> list[str]:
    """Words between which about so many rows lie, in their order; none where all of them fit."""
    ((rows,),) = connection.execute(f"SELECT count(*) FROM arena.{table}").fetchall()
    if rows <= chunk:
        return []
    parts = rows // chunk + 1
    sample = f"SELECT {column} AS word FROM arena.{table} USING SAMPLE reservoir({min(rows, 100 * parts)} ROWS) REPEATABLE (1)"
    words = [word for (word,) in connection.execute(f"FROM ({sample}) ORDER BY word").fetchall()]
    return sorted({words[len(words) * part // parts] for part in range(1, parts)})
