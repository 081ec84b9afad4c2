"""Lets requests in while their client has a share left, and knows which streams of results are being read.

A request that is refused is answered at once: 429, a line that says why, and Retry-After.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from arena.settings import Settings
from arena.ui import uploads
from arena.ui.clients import UNKNOWN, Clients
from arena.ui.refusals import let_go
from arena.ui.shares import PLACES, READS, STREAMS, UPLOADS, Places, Shares, places_of, shares_of
from arena.ui.turns import Turns

STREAM = re.compile(r"/gradio_api/(?:call/(?:v2/)?\w+/(?P<event>[^/]+)|(?P<page>queue/data)|heartbeat/[^/]+)/?")
"""Where pages and programs read what becomes of their events; pages also tell there that they are still open."""
PART = re.compile(
    r"/(?:gradio_api|look|assets|static|svelte|submissions-revision|healthz|metrics|favicon|theme\.css|robots\.txt"
    r"|manifest\.json)(?:[/.].*)?",
    re.DOTALL,
)
"""Where answers are quick, or counted elsewhere. Other addresses are those of pages, which take as long as a board."""
DESCRIPTION = re.compile(r"/gradio_api/(?:info|openapi\.json)/?")
"""What programs read of all functions."""
CROWDED_SECONDS = 5
"""After how long to try again where it cannot be known when there is a place."""


class Crowded(HTTPException):
    """A client has used up its share, or there is no place."""

    def __init__(self, line: str, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        super().__init__(429, f"{line}; try again in {wait} s", {"Retry-After": str(wait)})


class Admission:
    """Who may do what now. It belongs to the event loop.

    Args:
        client_of: names the client of a request.
        shares: how often each may ask.
        places: kind -> how much may be under way at once.
        beside_others: how many of the costly kinds one client may have under way while others are here.
    """

    def __init__(
        self,
        client_of: Callable[[Scope], str],
        shares: Shares | None = None,
        places: Mapping[str, Places] = PLACES,
        beside_others: int = 2,
    ) -> None:
        self.client_of = client_of
        self._shares = Shares() if shares is None else shares
        self._places = places
        self._beside_others = beside_others
        self._reading: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        """Kind -> how many requests were refused."""

    @classmethod
    def of(cls, settings: Settings) -> "Admission":
        """As the settings of an arena want it.

        Raises:
            SettingsError: one of them cannot be read.
        """
        shares, places = Shares(shares_of(settings)), places_of(settings)
        return cls(Clients.of(settings).client_of, shares, places, settings.battles_beside_others)

    def admit(self, client: str, kind: str, under_way: Counter[str] | None = None) -> None:
        """Let one request in, and count it against its client's share.

        Args:
            client: who sends it.
            kind: of request.
            under_way: client -> how much of that kind is waiting or under way; by default nobody counts places.

        Raises:
            Crowded: there is no place, or nothing left of the share.
        """
        self.check(client, kind, under_way)
        if client != UNKNOWN:
            self._shares.take(client, kind)

    def check(self, client: str, kind: str, under_way: Counter[str] | None = None) -> None:
        """Do nothing if `admit` would let a request in.

        Raises:
            Crowded: it would not.
        """
        try:
            if under_way is not None:
                self._check_places(client, kind, under_way)
            wait = 0 if client == UNKNOWN else self._shares.wait(client, kind)
            if wait:
                raise Crowded(f"{kind}: your address or account has used up its share", wait)
        except Crowded:
            self.refused[kind] += 1
            raise

    def turns(self, kind: str) -> Turns:
        """Whose turn it is among those who wait for a costly kind; nobody's yet."""
        return Turns(self._beside_others, self._shares.interval(kind))

    def forget(self) -> None:
        """Forget clients who have asked for nothing in a while."""
        self._shares.forget()

    def streams(self) -> Mapping[str, int]:
        """Client -> the streams that it has open."""
        return self._streams

    def is_read(self, *names: str) -> bool:
        """Whether somebody reads the stream of one of these sessions or events."""
        return any(name in self._reading for name in names)

    @contextmanager
    def reading(self, client: str, name: str | None) -> Iterator[None]:
        """Count a stream for as long as the block lasts.

        Args:
            client: who reads.
            name: session or event whose results are read; None for a stream that brings none.

        Raises:
            Crowded: the client has too many streams open, or opens them too fast.
        """
        self.admit(client, STREAMS, self._streams)
        names = [(self._streams, client), *([(self._reading, name)] if name else [])]
        for counter, key in names:
            counter[key] += 1
        try:
            yield
        finally:
            for counter, key in names:
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]

    def _check_places(self, client: str, kind: str, under_way: Counter[str]) -> None:
        places = self._places[kind]
        # Nobody tells apart who comes through an unknown proxy: together they leave half of the places to others.
        most = places.of_all // 2 if client == UNKNOWN else places.of_client
        if under_way[client] >= most:
            raise Crowded(f"{kind}: {under_way[client]} of yours are waiting or under way", CROWDED_SECONDS)
        # Where all places are taken, whoever has less than an even part of them is let in all the same.
        even = places.of_all // len({*under_way, client})
        if under_way.total() >= places.of_all and under_way[client] >= even:
            raise Crowded(f"{kind}: the arena is full", CROWDED_SECONDS)


class AdmittedRequests:
    """ASGI middleware that holds uploads and streams to their shares. Events come later, in `VisitorQueue`."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self.app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            with self._admitted(scope):
                await self.app(scope, receive, send)
        except Crowded as error:
            await let_go(receive)
            # What was not read of the body must not be taken for the next request.
            headers = {**(error.headers or {}), "Connection": "close"}
            await JSONResponse({"error": error.detail, "detail": error.detail}, error.status_code, headers)(
                scope, receive, send
            )

    @contextmanager
    def _admitted(self, scope: Scope) -> Iterator[None]:
        stream = STREAM.fullmatch(scope["path"]) if scope["method"] == "GET" else None
        if stream:
            session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [None])[-1]
            name = stream["event"] or (session if stream["page"] else None)
            with self._admission.reading(self._admission.client_of(scope), name):
                yield
            return
        if scope["method"] in ("GET", "HEAD") and (not PART.fullmatch(scope["path"]) or DESCRIPTION.fullmatch(scope["path"])):
            self._admission.admit(self._admission.client_of(scope), READS)
        if scope["method"] == "POST" and scope["path"] == uploads.ADDRESS:
            self._admission.admit(self._admission.client_of(scope), UPLOADS)
        yield
