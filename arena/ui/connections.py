"""Connections to the server: none holds a place for a request that does not come, and no address has most of the places."""

import asyncio
import sys
from collections import Counter
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from arena.ui.clients import site_of

if sys.platform != "win32":
    import resource

HEAD_SECONDS = 15.0
"""In which the head of a request has to come, once it or the connection began. In between, `timeout_keep_alive` counts."""
UNREAD_SECONDS = 30.0
"""How long an answer may wait for whoever asked to take what was sent so far."""
OTHER_FILES = 256
"""Files that the arena has open beside connections."""
FEWEST, MOST = 64, 65_536
"""Places for connections, whatever the system lets this process open."""


def connection_limit() -> int:
    """How many connections there is room for, once this process may open as many files as the system lets it."""
    if sys.platform == "win32":
        return MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # macOS names no limit here, and has one
            most = soft
    return max(FEWEST, most - OTHER_FILES)


class BoundedConnection(H11Protocol):
    """A connection as uvicorn has it, which is closed at once where there is no place, and soon where no request comes or no
    answer is taken.

    One address has at most half of all places: behind a proxy it stands for all visitors.
    """

    limit = MOST
    """Places for all."""
    head_seconds = HEAD_SECONDS
    unread_seconds = UNREAD_SECONDS
    of_address: ClassVar[Counter[str]] = Counter()
    """Address -> its connections."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or close."""
        super().connection_made(transport)
        self._address = site_of(self.client[0]) if self.client else ""
        self.of_address[self._address] += 1
        if len(self.connections) > self.limit or self.of_address[self._address] > self.limit // 2:
            transport.abort()
        self._head_deadline = self._abort_in(self.head_seconds)
        self._reader_deadline: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Take what comes. A later request has as long to come as the first one."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._head_deadline.cancel()
        elif self._head_deadline.cancelled():
            self._head_deadline = self._abort_in(self.head_seconds)

    def pause_writing(self) -> None:
        """Wait for whoever asked to take what was sent, for a while."""
        super().pause_writing()
        self._reader_deadline = self._abort_in(self.unread_seconds)

    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()
        if self._reader_deadline is not None:
            self._reader_deadline.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the place."""
        self._head_deadline.cancel()
        if self._reader_deadline is not None:
            self._reader_deadline.cancel()
        self.of_address[self._address] -= 1
        if not self.of_address[self._address]:
            del self.of_address[self._address]
        super().connection_lost(exc)

    def _abort_in(self, seconds: float) -> asyncio.TimerHandle:
        return self.loop.call_later(seconds, self.transport.abort)
