"""One thread that writes, and commits whatever waits as one transaction.

A commit costs a flush to disk, and a statement its planning, whatever they hold. While one group is being written the next
one gathers, so many visitors at once share commits and statements instead of waiting in line for their own.
"""

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import duckdb

from arena.errors import StoreError
from arena.store.database import transaction
from arena.store.transaction import Rows, Step, Transaction, appended

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Work = Callable[[Transaction, list[Item]], list[Answer]]
"""Writes a list of items, and answers each, in order."""
Group = Sequence["Job[Any, Any]"]
LARGEST_GROUP = 256
"""Most items in one transaction."""


@dataclass(frozen=True)
class Job(Generic[Item, Answer]):
    """Something to be written, and who waits for it."""

    work: Work[Item, Answer]
    item: Item
    future: Future[Answer]


class NobodyWrites(StoreError):
    """Nothing can be written at the moment, whatever it is: no job of a group needs to be tried alone."""


class Writer:
    """Writes items in the order they came, and answers each only after its commit."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        largest_group: int = LARGEST_GROUP,
        before: Callable[[], None] = lambda: None,
        after: Callable[[duckdb.DuckDBPyConnection], None] = lambda _: None,
        during: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
        derive: Callable[[duckdb.DuckDBPyConnection, Rows], None] = lambda *_: None,
        note: Callable[[duckdb.DuckDBPyConnection, Sequence[Step]], None] = lambda *_: None,
    ) -> None:
        """Start the thread.

        Args:
            connection: what it writes through; nobody else may.
            largest_group: most items in one transaction.
            before: called before each transaction; what it raises refuses it.
            after: called after each commit and before anybody is answered; what it raises is told in place of the answers.
            during: entered for the time of each transaction.
            derive: called once in each transaction, with the rows that its works have appended.
            note: called once in each transaction, with what its works did to the facts; what it raises refuses it.
        """
        self.transactions = 0
        """Commits so far."""
        self._connection = connection
        self._before = before
        self._after = after
        self._during = during
        self._derive = derive
        self._note = note
        self._largest_group = largest_group
        self._jobs: queue.SimpleQueue[Job[Any, Any] | None] = queue.SimpleQueue()
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
        job = Job(work, item, Future())
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
            for together in self._split(group):
                if not self._commit(together) and len(together) > 1:
                    for job in together:
                        self._commit([job])

    def _split(self, group: Group) -> Iterable[Group]:
        """The parts of a group that are committed one after the other."""
        return [group] if group else []

    def _next_group(self) -> tuple[list[Job[Any, Any]], bool]:
        """Whatever waits, at least one job, and whether the writer was told to stop after it."""
        group: list[Job[Any, Any]] = []
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

    def _commit(self, group: Group) -> bool:
        """Run the group as one transaction. On failure nothing of it stays; a job that failed alone is told so."""
        with self._during():
            return self._commit_now(group)

    def _commit_now(self, group: Group) -> bool:
        try:
            self._before()
            answers = self._write(group)
        except NobodyWrites as error:
            for job in group:
                job.future.set_exception(error)
            return True
        except BaseException as error:  # noqa: BLE001 the thread must outlive any work
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
        for job, answer in zip(group, answers, strict=True):
            job.future.set_result(answer)
        return True

    def _write(self, group: Group) -> list[Any]:
        """Write the group in one transaction, and give the answer to each job."""
        with transaction(self._connection):
            written = Transaction(self._connection)
            answers = answers_of(group, written)
            self._note(self._connection, written.steps)
            self._derive(self._connection, appended(written.steps))
        return answers


def answers_of(group: Group, written: Transaction) -> list[Any]:
    """Carry out the works of the group, and give the answer to each job."""
    answers: list[Any] = []
    for work, jobs in itertools.groupby(group, key=lambda job: job.work):
        answers += work(written, [job.item for job in jobs])
    if len(answers) != len(group):
        raise ValueError(f"{len(answers)} answers to {len(group)} jobs")
    return answers
