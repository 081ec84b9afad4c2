"""Puts what is left of one evaluation to one model, shard by shard, each committed with its readings before the next."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from threading import Event, Lock

from arena.errors import EvaluationError
from arena.evaluation.backlog import Backlog, Shard
from arena.evaluation.batches import BatchSize, answers
from arena.evaluation.choosing import Inquiry
from arena.evaluation.workers import WorkerEnded
from arena.models import Model
from arena.probes import Probe, Reply
from arena.store import ReadingRecord, ReplyRecord, Store
from arena.tasks.second_turn import both_turns, is_left_open

READ_TOGETHER = 1000
"""Inquiries without a question left that are read and committed together."""
ENOUGH_TO_TELL = 50
"""Probes after which the share of errors says something."""
MOST_LOSSES = 3
"""Workers that may end over the same questions."""

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
    not_applicable: int = 0
    """Those that the model cannot be asked."""
    last_error: str = ""
    """Why the last of those that failed did."""
    seconds_left: float | None = None
    """What the rest will take, as the last batch went; None until that can be told."""


class UnansweredError(EvaluationError):
    """A model answers nothing, and asking on is no use."""


class LoadError(EvaluationError):
    """A model cannot be loaded."""


Loop = Callable[[Model], None]
"""Asks a model whatever waits, shard by shard."""
AskAll = Callable[[Loop, Backlog], None]
"""Runs a loop on the model of a contestant until nothing waits in the backlog; see `Respondent`."""


@dataclass(frozen=True)
class Asker:
    """How one contestant, or one judge, is asked on one suite."""

    store: Store
    contestant_id: str
    name: str
    """How messages call it."""
    ask_all: AskAll
    """Called when there is a first probe to ask, so that a finished evaluation loads nothing."""
    max_errors: float
    stop: Event
    """Once set, no shard is begun."""
    _lock: Lock = field(default_factory=Lock)
    """Held while anything is counted."""

    def make(self, inquiries: Sequence[Inquiry], count: Count, watch: Callable[[Count], None]) -> None:
        """Make the inquiries. A stored reply is not asked for again, but for a request that may have been cut before it warned.

        Raises:
            UnansweredError: nothing was answered, or a failure shows that every other probe would fail alike.
            EvaluationError: a larger share than `max_errors` of the probes failed.
            ArenaError: the model cannot be loaded, or has ended, or the store cannot be written.
        """
        known, again = self._both_turns(inquiries, self._known(inquiries))
        ready, unasked = _split(inquiries, lambda probe: probe.key in known and probe.key not in again)
        for some in _parts(ready, READ_TOGETHER):
            self._commit(some, known, [])
            count.done += _questions(some)
            watch(count)
        if not unasked or self.stop.is_set():
            return
        backlog = Backlog(unasked)
        self.ask_all(partial(self._ask_shards, backlog, known, count, watch), backlog)
        _check_answered(count)

    def _ask_shards(
        self, backlog: Backlog, known: dict[str, Reply], count: Count, watch: Callable[[Count], None], model: Model
    ) -> None:
        size = BatchSize()
        with backlog.taker():
            while not self.stop.is_set() and (shard := backlog.take(size.probes)):
                try:
                    given = self._make_shard(shard, known, count, model, size)
                except WorkerEnded as end:
                    self._give_back(shard, backlog, end)
                    raise
                backlog.went(size.seconds_per_probe)
                with self._lock:
                    known.update({key: reply for key, reply in given.items() if reply.error is None})
                    count.done += _questions(shard.inquiries)
                    count.seconds_left = backlog.seconds_left
                    log.info("%d of %d questions committed", count.done, count.total)
                    watch(count)
                    self._check_errors(count, given.values())

    def _give_back(self, shard: Shard, backlog: Backlog, end: WorkerEnded) -> None:
        """Have another worker ask it, unless too many have ended over it."""
        losses = shard.losses + 1
        log.warning("%s: a worker has ended %s; %d questions are asked by another", self.name, end, shard.probes)
        if losses < MOST_LOSSES or self.stop.is_set():
            backlog.give_back(shard)
            return
        reason = f"{losses} workers ended over the same questions, the last one {end}"
        backlog.fail(UnansweredError(f"{reason}; the same command goes on; with fewer --workers each has more memory"))

    def _make_shard(
        self, shard: Shard, known: dict[str, Reply], count: Count, model: Model, size: BatchSize
    ) -> dict[str, Reply]:
        """Ask what is missing, commit it, then ask again what could not be read. Returns all replies of the shard."""
        probes = [probe for inquiry in shard.inquiries for probe in inquiry.probes]
        replies = {probe.key: known[probe.key] for probe in probes if probe.key in known}
        fresh = self._ask([probe for probe in probes if probe.key not in replies], count, model, size)
        replies.update({record.probe_key: record.reply for record in fresh})
        given, again = self._both_turns(shard.inquiries, replies)
        if not model.capabilities.second_turn:
            again = {}
        ready, undecided = _split(shard.inquiries, lambda probe: probe.key not in again)
        self._commit(ready, given, fresh)
        if undecided:
            with self._lock:  # whoever goes on with this shard, should its worker end now, asks nothing of this again
                known.update({key: reply for key, reply in replies.items() if reply.error is None})
            seconds = self._ask(list(again.values()), count, model, size)
            for key, record in zip(again, seconds, strict=True):
                given[key] = replace(given[key], second=record.reply)
            self._commit(undecided, given, seconds)
        return given

    def _ask(self, probes: Sequence[Probe], count: Count, model: Model, size: BatchSize) -> list[ReplyRecord]:
        """One reply for each key among the probes."""
        unique = list({probe.key: probe for probe in probes}.values())
        replies = answers(model, unique, size) if unique else []
        with self._lock:
            count.asked += len(replies)
            count.errors += sum(reply.error is not None for reply in replies)
            count.not_applicable += sum(reply.not_applicable for reply in replies)
        return [
            ReplyRecord(self.contestant_id, probe.key, probe.task, reply, again=True)
            for probe, reply in zip(unique, replies, strict=True)
        ]

    def _known(self, inquiries: Iterable[Inquiry]) -> dict[str, Reply]:
        """Replies of before that can be read, or asked to their end."""
        probes = {probe.key: probe for inquiry in inquiries for probe in inquiry.probes}
        kept = self.store.replies(self.contestant_id, probes)
        return {key: reply for key, reply in kept.items() if not is_left_open(probes[key], reply)}

    def _both_turns(
        self, inquiries: Iterable[Inquiry], replies: Mapping[str, Reply]
    ) -> tuple[dict[str, Reply], dict[str, Probe]]:
        probes = [probe for inquiry in inquiries for probe in inquiry.probes]
        return both_turns(probes, replies, partial(self.store.replies, self.contestant_id))

    def _commit(self, inquiries: Iterable[Inquiry], replies: Mapping[str, Reply], fresh: Sequence[ReplyRecord]) -> None:
        readings: list[ReadingRecord] = []
        for inquiry in inquiries:
            readings += inquiry.read([replies[probe.key] for probe in inquiry.probes])
        self.store.evaluations.add(fresh, readings)

    def _check_errors(self, count: Count, last: Iterable[Reply]) -> None:
        failures = [turn for reply in last for turn in (reply, reply.second) if turn is not None and turn.error is not None]
        if failures:
            count.last_error = failures[-1].error or ""
        if any(turn.permanent for turn in failures):
            raise UnansweredError(f"{count.last_error}; mend that and run the same command, which goes on")
        if self.max_errors < 1:  # who bears any share of errors goes on to the end
            _check_answered(count)
        if count.asked >= ENOUGH_TO_TELL and count.errors > self.max_errors * count.asked:
            raise EvaluationError(
                f"{self.name}: {count.errors} of {count.asked} probes failed, the last with: {count.last_error}; "
                "mend that and run the same command, which asks them again, or allow more with --max-errors"
            )


def _check_answered(count: Count) -> None:
    """Raises UnansweredError: all that was asked failed."""
    if 0 < count.errors == count.asked - count.not_applicable:
        raise UnansweredError(
            f"none of {count.errors} probes was answered, the last with: {count.last_error}; "
            "mend that and run the same command, which asks them again"
        )


def _split(inquiries: Iterable[Inquiry], is_ready: Callable[[Probe], bool]) -> tuple[list[Inquiry], list[Inquiry]]:
    """Inquiries all of whose probes are ready, and the others."""
    ready: list[Inquiry] = []
    rest: list[Inquiry] = []
    for inquiry in inquiries:
        (ready if all(map(is_ready, inquiry.probes)) else rest).append(inquiry)
    return ready, rest


def _questions(inquiries: Iterable[Inquiry]) -> int:
    return sum(inquiry.questions for inquiry in inquiries)


def _parts(inquiries: Iterable[Inquiry], size: int) -> Iterator[list[Inquiry]]:
    rest = iter(inquiries)
    while part := list(islice(rest, size)):
        yield part
