"""How long each request waits for its answer to begin: for streams of results, too, whose end says nothing."""

import re
import time

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLACES = re.compile(
    r"/(?:(?P<look>look|assets|static|svelte|theme\.css|favicon\.ico)\b|(?P<health>healthz|metrics)|(?P<upload>picture)"
    r"|gradio_api/(?:(?P<event>queue/join|cancel|reset|call/(?:v2/)?\w+/?\Z)|(?P<stream>queue/data|heartbeat|call)|(?P<api>))"
    r"|(?P<page>[a-z]*)/?\Z)?"
)
"""What addresses are for; a name that is made up is of no kind but `other`."""


class RequestTimes:
    """ASGI middleware that observes them.

    Args:
        app: what answers.
        histogram: by place and status.
    """

    def __init__(self, app: ASGIApp, histogram: Histogram) -> None:
        self.app = app
        self._histogram = histogram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                self._histogram.labels(place_of(scope["path"]), str(message["status"])).observe(seconds)
            await send(message)

        await self.app(scope, receive, send_observed)


def place_of(path: str) -> str:
    """What an address is for, in a word of few."""
    found = PLACES.match(path)
    return (found.lastgroup if found else None) or "other"
