"""All facts of a home as files, and homes that are made of such files and of commits."""

# ruff: noqa: S608 - statements are put together from names of ours

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import duckdb

from arena.errors import StoreError
from arena.store import outbox_rows, rebuild
from arena.store.backup import DATABASE
from arena.store.database import CATALOG, open_database, transaction
from arena.store.derivation import derive
from arena.store.fact_rows import FACTS, carry_out, column_types, decode
from arena.store.file_database import FileDatabase
from arena.store.log_fold import copies_of
from arena.store.migrations import MIGRATIONS, migrate
from arena.store.outbox_rows import Place
from arena.store.picture_files import flush_folder
from arena.store.progress import Progress
from arena.store.records import EloRule
from arena.store.takedown_facts import SHOWN
from arena.store.transaction import Connection, Step, appended

RESTORES = "restore-"
"""How folders of a home begin in which its database is made."""
LOCK = "lock"
"""File in such a folder that its process holds."""
SCHEMA = MIGRATIONS[-1].__name__
"""Of this code."""


class Piece(NamedTuple):
    """A part of a history: all facts as of one commit, or some commits that follow."""

    schema: str
    """Name of the last step of the schema that wrote it."""
    last: Place
    files: Sequence[Path]
    """One for each table, named after it; or one of commits."""
    is_whole: bool


class Followed(NamedTuple):
    """Commits of another home."""

    file: Path
    last: Place


def write_all(connection: duckdb.DuckDBPyConnection, folder: Path) -> Place | None:
    """Write all facts, as of one moment, into one file for each table.

    Returns:
        The last commit; None for a home that is not saved.
    """
    with transaction(connection):
        state = outbox_rows.state(connection)
        if state is None:
            return None
        for table in FACTS:
            file = _quoted(folder / f"{table}.parquet")
            query = f"SELECT * FROM arena.{table} ORDER BY rowid"
            connection.execute(f"COPY ({query}) TO {file} (FORMAT parquet, COMPRESSION zstd)")
    return state.last


def pictures_named(connection: Connection) -> set[str]:
    """Digests of all pictures that facts name."""
    return {digest for (digest,) in connection.execute(f"SELECT DISTINCT digest FROM ({SHOWN})").fetchall() if digest}


def has_facts(connection: Connection) -> bool:
    """Whether a home has any facts."""
    return any(connection.execute(f"SELECT 1 FROM arena.{table} LIMIT 1").fetchone() for table in FACTS)


def make_home(home: Path, arena: str, pieces: Iterable[Piece]) -> bool:
    """Make the database of an empty home; what is derived is made when it is opened. False where another process was first.

    Args:
        home: the folder; whoever is killed meanwhile leaves it empty.
        arena: id of the arena.
        pieces: the first is whole.

    Raises:
        StoreError: one was written by a newer arena.
    """
    clear_leftovers(home, RESTORES)
    with tempfile.TemporaryDirectory(prefix=RESTORES, dir=home) as folder, _held(Path(folder)):
        path = Path(folder) / DATABASE
        connection = open_database(path)
        last: Place | None = None
        schema, types = "", {}
        try:
            for piece in pieces:
                if piece.schema != schema:
                    migrate(connection, MIGRATIONS[: _steps_to(piece.schema)])
                    schema, types = piece.schema, column_types(connection)
                with transaction(connection):
                    if piece.is_whole:
                        _fill(connection, piece.files)
                    else:
                        carry_out(connection, decode_all(connection, piece.files[0]), types)
                    last = piece.last
            migrate(connection)
            with transaction(connection):
                outbox_rows.begin(connection, arena, last)
            connection.execute(f"CHECKPOINT {CATALOG}")  # a close tells nobody that the disk gave up
        finally:
            connection.close()
        with path.open("rb") as written:
            os.fsync(written.fileno())
        try:
            copies_of(home / DATABASE).unlink(missing_ok=True)  # of a file that was there before
            os.link(path, home / DATABASE)
        except FileExistsError:
            return False
        flush_folder(home)
    return True


def clear_leftovers(home: Path, prefix: str) -> None:
    """Delete folders of processes that were killed; a folder that is in use stays."""
    for folder in home.glob(f"{prefix}*"):
        with suppress(OSError), _held(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder against all other processes; BlockingIOError where one of them does."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def decode_all(connection: Connection, file: Path) -> list[Step]:
    """What all commits in a file did, in their order. The connection is of any database: a new one takes 20 ms."""
    rows = connection.execute(f"SELECT steps FROM read_parquet({_quoted(file)}) ORDER BY number").fetchall()
    return [step for (steps,) in rows for step in decode(steps)]


def check_schema(schema: str) -> None:
    """Let no commits be read that this code does not know.

    Raises:
        StoreError: a newer arena wrote them.
    """
    _steps_to(schema)


def follow(connection: Connection, given: tuple[Followed, EloRule | None]) -> None:
    """A work of the writer: do what commits of another home did, with all that is derived."""
    followed, rule = given
    steps = decode_all(connection, followed.file)
    carry_out(connection, steps, column_types(connection))  # pyright: ignore[reportArgumentType] - it only executes
    derive(connection, appended(steps), rule)
    outbox_rows.follow_to(connection, followed.last)


def refill(database: FileDatabase, progress: Progress, arena: str, piece: Piece) -> None:
    """Put all facts of another home in place of those of this one, and derive the rest anew. Everybody waits meanwhile."""
    _steps_to(piece.schema)
    with database.alone() as connection:
        with transaction(connection):
            for table in FACTS:
                connection.execute(f"DELETE FROM arena.{table}")
            _fill(connection, piece.files)
            outbox_rows.begin(connection, arena, piece.last)
            connection.execute("UPDATE arena.derivation SET version = 0")  # should it be killed, the next start goes on
        database.is_half_rebuilt = True
        rebuild.begin(connection, database.rule)
        rebuild.go_on(connection, database.rule, progress)
        database.is_half_rebuilt = False
        database.witness.after(connection)


def _fill(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    for file in files:
        if file.stem in FACTS:
            connection.execute(f"INSERT INTO arena.{file.stem} BY NAME SELECT * FROM read_parquet({_quoted(file)})")


def _steps_to(schema: str) -> int:
    names = [step.__name__ for step in MIGRATIONS]
    if schema not in names:
        raise StoreError(f"ARENA_OUTBOX: was written by a newer arena than this (it has {schema}); run the same code")
    return names.index(schema) + 1


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
