"""What the store knows of benchmarks: questions, answers, the views of suites, and the log of evaluations."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from arena.images import Picture
from arena.store import answers, costs
from arena.store.answers import UnitRow
from arena.store.costs import Cost
from arena.store.picture_files import PictureFiles
from arena.store.records import (
    AnswerRecord,
    Evaluated,
    EvaluationRecord,
    OlderAnswer,
    QuestionRecord,
    ReadingRecord,
    ReplyRecord,
    Unread,
)
from arena.store.transaction import Connection

Item = TypeVar("Item")
T = TypeVar("T")


class Writes(Protocol):
    """Runs statements on one item in a transaction, and comes back after its commit."""

    def __call__(self, write: Callable[[Connection, Item], T], item: Item) -> T: ...


class Reads(Protocol):
    """Runs a query on the last commit."""

    def __call__(self, query: Callable[..., T], *arguments: object) -> T: ...


class Evaluations:
    """Benchmarks in one store; any thread may call anything. `judge` is empty where the rules read the replies."""

    def __init__(self, write: Writes, read: Reads, keep: Callable[[Iterable[Picture]], None], pictures: PictureFiles) -> None:
        self._write = write
        self._read = read
        self._keep = keep
        self._pictures = pictures

    def add_questions(self, suite: str, edition: str, questions: Iterable[QuestionRecord]) -> int:
        """Keep questions and their images, and say how many were new. Images are on disk before a row names them."""
        kept = list(questions)
        self._keep(picture for question in kept for picture in question.probe.images)
        return self._write(answers.add_questions, (suite, edition, kept))

    def unread(self, suite: str, edition: str, contestant_id: str, *, judge: str = "", method_version: str) -> Unread:
        """What this contestant was not asked, or failed on, and which of its replies this version of the method did not read.

        Replies that were given elsewhere, in battles or to other suites, count.
        """
        return self._read(answers.unread, suite, edition, contestant_id, judge, method_version)

    def add(self, replies: Iterable[ReplyRecord], readings: Iterable[ReadingRecord]) -> int:
        """Keep replies and what was made of them in one commit, and say how many readings that were.

        When this returns, both survive a `kill -9`. A reading takes the place of an older one of the same reply.
        """
        return self._write(answers.add_readings, (list(replies), list(readings)))

    def evaluated(self) -> list[Evaluated]:
        """Who was asked what and how far, in the order in which the last answers were read."""
        return self._read(answers.evaluated)

    def count_method(self, version: str) -> None:
        """Let readings by this version of the method count in answers and units, and no others; all do until this is called.

        Raises:
            StoreError: it is no version.
        """
        self._write(answers.count_method, version)

    def older_answers(self, suite: str, edition: str, contestant_id: str, *, method_version: str) -> list[OlderAnswer]:
        """The replies of one contestant that rules of other versions of the method have read."""
        return self._read(answers.older_answers, suite, edition, contestant_id, method_version)

    def revision(self) -> object:
        """Something that changes with every reading; whoever keeps numbers knows by it when to compute them again."""
        return self._read(answers.revision)

    def answers(
        self,
        suite: str,
        edition: str,
        contestant_id: str,
        *,
        judge: str = "",
        outcomes: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        with_images: bool = True,
    ) -> tuple[int, list[AnswerRecord]]:
        """How many answers there are with one of these outcomes (None: with any), and a page of them by item and cell.

        Without images, pictures have their digests and nothing to show; reading them from disk takes longer than all the rest.
        """
        chosen = (suite, edition, contestant_id, judge, None if outcomes is None else list(outcomes))
        return self._read(answers.answers, self._pictures if with_images else None, *chosen, limit, offset)

    def define_views(self, views: Mapping[str, str]) -> None:
        """Create the views of suites, or replace them: name -> SELECT statement over `arena.answers`.

        Raises:
            StoreError: a name is not made of small letters, digits and underscores, or a statement is not valid.
        """
        self._write(answers.define_views, views)

    def units(self, view: str, suite: str, edition: str, contestant_id: str, *, judge: str = "") -> list[UnitRow]:
        """What each item adds to each metric: metric, slice, item, family, hits, total; by a view that was defined."""
        return self._read(answers.units, view, suite, edition, contestant_id, judge)

    def costs(self, suite: str, edition: str) -> dict[str, Cost]:
        """Contestant id -> what it spends on an edition of a suite, as far as can be told."""
        return self._read(costs.costs, suite, edition)

    def begin(self, record: EvaluationRecord) -> None:
        """Log that an evaluation begins."""
        self._write(answers.add_evaluation, record)

    def end(self, evaluation_id: str, reason: str, endpoint: Mapping[str, Any]) -> None:
        """Log that it ended and why, with what an endpoint told of itself meanwhile."""
        self._write(answers.add_evaluation_end, (evaluation_id, reason, endpoint))

    def log(self) -> list[tuple[EvaluationRecord, str | None]]:
        """All evaluations, oldest first, each with the reason why it ended; None where it was cut off, or still runs."""
        return self._read(answers.evaluations)
