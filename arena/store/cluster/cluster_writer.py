"""The writer of one of several machines: a transaction is its own, and a commit in the log that all of them share."""

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from arena.errors import one_line
from arena.store.cluster.shared_log import LOST, Commit, Head, SharedLog
from arena.store.database import transaction
from arena.store.fact_rows import carry_out, column_types, decode, encode, erases
from arena.store.transaction import Connection, Step, Transaction, appended
from arena.store.works import Local
from arena.store.writer import Group, NobodyWrites, Writer, answers_of

PATIENCE = 20.0
"""Seconds for which writes wait for a PostgreSQL that is away."""
PAUSE = 0.2
"""Seconds between two tries."""
MOST_COMMITS = 500
"""That are followed in one transaction."""


class ClusterWriter(Writer):
    """Each group holds the head of the log while its works decide; what these derive is this machine's own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, log: SharedLog, *arguments: Any) -> None:
        """Start the thread.

        Args:
            connection: as for `Writer`; what it writes to has joined an arena.
            log: nobody else may use it.
            arguments: as for `Writer`.
        """
        self._log = log
        self._types = column_types(connection)
        self.has_followed_change = False
        """Whether other machines have erased or read anew what leaves this one something to do."""
        super().__init__(connection, *arguments)

    def catch_up(self, _: Connection, limit: int) -> int:
        """A work: follow at most so many commits of others, and say how many there were. Holds up nobody."""
        news = self._log.news(self._place(), limit)
        self._derive(self._connection, appended(self._follow(news)))
        return len(news)

    def _split(self, group: Group) -> Iterator[Group]:
        """What concerns this machine alone, such as a replay that takes minutes, must not hold the head."""
        return (list(jobs) for _, jobs in itertools.groupby(group, key=_is_local))

    def _write(self, group: Group) -> list[Any]:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return super()._write(group) if _is_local(group[0]) else self._write_for_all(group)
            except LOST as error:  # nothing was written, or it stands and will be followed
                if time.monotonic() > end:
                    raise NobodyWrites(f"ARENA_DATABASE: PostgreSQL is away ({one_line(error)}); try again later") from error
                time.sleep(PAUSE)

    def _write_for_all(self, group: Group) -> list[Any]:
        with transaction(self._connection):
            written = Transaction(self._connection)
            steps: list[Step] = []
            head: Head | None = None
            answers: list[Any] = []
            try:
                with self._log.head(self._place()) as head:
                    steps += self._follow(head.missed)
                    answers = answers_of(group, written)
                    if facts := encode(written.steps):
                        head.append(facts)
                        self._move_to(head.place)
            except LOST:
                if head is None or not head.commit_id or not self._stands(head.commit_id):
                    raise
            self._derive(self._connection, appended([*steps, *written.steps]))  # others may write meanwhile
        return answers

    def _follow(self, commits: Sequence[Commit]) -> list[Step]:
        """Do what other machines did to the facts; gives that, of which nothing is derived yet."""
        steps = [step for commit in commits for step in decode(commit.steps)]
        if commits:
            carry_out(self._connection, steps, self._types)
            self._move_to(commits[-1].place)
        self.has_followed_change |= erases(steps) or "rereadings" in appended(steps)
        return steps

    def _stands(self, commit_id: str) -> bool:
        """Whether PostgreSQL had committed when it went away."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._log.has(commit_id)
            except LOST:
                if time.monotonic() > end:
                    raise
                time.sleep(PAUSE)

    def _place(self) -> int:
        ((place,),) = self._connection.execute("SELECT place FROM arena.followed").fetchall()
        return place

    def _move_to(self, place: int) -> None:
        self._connection.execute("UPDATE arena.followed SET place = ?", [place])


def _is_local(job: Any) -> bool:
    return isinstance(job.work, Local)
