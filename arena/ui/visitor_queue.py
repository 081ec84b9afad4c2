"""The queue of visitors' events: Gradio's, with shares, fair turns, and nothing asked that nobody reads.

All that the arena takes of the inner parts of Gradio's queue is here; `test_visitor_queue.py` notices where they move.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from weakref import WeakKeyDictionary

import fastapi
import gradio as gr
from gradio import utils
from gradio.block_function import BlockFunction
from gradio.context import LocalContext
from gradio.data_classes import PredictBodyInternal
from gradio.queueing import Event, EventQueue, Queue
from gradio.server_messages import ProcessCompletedMessage
from gradio.utils import run_coro_in_background
from starlette.types import Scope

from arena.ui.admission import Admission
from arena.ui.shares import BATTLES, CHECKS, GENERATIONS, PLACES, READS

RUNNING = {BATTLES: 48, GENERATIONS: 16, CHECKS: 2}
"""How many of the costly kinds are under way at once; models gather what battles ask into batches. The check of a submission is
a process of its own, which may take some gigabytes."""
OTHERS_RUNNING = 24
"""How many of each other kind are."""
THREADS = sum(RUNNING.values()) + OTHERS_RUNNING
READ_FIRST = (BATTLES, GENERATIONS, CHECKS)
"""Kinds that are begun only while somebody reads what comes of them."""
UNREAD_SECONDS = 15.0
"""How long an event, and later what came of it, waits for somebody to read it."""
SWEEP_SECONDS = 1.0
"""Between two looks for what nobody reads."""
QUIET_SECONDS = 10.0
"""How long the stream of a page stays open after the last of its events."""
STREAM_END = "end-of-stream"
"""In the place of an event that a page still waits for. Gradio ends a stream once its page waits for nothing. What the page has
sent in that very moment it would never read: a page opens no stream while it takes the last one to be open."""
BROWSER = "mozilla/"
"""What all browsers call themselves begins so. Programs end only once their stream has, and send one event after the other."""
TICK = 0.03
"""Seconds between two looks at who waits. An arena that nobody visits should take no processor for it."""
PROGRESS_TICK = 1.0
"""Seconds between two looks at how far Gradio's own progress bars are; the arena has none."""
SENT_AGAIN = "idempotency-key"
"""A header by which an event is known that its page sends again, since no answer came through the first time."""
LONGEST_KEY, MOST_KEYS = 64, 20_000
"""Characters of such a name, and how many are remembered; the oldest are forgotten first."""
EventName = tuple[str, str | None, int | None, str]
"""Client, session, function and key of an event."""
NOBODY_READ = "nobody read this event in time, so it was dropped; send it again, and read its stream at once"


def counted_as(kind: str) -> dict[str, Any]:
    """What an event of a page is given so that it is held to the shares of a kind, and waits for nothing but its kind."""
    return {"concurrency_id": kind, "concurrency_limit": RUNNING.get(kind, OTHERS_RUNNING)}


@dataclass(frozen=True)
class Visit:
    """Who sent an event, and of what kind it is."""

    client: str
    kind: str


