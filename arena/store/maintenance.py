"""What is done to a whole database, where its file is open, while others wait or go on."""

from functools import partial
from pathlib import Path

from arena.store import backup as backups
from arena.store import compaction, standings
from arena.store import rebuild as rebuilding
from arena.store.backup import Backup
from arena.store.database import one_line_errors
from arena.store.file_database import FileDatabase
from arena.store.keeper import SaveStatus
from arena.store.log_fold import fold
from arena.store.progress import Progress
from arena.store.records import EloRule
from arena.store.works import Local


def rebuild(database: FileDatabase, progress: Progress, rule: EloRule | None) -> tuple[str, ...]:
    """Make all that is derived anew from the facts, and name the tables that hold something else now. Everybody waits."""
    with database.alone() as connection:
        before = rebuilding.fingerprints(connection)
        rebuilding.begin(connection, rule)
        try:
            rebuilding.go_on(connection, rule, progress)
            fold(connection, database.path)
        except BaseException:
            database.is_half_rebuilt = True
            raise
        after = rebuilding.fingerprints(connection)
    return tuple(table for table in after if after[table] != before[table])


def replay_elo(database: FileDatabase, progress: Progress, rule: EloRule) -> int:
    """Replay the online ratings, and say how many battles were rated."""
    return database.write(Local(partial(standings.replay, progress=progress)), rule)


def backup(database: FileDatabase, _: Progress, file: Path) -> Backup:
    """Write what is committed by now into one file, while others read and write."""
    with one_line_errors(file), database.shared() as cursor:
        return backups.write(cursor, database.home, file)


def compact(database: FileDatabase, _: Progress) -> None:
    """Write the file anew, without what was overwritten. Everybody waits meanwhile."""
    with database.alone() as connection:
        database.witness.before()
        try:
            compaction.compact(connection, database.path)
        finally:
            database.witness.renew()


def end_log(database: FileDatabase, _: Progress) -> None:
    """Fold the write-ahead log, which still says what was overwritten, into the file. Everybody waits meanwhile."""
    with database.alone() as connection:
        fold(connection, database.path)


def save_status(database: FileDatabase, _: Progress) -> SaveStatus | None:
    """What is saved elsewhere, too; None where nothing is."""
    return database.keeper.status() if database.keeper else None


def check_open(database: FileDatabase, _: Progress) -> None:
    """Raise StorePaused where no battle and no vote would be taken."""
    if database.keeper:
        database.keeper.check()


def check_home(database: FileDatabase, _: Progress) -> None:
    """Raise StoreError where nothing more would be kept: the files of the home are gone, or not those that are written."""
    with database.shared():
        database.witness.before()


def record_counts(database: FileDatabase, _: Progress) -> dict[str, int]:
    """Table -> rows as of the last commit, of those that were ever acknowledged."""
    return dict(database.witness.counts)


def takedowns(database: FileDatabase, _: Progress) -> int:
    """How many decisions to take something down, or to restore it, are committed."""
    return database.takedowns


def transactions(database: FileDatabase, _: Progress) -> int:
    """Commits since the file was opened."""
    return database.writer.transactions
