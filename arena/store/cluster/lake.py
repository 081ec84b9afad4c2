"""The lake: the facts of an arena as open tables of Parquet, for new machines, for analysis and for backups.

It trails the shared log. How far it is stands in the lake itself, in the same snapshot as the facts, so a commit is in it once
or not at all, whoever is killed meanwhile.
"""

# ruff: noqa: S608 - statements are put together from names of ours, values are always parameters

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import duckdb

from arena.errors import StoreError, one_line
from arena.store.cluster.shared_log import Commit, SharedLog
from arena.store.cluster_address import ClusterAddress
from arena.store.database import transaction
from arena.store.fact_rows import FACTS, Types, column_types, decode, erases, insert, overwritten_tables
from arena.store.transaction import Step, appended

SCHEMA = "arena_lake"
"""Where PostgreSQL keeps the catalog."""
MOST_COMMITS = 5_000
"""That are put into the lake at once."""
KEPT_IN_LOG = "1 hour"
"""How long commits stay in the log though they are in the lake: so long a machine may be away and go on with its home."""
KEPT_SNAPSHOTS = "1 day"


def attach(connection: duckdb.DuckDBPyConnection, address: ClusterAddress) -> None:
    """Make the lake known to the connection, as `lake`. Extensions come from installed packages; nothing is fetched.

    Raises:
        StoreError: a package is missing, or the lake cannot be used.
    """
    _load(connection, "postgres_scanner", "ducklake")
    if address.is_bucket:
        _load(connection, "httpfs")
        _let_into_bucket(connection, os.environ)
    try:
        postgres, data = (value.replace("'", "''") for value in (address.postgres, f"{address.data_path}/lake/"))
        connection.execute(
            f"ATTACH 'ducklake:postgres:{postgres}' AS lake "
            f"(DATA_PATH '{data}', METADATA_SCHEMA '{SCHEMA}', DATA_INLINING_ROW_LIMIT 0)"
        )
    except duckdb.Error as error:
        raise StoreError(f"ARENA_DATA_PATH: {address.data_path} cannot be used ({one_line(error)})") from error


