"""Tells open pages whether anything has changed about submissions, so that they ask for it only then."""

import threading
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from arena.store import Store

ADDRESS = "/submissions-revision"
SECONDS = 1.0
"""For which one answer of the store serves all pages."""


class SubmissionRevision:
    """Answers with the revision of the submissions of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: tuple[float, int] | None = None

    async def tell(self, _request: Request) -> PlainTextResponse:
        """The revision, as a number."""
        revision = self._fresh()
        if revision is None:
            revision = await run_in_threadpool(self._read)
        return PlainTextResponse(str(revision), headers={"Cache-Control": "no-store"})

    def _fresh(self) -> int | None:
        known = self._known
        return known[1] if known is not None and time.monotonic() - known[0] < SECONDS else None

    def _read(self) -> int:
        with self._lock:  # one of those that wait asks, and the others take what it got
            known = self._fresh()
            if known is None:
                known = self._store.submissions.revision()
                self._known = time.monotonic(), known
            return known
