"""One thread that writes, and commits whatever waits as one transaction.

A commit costs a flush to disk, whatever it holds. While one group is being flushed the next one gathers, so many
visitors at once share flushes instead of waiting in line for one each.
"""

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

import duckdb

from arena.errors import StoreError

T = TypeVar("T")
Work = Callable[[duckdb.DuckDBPyConnection], T]
LARGEST_GROUP = 256
"""Most pieces of work in one transaction."""


@dataclass(frozen=True)
class _Job(Generic[T]):
    work: Work[T]
    future: Future[T]


class Writer:
    """Runs pieces of work in the order they came, and answers each only after its commit."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, largest_group: int = LARGEST_GROUP) -> None:
        self.transactions = 0
        """Commits so far."""
        self._connection = connection
        self._largest_group = largest_group
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._entrance = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        """Queue `work`, which gets the connection inside a transaction. The future is done once that is committed.

        `work` may be run again when another piece in its group fails, so all it does must be done through the connection.

        Raises:
            StoreError: the writer is closed.
        """
        job = _Job(work, Future())
        with self._entrance:
            if self._closed:
                raise StoreError("the store is closed; open it again to write")
            self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Commit all that waits, then stop. Safe to call twice."""
        with self._entrance:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        ending = False
        while not ending:
            group, ending = self._next_group()
            if group and not self._commit(group) and len(group) > 1:
                for job in group:
                    self._commit([job])

    def _next_group(self) -> tuple[list[_Job], bool]:
        """Whatever waits, at least one job, and whether the writer was told to stop after it."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                group.append(job)
            if len(group) >= self._largest_group:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Job]) -> bool:
        """Run the group as one transaction. On failure nothing of it stays; a job that failed alone is told so."""
        try:
            self._connection.execute("BEGIN")
            results = [job.work(self._connection) for job in group]
            self._connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 the thread must outlive any work
            with contextlib.suppress(duckdb.Error):  # a failed commit has rolled back already
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                group[0].future.set_exception(error)
            return False
        self.transactions += 1
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)
        return True
