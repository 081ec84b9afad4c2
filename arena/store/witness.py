"""Stands beside every transaction: is it written where the home is, and how much is acknowledged by it?"""

import logging
from pathlib import Path

import duckdb

from arena.errors import StoreError
from arena.store.acknowledged import Acknowledgements, Counts, count
from arena.store.database import close_untouched
from arena.store.log_fold import LARGEST_LOG, fold, log_size
from arena.store.open_files import OpenFiles

log = logging.getLogger(__name__)


class Witness:
    """For the thread that writes the database at this path."""

    def __init__(self, database: Path, note: Acknowledgements, counts: Counts) -> None:
        self._database = database
        self._files = OpenFiles(database)
        self._note = note
        self._in_place = True
        self._patience = 0
        """Bytes of log up to which none is folded, after one could not be."""
        self.counts = counts
        """Table -> rows, as of the last commit."""

    def before(self) -> None:
        """Let a transaction begin.

        Raises:
            StoreError: the files of the home are not those that are written; the log is told once.
        """
        try:
            self._files.check()
        except StoreError as error:
            if self._in_place:
                log.error("%s", error)  # noqa: TRY400 - one line
            self._in_place = False
            raise
        self._in_place = True

    def after(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let what was committed be acknowledged.

        Raises:
            StoreError: as `before`.
        """
        self.before()
        self.counts = count(connection)
        self._note.write(self.counts)
        self._fold_if_large(connection)

    def renew(self) -> None:
        """Look anew at the files of the home: this process has put another database in place of the old one."""
        self._files = OpenFiles(self._database)

    def close(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Close the database, and leave alone what another process has put in place of its files. Safe to call twice."""
        self._note.close()
        try:
            self.before()
            if not self._fold(connection):
                close_untouched(connection)
        except StoreError:
            close_untouched(connection)  # a checkpoint would delete the other's log
        connection.close()

    def _fold_if_large(self, connection: duckdb.DuckDBPyConnection) -> None:
        limit = max(LARGEST_LOG, self._patience)
        self._fold(connection, limit)
        left = log_size(self._database)
        if left > limit:  # somebody reads meanwhile; each try costs, so that the next one waits until it is a quarter larger
            self._patience = left * 5 // 4
        elif left < LARGEST_LOG:
            self._patience = 0

    def _fold(self, connection: duckdb.DuckDBPyConnection, largest: int = 0) -> bool:
        """Fold the log, and say whether that went well; where it did not, the log stays, and the next start reads it."""
        try:
            fold(connection, self._database, largest)
        except duckdb.ConnectionException:  # it was closed before, without its log
            return True
        except (duckdb.Error, OSError) as error:
            log.error("the log of %s stays beside it: %s", self._database, str(error).splitlines()[0])  # noqa: TRY400 - one line
            return False
        return True