def found(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the lake with the facts of a home, as they stand before the first commit of the log."""
    with transaction(connection):
        for table in FACTS:
            connection.execute(f"DROP TABLE IF EXISTS lake.{table}")  # of a machine that was killed here
            connection.execute(f"CREATE TABLE lake.{table} AS SELECT * FROM arena.{table}")
        connection.execute("DROP TABLE IF EXISTS lake.archived")
        connection.execute("CREATE TABLE lake.archived AS SELECT 0::BIGINT AS place")


def bring_up_to_date(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the tables of the lake what tables and columns the schema has now."""
    with transaction(connection):
        for table in FACTS:
            connection.execute(f"CREATE TABLE IF NOT EXISTS lake.{table} AS SELECT * FROM arena.{table} LIMIT 0")
            for name, kind in connection.execute(_MISSING_COLUMNS, {"table": table}).fetchall():
                connection.execute(f"ALTER TABLE lake.{table} ADD COLUMN {name} {kind}")


_MISSING_COLUMNS = """
    SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'arena' AND table_name = $table
      AND column_name NOT IN (SELECT column_name FROM duckdb_columns() WHERE database_name = 'lake' AND table_name = $table)
    ORDER BY column_index
"""


def fill(connection: duckdb.DuckDBPyConnection, arena: str) -> None:
    """Fill the empty database of a new machine with the facts of the lake; the log has the rest."""
    with transaction(connection):
        for table in FACTS:
            connection.execute(f"INSERT INTO arena.{table} BY NAME SELECT * FROM lake.{table} ORDER BY rowid")
        connection.execute("INSERT INTO arena.followed VALUES (?, ?)", [arena, archived(connection)])


def archived(connection: duckdb.DuckDBPyConnection) -> int:
    """Place of the last commit that the lake has."""
    ((place,),) = connection.execute("SELECT place FROM lake.archived").fetchall()
    return place


def archive(connection: duckdb.DuckDBPyConnection, log: SharedLog, limit: int = MOST_COMMITS) -> int:
    """Put commits into the lake that this home has followed, and say how many. Nobody else may do so meanwhile.

    A table of which something was overwritten is written anew from this home, which has all facts, too: then neither the files
    nor the catalog say any more what stood there.
    """
    types = column_types(connection)
    with transaction(connection):
        ((followed,),) = connection.execute("SELECT place FROM arena.followed").fetchall()
        after = archived(connection)
        commits = log.news(after, min(limit, followed - after)) if followed > after else []
        steps = _steps(commits)
        if overwritten := overwritten_tables(steps):  # the home is as of its last commit, so all others have to be
            rest = log.news(commits[-1].place, followed - commits[-1].place)
            commits, steps = commits + rest, steps + _steps(rest)
            overwritten = overwritten_tables(steps)
        if not commits:
            return 0
        _move(connection, steps, overwritten, types)
        connection.execute("UPDATE lake.archived SET place = ?", [commits[-1].place])
    if erases(steps):
        _forget_old(connection)
        log.cut(commits[-1].place, "0 s")
        log.forget_deleted()
    else:
        log.cut(commits[-1].place, KEPT_IN_LOG)
    return len(commits)


def keep_tidy(connection: duckdb.DuckDBPyConnection) -> None:
    """Few large files, and the snapshots of a day."""
    connection.execute("CALL ducklake_merge_adjacent_files('lake')")
    connection.execute(f"CALL ducklake_expire_snapshots('lake', older_than => now() - INTERVAL '{KEPT_SNAPSHOTS}')")
    connection.execute(f"CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL '{KEPT_SNAPSHOTS}')")


def _move(connection: duckdb.DuckDBPyConnection, steps: Iterable[Step], overwritten: set[str], types: Types) -> None:
    for table, rows in appended(steps).items():
        if table not in overwritten:
            insert(connection, f"lake.{table}", rows, types[table])
    for table in overwritten:
        connection.execute(f"CREATE TABLE lake.anew AS SELECT * FROM arena.{table}")
        connection.execute(f"DROP TABLE lake.{table}")
        connection.execute(f"ALTER TABLE lake.anew RENAME TO {table}")


def _forget_old(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave no older snapshot, and none of their files."""
    connection.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")
    connection.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")


def _steps(commits: Iterable[Commit]) -> list[Step]:
    return [step for commit in commits for step in decode(commit.steps)]


def _load(connection: duckdb.DuckDBPyConnection, *extensions: str) -> None:
    for name in extensions:
        package = find_spec(f"duckdb_extension_{name}")
        folder = Path(package.origin or "").parent if package else Path()
        files = list(folder.glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension")) if package else []
        if not files:
            raise StoreError(
                f"ARENA_DATABASE: needs duckdb-extension-{name.replace('_', '-')} for DuckDB {duckdb.__version__}; install the "
                "extra `cluster`: pip install 'minimal-pair-arena[cluster]'"
            )
        connection.execute(f"LOAD '{files[0]}'")


def _let_into_bucket(connection: duckdb.DuckDBPyConnection, environment: Mapping[str, str]) -> None:
    """By the variables that every client of S3 reads."""
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        raise StoreError("ARENA_DATA_PATH: a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set both")
    options = {"KEY_ID": key, "SECRET": secret, "REGION": environment.get("AWS_REGION") or "us-east-1"}
    if token := environment.get("AWS_SESSION_TOKEN"):
        options["SESSION_TOKEN"] = token
    quoted = [f"{name} '{value.replace(chr(39), chr(39) * 2)}'" for name, value in options.items()]
    if address := environment.get("AWS_ENDPOINT_URL"):
        scheme, _, host = address.partition("://")
        quoted += [f"ENDPOINT '{host.rstrip('/')}'", "URL_STYLE 'path'", f"USE_SSL {str(scheme == 'https').lower()}"]
    connection.execute(f"CREATE OR REPLACE TEMPORARY SECRET arena (TYPE s3, {', '.join(quoted)})")
