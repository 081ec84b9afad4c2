"""A pool of models: loads them when they are asked, keeps them within a memory budget, and batches the probes of many visitors.

Visitors' threads put questions in and wait. Worker threads each take the model with the oldest question, and answer all that
is asked of that model by then in one batch, so that batches grow by themselves under load and nobody waits for one to fill.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import wait

from arena.contestants import Contestant
from arena.errors import ArenaError, ModelEnded, one_line
from arena.models.base import Model
from arena.models.pool_slots import Slot, before, settle
from arena.models.runtime import NICE_TO_PAGES, cores, let_others_first
from arena.probes import Probe, Reply

MAX_BATCH = 256
"""Probes that are answered together; the others wait for the next batch."""
PATIENCE = 120.0
"""Seconds that whoever asks waits, where nothing else is said."""
RETRY_SECONDS = 60.0
"""How long a model that could not be loaded is left alone, before it is tried again."""

CLOSED = Reply(error="the pool is closed")

log = logging.getLogger(__name__)


def late(seconds: float) -> Reply:
    """The reply to whoever has waited so long."""
    return Reply(error=f"no answer within {seconds:g} s")


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
        self._slots: dict[str, Slot] = {}
        self._changed = threading.Condition()
        self._closed = False
        jobs = [self._load_when_asked, *[self._answer_when_asked] * workers]
        self._threads = [threading.Thread(target=job, name=f"models-{job.__name__}", daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def register(self, contestant: Contestant, memory_bytes: int, load: Callable[[], Model]) -> None:
        """Make a contestant known; `load` is called, in a thread of the pool, when it is first asked, and after evictions."""
        slot = Slot(contestant, memory_bytes, load)
        if memory_bytes > self._budget:
            slot.failure = (
                f"{contestant.repository}: it takes {memory_bytes / 2**30:.3g} GB, and all models together may take "
                f"{self._budget / 2**30:.3g}; raise ARENA_MEMORY"
            )
            slot.failed_at = math.inf
            log.warning(slot.failure)
        with self._changed:
            self._slots.setdefault(contestant.id, slot)

    def let_go(self, contestant_id: str) -> None:
        """Need the memory of a contestant no more. What is asked of it already is answered."""
        with self._changed:
            slot = self._slots.get(contestant_id)
            if slot is not None and not slot.busy and not slot.waiting:
                slot.model = None
                slot.wanted = False
                self._changed.notify_all()

    def failed(self) -> dict[str, str]:
        """Who is not to be asked now, and why: id -> reason.

        Those that could not be loaded, or have ended, until `RETRY_SECONDS` are over; and those that have been at questions for
        so long that nobody waits for the answers.
        """
        now = self._clock()
        with self._changed:
            stuck = {
                key: f"is at the same questions for {now - slot.busy_since:.0f} s"
                for key, slot in self._slots.items()
                if slot.busy_since is not None and now - slot.busy_since > PATIENCE
            }
            return stuck | {key: slot.failure for key, slot in self._slots.items() if slot.failure and self._left_alone(slot)}

    def loaded(self) -> list[str]:
        """Ids of the contestants in memory."""
        with self._changed:
            return [identifier for identifier, slot in self._slots.items() if slot.model]

    def waiting(self, contestant_id: str | None = None) -> int:
        """Probes that are asked and not answered: of one contestant, or of all."""
        with self._changed:
            slots = [slot for name, slot in self._slots.items() if contestant_id in (None, name)]
            return sum(len(slot.waiting) + len(slot.answering) for slot in slots)

    def longest_wait(self, contestant_id: str) -> float:
        """Seconds that the first has waited of the probes that are asked of a contestant and not answered; 0 without any."""
        with self._changed:
            slot = self._slots[contestant_id]
            asked = [question.asked_at for question in (*slot.answering.values(), *slot.waiting.values())]
            return self._clock() - min(asked) if asked else 0.0

    def ask(self, contestant_id: str, probes: Sequence[Probe], *, timeout: float = PATIENCE) -> list[Reply]:
        """One reply a probe, in order. What goes wrong, or takes longer than `timeout` seconds, is an error reply.

        The same probe asked by several threads at once is answered once, and one that nobody waits for any more is not.
        """
        with self._changed:
            slot = self._slots.get(contestant_id)
            if slot is None or self._closed:
                return [CLOSED if self._closed else Reply(error=f"no contestant {contestant_id}")] * len(probes)
            if self._left_alone(slot):
                return [Reply(error=slot.failure)] * len(probes)
            now = self._clock()
            questions = [slot.ask(probe, now, now + timeout) for probe in probes]
            self._changed.notify_all()
        done, _ = wait({question.reply for question in questions}, timeout)
        return [question.reply.result() if question.reply in done else late(timeout) for question in questions]

    def warm(self, contestant_ids: Iterable[str] | None = None, *, timeout: float | None = 0.0) -> None:
        """Load models before they are asked, in the background: those named, or all, as far as the budget reaches.

        Args:
            contestant_ids: whom to load; all by default.
            timeout: seconds to wait until that is done; None for as long as it takes.
        """
        with self._changed:
            chosen = list(self._slots if contestant_ids is None else contestant_ids)
            free = self._budget - sum(slot.memory_bytes for slot in self._slots.values() if slot.model)
            for identifier in chosen:
                slot = self._slots[identifier]
                if slot.model is None and slot.memory_bytes <= free and not self._left_alone(slot):
                    slot.wanted = True
                    free -= slot.memory_bytes
            self._changed.notify_all()
            self._changed.wait_for(lambda: not any(self._slots[identifier].wanted for identifier in chosen), timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Answer nothing more: what waits gets error replies, what runs has `timeout` seconds to finish, models are let go."""
        with self._changed:
            self._closed = True
            for slot in self._slots.values():
                slot.turn_away(CLOSED)
            self._changed.notify_all()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        with self._changed:
            for slot in self._slots.values():
                settle(slot.answering.values(), [CLOSED] * len(slot.answering))
                slot.model = None

    def _left_alone(self, slot: Slot) -> bool:
        return slot.failure is not None and self._clock() - slot.failed_at < RETRY_SECONDS

    def _answer_when_asked(self) -> None:
        if self._on_this_machine:
            self._share_cores()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._oldest(loaded=True))
                slot = self._oldest(loaded=True)
                if self._closed or slot is None or slot.model is None:
                    return
                model, slot.busy_since = slot.model, self._clock()
                slot.forget_late(self._clock())
                for key in list(slot.waiting)[:MAX_BATCH]:
                    slot.answering[key] = slot.waiting.pop(key)
            probes = [question.probe for question in slot.answering.values()]
            replies, end = _answers(model, probes) if probes else ([], None)
            del model  # an evicted model must not live on in this frame
            with self._changed:
                slot.busy_since, slot.used_at = None, self._clock()
                settle(slot.answering.values(), replies)
                slot.answering.clear()
                if end is not None:
                    self._fail(slot, end)
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
                slot = self._oldest(loaded=False)
                if self._closed or slot is None:
                    return
                fits = self._make_room(slot)
            if fits:
                self._load(slot)
            with self._changed:
                slot.wanted = False
                self._changed.notify_all()

    def _load(self, slot: Slot) -> None:
        """Load the model of `slot`, or tell everybody who waits for it why not."""
        try:
            model = slot.load()
        except Exception as error:  # noqa: BLE001  a model that cannot be loaded must not stop the others
            self._fail(slot, error)
            return
        with self._changed:
            slot.model, slot.failure, slot.used_at = model, None, self._clock()

    def _fail(self, slot: Slot, error: Exception) -> None:
        """Leave a contestant alone for a while, and tell everybody who waits for it why."""
        failure, name = str(error) if isinstance(error, ArenaError) else one_line(error), slot.contestant.repository
        log.warning("%s: left alone for %g s: %s", name, RETRY_SECONDS, failure.removeprefix(f"{name}: "), exc_info=error)
        with self._changed:
            slot.fail(failure, self._clock())

    def _make_room(self, slot: Slot) -> bool:
        """Evict the least recently used models until `slot` fits; False if nobody needs it now. Called with the lock held."""
        while not self._closed:
            slot.forget_late(self._clock())
            if not slot.waiting and not slot.wanted:
                break
            others = [other for other in self._slots.values() if other.model]
            if sum(other.memory_bytes for other in others) + slot.memory_bytes <= self._budget:
                return True
            # Who was asked before answers first: else two models that do not fit together load in turn, and neither answers.
            idle = [other for other in others if not other.busy and not before(other, slot)]
            if idle:
                # Those with questions waiting go last: evicting them means loading them again.
                min(idle, key=lambda other: (bool(other.waiting), other.used_at)).model = None
            else:
                self._changed.wait()
        return False

    def _oldest(self, *, loaded: bool) -> Slot | None:
        """The slot with the oldest question among those whose model is (not) in memory. Called with the lock held."""
        slots = [slot for slot in self._slots.values() if bool(slot.model) == loaded and not slot.busy]
        asked = [slot for slot in slots if slot.waiting]
        if asked:
            return min(asked, key=Slot.oldest)
        return None if loaded else next((slot for slot in slots if slot.wanted), None)


def _answers(model: Model, probes: Sequence[Probe]) -> tuple[list[Reply], ModelEnded | None]:
    """Whatever the model does, one reply a probe; and why it answers no others, if it has ended."""
    try:
        replies = model.answer(probes)
    except ModelEnded as end:
        return [Reply(error=str(end))] * len(probes), end
    except Exception as error:
        log.exception("%s: crashed on a batch of %d", model.contestant.repository, len(probes))
        return [Reply(error=one_line(error))] * len(probes), None
    if len(replies) != len(probes):
        return [Reply(error=f"{len(replies)} replies to {len(probes)} probes")] * len(probes), None
    return replies, None