class VisitorQueue(Queue):
    """In place of the queue of some pages.

    Args:
        blocks: the pages.
        admission: who may do what.
        unread_seconds: how long an event, and later what came of it, waits for somebody to read it.
        quiet_seconds: how long the stream of a page stays open after the last of its events.
    """

    def __init__(
        self,
        blocks: gr.Blocks,
        admission: Admission,
        unread_seconds: float = UNREAD_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        super().__init__(
            live_updates=True,
            concurrency_count=THREADS,
            update_intervals=1,
            max_size=None,  # places bound each kind by itself
            blocks=blocks,
            default_concurrency_limit=OTHERS_RUNNING,
        )
        self.sleep_when_free = TICK
        self.progress_update_sleep_when_free = PROGRESS_TICK
        self.ANALYTICS_MAX_EVENTS = 1
        self._admission = admission
        self._turns = {kind: admission.turns(kind) for kind in READ_FIRST}
        self._visits: WeakKeyDictionary[Event, Visit] = WeakKeyDictionary()
        self._unread_seconds = unread_seconds
        self._quiet_seconds = quiet_seconds
        self._sweep_seconds = min(SWEEP_SECONDS, unread_seconds, quiet_seconds)
        self._idle_since: dict[str, float] = {}
        self._quiet_since: dict[str, float] = {}
        self._sent: dict[EventName, str] = {}

    def start(self) -> None:
        """Begin to work, and to clear up."""
        super().start()
        run_coro_in_background(self._sweep_again_and_again)

    async def push(self, body: PredictBodyInternal, request: fastapi.Request, username: str | None) -> Any:
        """Let an event wait, if its client may send one. What is sent again waits once.

        Raises:
            Crowded: it may not now.
        """
        function = self.blocks.fns.get(body.fn_index) if body.fn_index is not None else None
        if function is None:
            return await super().push(body, request, username)
        client, kind = self._admission.client_of(request.scope), _kind(function)
        name = (client, body.session_hash, body.fn_index, request.headers.get(SENT_AGAIN, "")[:LONGEST_KEY])
        if name in self._sent:
            return True, self._sent[name], "success"
        self._admission.admit(client, kind, self._under_way(kind))
        answer = await super().push(body, request, username)
        event = self.event_ids_to_events.get(answer[1]) if answer[0] and isinstance(answer[1], str) else None
        if event is not None:
            self._visits[event] = Visit(client, kind)
            self._remember(name, _id(event))
            if event.session_hash != _id(event) and _is_browser(request):  # a call over plain HTTP has a stream of its own
                self.pending_event_ids_session[event.session_hash].add(STREAM_END)
        return answer

    def check(self, function: BlockFunction, scope: Scope) -> None:
        """Do nothing if an event for `function` may be sent now.

        Raises:
            Crowded: `push` would refuse it.
        """
        kind = _kind(function)
        self._admission.check(self._admission.client_of(scope), kind, self._under_way(kind))

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """The next event to begin, a random kind first, and within the kind by fair turns."""
        lines = list(self.event_queue_per_concurrency_id.items())
        random.shuffle(lines)
        for name, line in lines:
            event = self._next(name, line)
            if event is not None:
                line.queue.remove(event)
                return [event], False, name
        return None

    def broadcast_estimations(self, concurrency_id: str, after: int | None = None) -> None:
        """Tell an event that has just come that it waits. Gradio tells all others, too, whenever one begins or ends."""
        if after is not None:
            super().broadcast_estimations(concurrency_id, after)

    def compute_analytics_summary(self, records: object) -> dict[str, Any]:  # noqa: ARG002 - Gradio's signature
        """Nothing: nobody looks at what Gradio would compute anew, over thousands of events, after each one."""
        return self.cached_event_analytics_summary

    def is_read(self, event_id: str) -> bool:
        """Whether somebody still reads what comes of an event."""
        event = self.event_ids_to_events.get(event_id)
        return event is not None and self._is_read(event)

    def _remember(self, name: EventName, event_id: str) -> None:
        if name[-1]:
            self._sent[name] = event_id
            while len(self._sent) > MOST_KEYS:
                del self._sent[next(iter(self._sent))]

    def _next(self, name: str, line: EventQueue) -> Event | None:
        if not line.queue or (line.concurrency_limit is not None and line.current_concurrency >= line.concurrency_limit):
            return None
        if name not in READ_FIRST:
            return line.queue[0]
        ready = [event for event in line.queue if self._is_read(event)]
        under_way = [self._client(event) for event in self._begun() if event.concurrency_id == name]
        chosen = self._turns[name].next([self._client(event) for event in ready], under_way)
        return None if chosen is None else ready[chosen]

    async def _sweep_again_and_again(self) -> None:
        while not self.stopped:
            await asyncio.sleep(self._sweep_seconds)
            async with self.delete_lock:
                self._drop_unread()
                self._end_streams()
                self._forget_sessions()
            self._admission.forget()
            for turns in self._turns.values():
                turns.forget()

    def _drop_unread(self) -> None:
        """Drop the events that nobody has read for too long, and tell whoever reads them later."""
        now = time.monotonic()
        for line in self.event_queue_per_concurrency_id.values():
            waiting = [event for event in line.queue if now - event.enqueue_time > self._unread_seconds]
            for event in [event for event in waiting if not self._is_read(event)]:
                line.queue.remove(event)
                self.event_ids_to_events.pop(_id(event), None)
                self.send_message(event, ProcessCompletedMessage(output={"error": NOBODY_READ}, success=False))

    def _end_streams(self) -> None:
        """End the streams of pages that have sent nothing for a while."""
        now = time.monotonic()
        quiet = [name for name, ids in self.pending_event_ids_session.items() if ids == {STREAM_END}]
        self._quiet_since = {name: self._quiet_since.get(name, now) for name in quiet}
        for name, since in self._quiet_since.items():
            if now - since > self._quiet_seconds and self._admission.is_read(name):
                end = ProcessCompletedMessage(event_id=STREAM_END, output={}, success=True)
                self.pending_messages_per_session[name].put_nowait(end)
                self._quiet_since[name] = now

    def _forget_sessions(self) -> None:
        """Forget what came of events that nobody reads, a while after they ended; Gradio would keep it of 2,000 sessions."""
        now = time.monotonic()
        busy = {event.session_hash for event in self.event_ids_to_events.values()}
        idle = {name for name in self.pending_messages_per_session.keys() - busy if not self._admission.is_read(name)}
        self._idle_since = {name: self._idle_since.get(name, now) for name in idle}
        for name in [name for name, since in self._idle_since.items() if now - since > self._unread_seconds]:
            del self.pending_messages_per_session[name]
        for name in self.pending_event_ids_session.keys() - self.pending_messages_per_session.keys():
            del self.pending_event_ids_session[name]

    def lengths(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Kind -> its events that wait, and those that have begun; none of kinds of which there is none."""
        waiting = [event for line in self.event_queue_per_concurrency_id.values() for event in line.queue]
        kinds = [[self._visits[event].kind for event in events if event in self._visits] for events in (waiting, self._begun())]
        return Counter(kinds[0]), Counter(kinds[1])

    def _under_way(self, kind: str) -> Counter[str]:
        """client -> its events of a kind that wait or have begun."""
        waiting = [event for line in self.event_queue_per_concurrency_id.values() for event in line.queue]
        visits = [self._visits.get(event) for event in (*waiting, *self._begun())]
        return Counter(visit.client for visit in visits if visit and visit.kind == kind)

    def _begun(self) -> Iterator[Event]:
        return (event for job in self.active_jobs if job for event in job)

    def _client(self, event: Event) -> str:
        return self._visits[event].client

    def _is_read(self, event: Event) -> bool:
        return self._admission.is_read(event.session_hash, _id(event))


def queue_visitors(
    blocks: gr.Blocks,
    admission: Admission,
    unread_seconds: float = UNREAD_SECONDS,
    quiet_seconds: float = QUIET_SECONDS,
) -> VisitorQueue:
    """Put the events of pages into a `VisitorQueue`, before they are served."""
    blocks.max_threads = THREADS
    blocks.queue(api_open=False)
    if find_spec("matplotlib") is None:  # else Gradio looks for it all over Python's path, twice an event
        setattr(utils, "MatplotlibBackendMananger", nullcontext)  # noqa: B010 - not the class that it has there
    queue = VisitorQueue(blocks, admission, unread_seconds, quiet_seconds)
    blocks._queue = queue  # noqa: SLF001 - Gradio has no other way to a queue of one's own
    return queue


def reader_is_gone() -> bool:
    """Whether nobody waits any more for what the event under way in this thread brings."""
    event_id, blocks = LocalContext.event_id.get(None), LocalContext.blocks.get(None)
    queue = getattr(blocks, "_queue", None)
    return event_id is not None and isinstance(queue, VisitorQueue) and not queue.is_read(event_id)


def _kind(function: BlockFunction) -> str:
    return function.concurrency_id if function.concurrency_id in PLACES else READS


def _is_browser(request: fastapi.Request) -> bool:
    return request.headers.get("user-agent", "").lower().startswith(BROWSER)


def _id(event: Event) -> str:
    return event._id  # noqa: SLF001 - Gradio gives events no other name
