"""A pool of models: loads them when they are asked, keeps them within a memory budget, and batches the probes of many visitors.

Visitors' threads put questions in and wait. Worker threads each take the model with the oldest question, and answer all that
is asked of that model by then in one batch, so that batches grow by themselves under load and nobody waits for one to fill.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field

from arena.contestants import Contestant
from arena.errors import ArenaError, one_line
from arena.models.base import Model
from arena.models.runtime import NICE_TO_PAGES, cores, let_others_first
from arena.probes import Probe, Reply

MAX_BATCH = 256
"""Probes that are answered together; the others wait for the next batch."""
RETRY_SECONDS = 60.0
"""How long a model that could not be loaded is left alone, before it is tried again."""

CLOSED = Reply(error="the pool is closed")

log = logging.getLogger(__name__)

Key = tuple[str, tuple[str, ...]]


@dataclass
class _Question:
    """One probe on its way to one model, for everybody who asked it meanwhile."""

    probe: Probe
    asked_at: float
    deadline: float
    """When the last of them stops waiting."""
    reply: Future[Reply] = field(default_factory=Future)


@dataclass
class _Entry:
    """One contestant, loaded or not."""

    contestant: Contestant
    memory_bytes: int
    load: Callable[[], Model]
    model: Model | None = None
    busy: bool = False
    used_at: float = 0.0
    failure: str | None = None
    """Why the last attempt to load it failed."""
    failed_at: float = 0.0
    """When that attempt ended; infinity where another one would be in vain."""
    wanted: bool = False
    """To be loaded although nobody asked it yet."""
    waiting: dict[Key, _Question] = field(default_factory=dict)
    answering: dict[Key, _Question] = field(default_factory=dict)

    def oldest(self) -> float:
        """When the first of the questions that wait was asked; there is one."""
        return next(iter(self.waiting.values())).asked_at


class ModelPool:
    """Models behind one queue. All methods may be called from any thread."""

    def __init__(
        self,
        memory_budget_bytes: int,
        *,
        workers: int = 2,
        on_this_machine: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the threads.

        Args:
            memory_budget_bytes: what all loaded models may take together.
            workers: models that answer at the same time, sharing the cores; two, as a battle has two seats. Many threads for
                one small model spend more on waiting for each other, see benchmarks/batching.py.
            on_this_machine: whether the models need its cores, and torch.
            clock: seconds, from any start.
        """
        self._budget = memory_budget_bytes
        self._workers = workers
        self._on_this_machine = on_this_machine
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._changed = threading.Condition()
        self._closed = False
        jobs = [self._load_when_asked, *[self._answer_when_asked] * workers]
        self._threads = [threading.Thread(target=job, name=f"models-{job.__name__}", daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def register(self, contestant: Contestant, memory_bytes: int, load: Callable[[], Model]) -> None:
        """Make a contestant known; `load` is called, in a thread of the pool, when it is first asked, and after evictions."""
        entry = _Entry(contestant, memory_bytes, load)
        if memory_bytes > self._budget:
            entry.failure = (
                f"{contestant.repository}: it takes {memory_bytes / 2**30:.3g} GB, and all models together may take "
                f"{self._budget / 2**30:.3g}; raise ARENA_MEMORY"
            )
            entry.failed_at = math.inf
            log.warning(entry.failure)
        with self._changed:
            self._entries.setdefault(contestant.id, entry)

    def failed(self) -> dict[str, str]:
        """Who cannot be asked now, and why loading failed: id -> reason. After `RETRY_SECONDS` another attempt may be made."""
        with self._changed:
            return {key: entry.failure for key, entry in self._entries.items() if entry.failure and self._left_alone(entry)}

    def loaded(self) -> list[str]:
        """Ids of the contestants in memory."""
        with self._changed:
            return [identifier for identifier, entry in self._entries.items() if entry.model]

    def waiting(self, contestant_id: str | None = None) -> int:
        """Probes that are asked and not answered: of one contestant, or of all."""
        with self._changed:
            entries = [entry for name, entry in self._entries.items() if contestant_id in (None, name)]
            return sum(len(entry.waiting) + len(entry.answering) for entry in entries)

    def ask(self, contestant_id: str, probes: Sequence[Probe], *, timeout: float = 120.0) -> list[Reply]:
        """One reply a probe, in order. What goes wrong, or takes longer than `timeout` seconds, is an error reply.

        The same probe asked by several threads at once is answered once, and one that nobody waits for any more is not.
        """
        with self._changed:
            entry = self._entries.get(contestant_id)
            if entry is None or self._closed:
                return [CLOSED if self._closed else Reply(error=f"no contestant {contestant_id}")] * len(probes)
            if self._left_alone(entry):
                return [Reply(error=entry.failure)] * len(probes)
            questions = [self._question(entry, probe, timeout) for probe in probes]
            self._changed.notify_all()
        done, _ = wait({question.reply for question in questions}, timeout)
        late = Reply(error=f"no answer within {timeout:g} s")
        return [question.reply.result() if question.reply in done else late for question in questions]

    def warm(self, contestant_ids: Iterable[str] | None = None, *, timeout: float | None = 0.0) -> None:
        """Load models before they are asked, in the background: those named, or all, as far as the budget reaches.

        Args:
            contestant_ids: whom to load; all by default.
            timeout: seconds to wait until that is done; None for as long as it takes.
        """
        with self._changed:
            chosen = list(self._entries if contestant_ids is None else contestant_ids)
            free = self._budget - sum(entry.memory_bytes for entry in self._entries.values() if entry.model)
            for identifier in chosen:
                entry = self._entries[identifier]
                if entry.model is None and entry.memory_bytes <= free and not self._left_alone(entry):
                    entry.wanted = True
                    free -= entry.memory_bytes
            self._changed.notify_all()
            self._changed.wait_for(lambda: not any(self._entries[identifier].wanted for identifier in chosen), timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Answer nothing more: what waits gets error replies, what runs has `timeout` seconds to finish, models are let go."""
        with self._changed:
            self._closed = True
            for entry in self._entries.values():
                _settle(entry.waiting.values(), [CLOSED] * len(entry.waiting))
                entry.waiting.clear()
            self._changed.notify_all()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            for entry in self._entries.values():
                _settle(entry.answering.values(), [CLOSED] * len(entry.answering))
                entry.model = None

    def _question(self, entry: _Entry, probe: Probe, timeout: float) -> _Question:
        # Captions are part of what is asked of models that read no prompt.
        key = (probe.key, probe.captions)
        now = self._clock()
        question = entry.answering.get(key) or entry.waiting.setdefault(key, _Question(probe, now, now + timeout))
        question.deadline = max(question.deadline, now + timeout)
        return question

    def _left_alone(self, entry: _Entry) -> bool:
        return entry.failure is not None and self._clock() - entry.failed_at < RETRY_SECONDS

    def _answer_when_asked(self) -> None:
        if self._on_this_machine:
            self._share_cores()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._oldest(loaded=True))
                entry = self._oldest(loaded=True)
                if self._closed or entry is None or entry.model is None:
                    return
                model, entry.busy = entry.model, True
                self._forget_late(entry)
                for key in list(entry.waiting)[:MAX_BATCH]:
                    entry.answering[key] = entry.waiting.pop(key)
            probes = [question.probe for question in entry.answering.values()]
            replies = _answers(model, probes) if probes else []
            del model  # an evicted model must not live on in this frame
            with self._changed:
                entry.busy, entry.used_at = False, self._clock()
                _settle(entry.answering.values(), replies)
                entry.answering.clear()
                self._changed.notify_all()

    def _share_cores(self) -> None:
        # Imported here, off the caller's thread, because it takes seconds. More threads than cores make everything slower.
        import torch  # noqa: PLC0415

        torch.set_num_threads(max(1, cores() // self._workers))
        torch.get_num_threads()  # has the number take effect, before another thread sets one for itself
        let_others_first(NICE_TO_PAGES)

    def _load_when_asked(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._oldest(loaded=False))
                entry = self._oldest(loaded=False)
                if self._closed or entry is None:
                    return
                fits = self._make_room(entry)
            if fits:
                self._load(entry)
            with self._changed:
                entry.wanted = False
                self._changed.notify_all()

    def _load(self, entry: _Entry) -> None:
        """Load the model of `entry`, or tell everybody who waits for it why not."""
        model, failure = None, None
        try:
            model = entry.load()
        except Exception as error:  # a model that cannot be loaded must not stop the others
            failure = str(error) if isinstance(error, ArenaError) else one_line(error)
            name = entry.contestant.repository
            reason = failure.removeprefix(f"{name}: ")
            log.warning("%s: left alone for %g s: %s", name, RETRY_SECONDS, reason, exc_info=True)
        with self._changed:
            entry.model, entry.failure, entry.used_at = model, failure, self._clock()
            if failure is not None:
                entry.failed_at = entry.used_at
                _settle(entry.waiting.values(), [Reply(error=failure)] * len(entry.waiting))
                entry.waiting.clear()

    def _make_room(self, entry: _Entry) -> bool:
        """Evict the least recently used models until `entry` fits; False if nobody needs it now. Called with the lock held."""
        while not self._closed:
            self._forget_late(entry)
            if not entry.waiting and not entry.wanted:
                break
            others = [other for other in self._entries.values() if other.model]
            if sum(other.memory_bytes for other in others) + entry.memory_bytes <= self._budget:
                return True
            # Who was asked before answers first: else two models that do not fit together load in turn, and neither answers.
            idle = [other for other in others if not other.busy and not _before(other, entry)]
            if idle:
                # Those with questions waiting go last: evicting them means loading them again.
                min(idle, key=lambda other: (bool(other.waiting), other.used_at)).model = None
            else:
                self._changed.wait()
        return False

    def _forget_late(self, entry: _Entry) -> None:
        """Drop questions that nobody waits for any more. Called with the lock held."""
        now = self._clock()
        entry.waiting = {key: question for key, question in entry.waiting.items() if question.deadline > now}

    def _oldest(self, *, loaded: bool) -> _Entry | None:
        """The entry with the oldest question among those whose model is (not) in memory. Called with the lock held."""
        entries = [entry for entry in self._entries.values() if bool(entry.model) == loaded and not entry.busy]
        asked = [entry for entry in entries if entry.waiting]
        if asked:
            return min(asked, key=_Entry.oldest)
        return None if loaded else next((entry for entry in entries if entry.wanted), None)


def _before(one: _Entry, other: _Entry) -> bool:
    """Whether a question waits for `one`, and none that waits for `other` was asked before it."""
    return bool(one.waiting) and (not other.waiting or one.oldest() <= other.oldest())


def _answers(model: Model, probes: Sequence[Probe]) -> list[Reply]:
    """Whatever the model does, one reply a probe."""
    try:
        replies = model.answer(probes)
    except Exception as error:
        log.exception("%s: crashed on a batch of %d", model.contestant.repository, len(probes))
        return [Reply(error=one_line(error))] * len(probes)
    if len(replies) != len(probes):
        return [Reply(error=f"{len(replies)} replies to {len(probes)} probes")] * len(probes)
    return replies


def _settle(questions: Iterable[_Question], replies: Iterable[Reply]) -> None:
    """Answer the questions, but for those that are answered because the pool was closed meanwhile."""
    for question, reply in zip(questions, replies, strict=True):
        if not question.reply.done():
            question.reply.set_result(reply)
