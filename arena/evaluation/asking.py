"""Puts what is left of one evaluation to one model, batch by batch, each committed with its readings before the next."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Event

from arena.errors import EvaluationError
from arena.evaluation.batches import BatchSize, answers
from arena.evaluation.choosing import Inquiry, largest_first
from arena.models import Model
from arena.probes import Probe, Reply
from arena.store import ReadingRecord, ReplyRecord, Store

READ_TOGETHER = 1000
"""Inquiries without a question left that are read and committed together."""
ENOUGH_TO_TELL = 50
"""Probes after which the share of errors says something."""

log = logging.getLogger(__name__)


@dataclass
class Count:
    """What one evaluation has done so far."""

    total: int = 0
    """Questions to answer and read."""
    done: int = 0
    asked: int = 0
    """Probes put to the model."""
    errors: int = 0
    """Those that failed."""
    seconds_left: float | None = None
    """What the rest will take, as the last batch went; None until that can be told."""


@dataclass(frozen=True)
class Asker:
    """How one contestant, or one judge, is asked."""

    store: Store
    contestant_id: str
    name: str
    """How messages call it."""
    load: Callable[[], Model]
    """Called when there is a first probe to ask, so that a finished evaluation loads nothing."""
    max_errors: float
    stop: Event
    """Once set, no batch is begun."""

    def make(self, inquiries: Sequence[Inquiry], count: Count, watch: Callable[[Count], None]) -> None:
        """Make the inquiries; a reply that is stored already is not asked for.

        Raises:
            EvaluationError: a larger share than `max_errors` of the probes failed.
            ArenaError: the model cannot be loaded, or the store cannot be written.
        """
        known = self._known(inquiries)
        ready: list[Inquiry] = []
        unasked: list[Inquiry] = []
        for inquiry in inquiries:
            (ready if all(probe.key in known for probe in inquiry.probes) else unasked).append(inquiry)
        for some in _parts(ready, READ_TOGETHER):
            self._commit(some, known, [])
            count.done += _questions(some)
            watch(count)
        if not unasked or self.stop.is_set():
            return
        model, size = self.load(), BatchSize()
        waiting = deque(largest_first(unasked))
        while waiting and not self.stop.is_set():
            batch = _next_batch(waiting, size.probes)
            missing = {probe.key: probe for inquiry in batch for probe in inquiry.probes if probe.key not in known}
            fresh = dict(zip(missing, answers(model, list(missing.values()), size), strict=True))
            self._commit(batch, {**known, **fresh}, [self._record(missing[key], reply) for key, reply in fresh.items()])
            known.update({key: reply for key, reply in fresh.items() if reply.error is None})
            count.asked += len(fresh)
            count.errors += sum(reply.error is not None for reply in fresh.values())
            count.done += _questions(batch)
            if size.seconds_per_probe is not None:
                count.seconds_left = size.seconds_per_probe * sum(len(inquiry.probes) for inquiry in waiting)
            log.info("%d of %d questions committed", count.done, count.total)
            watch(count)
            self._check_errors(count, list(fresh.values()))

    def _known(self, inquiries: Iterable[Inquiry]) -> dict[str, Reply]:
        return self.store.replies(self.contestant_id, {probe.key for inquiry in inquiries for probe in inquiry.probes})

    def _commit(self, inquiries: Iterable[Inquiry], replies: dict[str, Reply], fresh: list[ReplyRecord]) -> None:
        readings: list[ReadingRecord] = []
        for inquiry in inquiries:
            readings += inquiry.read([replies[probe.key] for probe in inquiry.probes])
        self.store.evaluations.add(fresh, readings)

    def _record(self, probe: Probe, reply: Reply) -> ReplyRecord:
        return ReplyRecord(self.contestant_id, probe.key, probe.task, reply)

    def _check_errors(self, count: Count, last: Sequence[Reply]) -> None:
        if count.asked < ENOUGH_TO_TELL or count.errors <= self.max_errors * count.asked:
            return
        reason = next((reply.error for reply in last if reply.error), "see the log")
        raise EvaluationError(
            f"{self.name}: {count.errors} of {count.asked} probes failed, the last with: {reason}; "
            "mend that and run the same command, which asks them again, or allow more with --max-errors"
        )


def _next_batch(waiting: deque[Inquiry], probes: int) -> list[Inquiry]:
    """The next inquiries with at most so many probes, at least one inquiry."""
    batch = [waiting.popleft()]
    size = len(batch[0].probes)
    while waiting and size + len(waiting[0].probes) <= probes:
        batch.append(waiting.popleft())
        size += len(batch[-1].probes)
    return batch


def _questions(inquiries: Iterable[Inquiry]) -> int:
    return sum(inquiry.questions for inquiry in inquiries)


def _parts(inquiries: Iterable[Inquiry], size: int) -> Iterator[list[Inquiry]]:
    rest = iter(inquiries)
    while part := list(islice(rest, size)):
        yield part
