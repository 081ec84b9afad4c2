"""One thread that writes, and commits whatever waits as one transaction.

A commit costs a flush to disk, and a statement its planning, whatever they hold. While one group is being written the next
one gathers, so many visitors at once share commits and statements instead of waiting in line for their own.
"""

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import duckdb

from arena.errors import StoreError

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[duckdb.DuckDBPyConnection, list[Item]], list[Answer]]
"""Writes a list of items through the connection, and answers each, in order."""
LARGEST_GROUP = 256
"""Most items in one transaction."""


@dataclass(frozen=True)
class _Job(Generic[Item, Answer]):
    work: Work[Item, Answer]
    item: Item
    future: Future[Answer]


class Writer:
    """Writes items in the order they came, and answers each only after its commit."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        largest_group: int = LARGEST_GROUP,
        before: Callable[[], None] = lambda: None,
        after: Callable[[duckdb.DuckDBPyConnection], None] = lambda _: None,
        during: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        """Start the thread.

        Args:
            connection: what it writes through; nobody else may.
            largest_group: most items in one transaction.
            before: called before each transaction; what it raises refuses it.
            after: called after each commit and before anybody is answered; what it raises is told in place of the answers.
            during: entered for the time of each transaction.
        """
        self.transactions = 0
        """Commits so far."""
        self._connection = connection
        self._before = before
        self._after = after
        self._during = during
        self._largest_group = largest_group
        self._jobs: queue.SimpleQueue[_Job[Any, Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._entrance = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Item, Answer], item: Item) -> Future[Answer]:
        """Queue an item. The future is done once it is committed.

        Items that wait one after the other for the same `work` are handed to it together, inside a transaction. When one of
        a group fails, each is tried again on its own; so all that `work` does must be done through the connection.

        Raises:
            StoreError: the writer is closed.
        """
        job = _Job(work, item, Future())
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

    def _next_group(self) -> tuple[list[_Job[Any, Any]], bool]:
        """Whatever waits, at least one job, and whether the writer was told to stop after it."""
        group: list[_Job[Any, Any]] = []
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

    def _commit(self, group: list[_Job[Any, Any]]) -> bool:
        """Run the group as one transaction. On failure nothing of it stays; a job that failed alone is told so."""
        with self._during():
            return self._commit_now(group)

    def _commit_now(self, group: list[_Job[Any, Any]]) -> bool:
        try:
            self._before()
            self._connection.execute("BEGIN")
            answers: list[Any] = []
            for work, jobs in itertools.groupby(group, key=lambda job: job.work):
                answers += work(self._connection, [job.item for job in jobs])
            answered = list(zip(group, answers, strict=True))
            self._connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 the thread must outlive any work
            with contextlib.suppress(duckdb.Error):  # a failed commit has rolled back already
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                group[0].future.set_exception(error)
            return False
        self.transactions += 1
        try:
            self._after(self._connection)
        except BaseException as error:  # noqa: BLE001 as above
            for job in group:
                job.future.set_exception(error)
            return True
        for job, answer in answered:
            job.future.set_result(answer)
        return True
