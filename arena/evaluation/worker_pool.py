"""Shares workers among contestants: who has a model asks it as long as anything waits for that model."""

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from arena.errors import ArenaError, one_line
from arena.evaluation.asking import MOST_LOSSES, LoadError, Loop
from arena.evaluation.backlog import Backlog
from arena.evaluation.workers import Order, Worker, WorkerEnded, Workers
from arena.models import Model

GUESS_SECONDS = 0.05
"""What a probe takes, before the first shard tells: a small model on a CPU."""
START_SECONDS = 5.0
"""What it takes to begin a worker and to load a model, before the first one tells."""
WORTHWHILE = 2
"""Times as long as that, which others must still have to ask, for one more to help them."""
PAUSE = 0.5
"""Seconds after which who has nothing to do looks again at how long others will take."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    """What waits to be asked of one model."""

    order: Order
    loop: Loop
    backlog: Backlog
    hands: int = 0
    """Workers that are at it."""
    losses: int = 0
    """Workers that ended while they loaded its model."""
    is_full: bool = False
    """Whether one model more did not fit."""

    @property
    def seconds_left(self) -> float:
        """For the workers that are at it."""
        told = self.backlog.seconds_left
        return GUESS_SECONDS * self.backlog.probes / max(1, self.hands) if told is None else told


class _Place:
    """Where one worker is, and what it has loaded."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.worker: Worker | None = None
        self.order: Order | None = None
        """Of the model that it has, or loads."""
        self.model: Model | None = None
        """None while it loads."""

    @property
    def contestant_id(self) -> str:
        return self.order.contestant.id if self.order else ""

    def leave(self) -> None:
        """End the worker; another one may take its place."""
        if self.worker is not None:
            self.worker.end()
        self.worker = self.order = self.model = None


class WorkerPool:
    """Workers, each asked by a thread of this process."""

    def __init__(self, workers: Workers, contestant_ids: Iterable[str], stop: threading.Event) -> None:
        """Start the threads; a worker begins when there is something for it.

        Args:
            workers: where they come from.
            contestant_ids: of whom something may be asked, until `dismiss` tells otherwise.
            stop: once set, no shard is begun; `halt` makes that known.
        """
        self._workers = workers
        self._stop = stop
        self._changed = threading.Condition()
        self._closed = False
        self._jobs: list[_Job] = []
        self._present = set(contestant_ids)
        self._longest_start: float | None = None
        self._places = [_Place(number) for number in range(workers.count)]
        self._threads = [threading.Thread(target=self._serve, args=(place,), daemon=True) for place in self._places]
        for thread in self._threads:
            thread.start()

    def dismiss(self, contestant_id: str) -> None:
        """Nothing more will be asked of a contestant; its model need not stay loaded."""
        with self._changed:
            self._present.discard(contestant_id)
            self._changed.notify_all()

    def ask_all(self, order: Order, loop: Loop, backlog: Backlog) -> None:
        """Run a loop on the model of an order, in as many workers as there is use for, until nothing waits.

        Raises:
            LoadError: it cannot be loaded.
            Exception: what a loop raised first.
        """
        job = _Job(order, loop, backlog)
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not job.hands and (not backlog.probes or self._stop.is_set() or self._closed))
            self._jobs.remove(job)
        if backlog.error is not None:
            raise backlog.error

    def halt(self) -> None:
        """Make known that `stop` is set: who only loads ends at once; who asks commits that first."""
        with self._changed:
            for place in self._places:
                if place.model is None and place.worker is not None:
                    place.worker.end()
            self._changed.notify_all()

    def close(self) -> None:
        """End all workers."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._workers.close()

    def _serve(self, place: _Place) -> None:
        while job := self._next(place):
            try:
                if model := place.model or self._load(place, job):
                    job.loop(model)
            except WorkerEnded:
                place.leave()
            except BaseException as error:  # noqa: BLE001 - who waits for the job tells it
                job.backlog.fail(error)
            with self._changed:
                job.hands -= 1
                self._changed.notify_all()
        place.leave()

    def _next(self, place: _Place) -> _Job | None:
        """What this place is to ask next, once there is something; None where the pool is closed."""
        with self._changed:
            while not self._closed:
                if not self._stop.is_set() and (job := self._choice(place)):
                    job.hands += 1
                    if place.contestant_id != job.order.contestant.id:
                        place.order, place.model = job.order, None
                    return job
                if place.contestant_id not in self._present:
                    place.leave()
                self._changed.wait(PAUSE if self._jobs else None)
        return None

    def _choice(self, place: _Place) -> _Job | None:
        """Its own contestant first, then one that nobody asks, then one that needs help."""
        jobs = [job for job in self._jobs if job.backlog.probes]
        own = [job for job in self._jobs if job.order.contestant.id == place.contestant_id]
        if waiting := [job for job in own if job in jobs]:
            return waiting[0]
        if not own and place.contestant_id in self._present:  # its next suite is about to come
            return None
        fitting = [job for job in jobs if self._fits(job.order, place)]
        if unasked := [job for job in fitting if not job.hands]:
            is_first = not any(other.order or other.worker for other in self._places if other is not place)
            goes = place.worker or is_first or self._is_worth(sum(job.seconds_left for job in jobs))
            return unasked[0] if goes else None
        if self._present - {job.order.contestant.id for job in self._jobs}:  # there may be one that nobody asks
            return None
        most = max((job for job in fitting if not job.is_full), key=lambda job: job.seconds_left, default=None)
        return most if most and self._is_worth(most.seconds_left) else None

    def _is_worth(self, seconds: float) -> bool:
        """Whether one more should be begun or loaded where others would be busy for so long."""
        return seconds > WORTHWHILE * (START_SECONDS if self._longest_start is None else self._longest_start)

    def _fits(self, order: Order, place: _Place) -> bool:
        """Whether memory suffices for it beside what others have loaded."""
        others = [other.order.memory_bytes for other in self._places if other.order and other is not place]
        return not others or sum(others) + order.memory_bytes <= self._workers.memory_bytes

    def _load(self, place: _Place, job: _Job) -> Model | None:
        """The model of a job; None where it does not fit, and others are at it.

        Raises:
            LoadError: nobody can load it.
            WorkerEnded: the worker did.
        """
        began = time.monotonic()
        try:
            place.worker = place.worker or self._workers.begin(place.number)
            place.model = place.worker.load(job.order)
        except WorkerEnded as end:
            self._load_lost(job, end)
            raise
        except Exception as error:
            place.order = None
            with self._changed:
                job.is_full = job.hands > 1
            if not job.is_full:
                raise LoadError(str(error) if isinstance(error, ArenaError) else one_line(error)) from error
            log.warning("a worker more cannot load %s: %s", job.order.contestant.reference, one_line(error))
            return None
        self._longest_start = max(time.monotonic() - began, self._longest_start or 0)
        return place.model

    def _load_lost(self, job: _Job, end: WorkerEnded) -> None:
        job.losses += 1
        if job.losses >= MOST_LOSSES:
            text = f"{job.losses} workers ended while they loaded it, the last one {end}; begin fewer --workers"
            job.backlog.fail(LoadError(text))
