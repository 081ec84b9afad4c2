"""A home in one file: its database as of one moment and the pictures beside it, in a ZIP archive with checksums."""

import json
import os
import re
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from arena.errors import StoreBusy, StoreError
from arena.settings import make_home
from arena.store.acknowledged import NOTE, Counts, count, count_before_migration
from arena.store.database import CATALOG, attach, close_untouched, one_line_errors, open_database
from arena.store.log_fold import copies_of
from arena.store.migrations import migrate
from arena.store.picture_files import flush_folder

DATABASE = "arena.duckdb"
LOG = f"{DATABASE}.wal"
IMAGES = "images"
CONTENTS = "backup.json"
FORMAT = 1
PICTURE = re.compile(rf"{IMAGES}/[0-9a-f]{{2}}/[0-9a-f]+\.webp")


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    records: Counts
    pictures: int


def write(connection: duckdb.DuckDBPyConnection, home: Path, file: Path) -> Backup:
    """Write a backup. The database may be written meanwhile; the backup has what was committed when it began.

    Args:
        connection: sees the database.
        home: where its pictures lie.
        file: is there whole or not at all, and takes the place of what was there.

    Raises:
        OSError: the disk gives up.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        database, archive = Path(folder) / DATABASE, Path(folder) / file.name
        records = _copy_database(connection, database)
        # A picture is on disk before a row names it, so those that the copy names are there by now.
        with zipfile.ZipFile(archive, "w") as opened:
            opened.write(database, DATABASE, zipfile.ZIP_DEFLATED)
            pictures = sum(_add_picture(opened, home, path) for path in sorted((home / IMAGES).glob("??/*.webp")))
            contents = {"format": FORMAT, "records": records, "pictures": pictures}
            opened.writestr(CONTENTS, json.dumps(contents, indent=2))
        archive.chmod(0o600)
        with archive.open("rb") as written:
            os.fsync(written.fileno())
        archive.replace(file)
        flush_folder(file.parent)
    return Backup(records, pictures)


def _copy_database(connection: duckdb.DuckDBPyConnection, path: Path) -> Counts:
    name = f"backup_{uuid.uuid4().hex}"
    attach(connection, path, name)
    try:
        connection.execute(f"COPY FROM DATABASE arena TO {name}")
        return count(connection, catalog=name)
    finally:
        connection.execute(f"DETACH {name}")


def _add_picture(archive: zipfile.ZipFile, home: Path, path: Path) -> bool:
    try:
        archive.write(path, path.relative_to(home).as_posix())
    except FileNotFoundError:  # it was erased meanwhile
        return False
    return True


def holds_arena(home: Path) -> bool:
    """Whether there is an arena in this folder, or what is left of one."""
    return any((home / name).exists() for name in (DATABASE, LOG, NOTE))


def restore(file: Path, home: Path, *, replace: bool = False) -> Backup:
    """Put a backup back. It is checked before anything changes; a kill on the way leaves a home that tells what it lacks.

    Args:
        file: what `write` wrote.
        home: ARENA_HOME; made where it is missing.
        replace: what the home holds may be lost; without it, the home must hold nothing.

    Raises:
        StoreBusy: a process has the home open.
        StoreError: the file is no backup, damaged or newer than this code, or the home holds something.
    """
    with one_line_errors(home / DATABASE), ExitStack() as stack:
        if not replace and holds_arena(home):
            raise StoreError(
                f"{home} holds an arena; back it up, then add --replace to lose what it holds, or give another --home"
            )
        make_home(home)
        stack.enter_context(_held(home / DATABASE))
        checked = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="restore-", dir=home)))
        backup = _unpack(file, checked)
        for path in (checked / IMAGES).glob("??/*.webp"):
            target = home / path.relative_to(checked)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        copies_of(home / DATABASE).unlink(missing_ok=True)
        (home / LOG).unlink(missing_ok=True)  # from here on the note tells at the next start that something is missing …
        (checked / DATABASE).replace(home / DATABASE)
        (home / NOTE).unlink(missing_ok=True)  # … up to here; that start notes anew what there is
        flush_folder(home)
    return backup


@contextmanager
def _held(database: Path) -> Iterator[None]:
    """Keep other processes from opening the database, as far as it can be opened at all."""
    if not database.exists():
        yield
        return
    try:
        connection = open_database(database)
    except StoreBusy:
        raise
    except (StoreError, OSError):  # damaged: that is what backups are for
        yield
        return
    try:
        yield
    finally:
        close_untouched(connection)


def _unpack(file: Path, folder: Path) -> Backup:
    """Unpack a backup, and hold it against what it says of itself."""
    try:
        with zipfile.ZipFile(file) as archive:
            contents = json.loads(archive.read(CONTENTS))
            if contents["format"] != FORMAT:
                raise StoreError(f"{file} is a backup of a newer arena; restore it with newer code")
            pictures = [name for name in archive.namelist() if PICTURE.fullmatch(name)]
            for name in (DATABASE, *pictures):
                _extract(archive, name, folder / name)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise StoreError(f"{file} is no backup, or is damaged ({error}); take an older one") from error
    backup = Backup(contents["records"], len(pictures))
    connection = open_database(folder / DATABASE)
    try:
        whole = count_before_migration(connection) == backup.records
        migrate(connection)
        for table in ("followed", "outbox", "outbox_state"):  # others may have gone on: what is restored is alone
            connection.execute(f"DELETE FROM arena.{table}")  # noqa: S608 - names are ours
        connection.execute(f"CHECKPOINT {CATALOG}")  # a close tells nobody that the disk gave up
    finally:
        connection.close()
    if not whole or len(pictures) != contents["pictures"]:
        raise StoreError(f"{file} holds less than it says; take an older backup")
    return backup


def _extract(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    """Write one member durably; its checksum is compared on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as packed, path.open("wb") as unpacked:
        shutil.copyfileobj(packed, unpacked)
        unpacked.flush()
        os.fsync(unpacked.fileno())
