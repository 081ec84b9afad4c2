"""Requests that pages of other sites send by a visitor's browser.

Any site may embed the arena, and ask a public one as a stranger would. None may act for a visitor who is signed in, or reach
an arena that only this machine is to reach.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from arena.ui.refusals import refusal

THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared, not bound
"""Names under which a browser reaches an arena on its own machine."""
IDENTITY = (b"cookie", b"authorization")
"""Headers that say who a visitor is."""


class OtherSites:
    """ASGI middleware that takes away who sends a request of another site, and refuses it where only this machine may ask."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if "origin" not in headers or _is_own(headers):
            await self.app(scope, receive, send)
        elif _name(f"//{headers.get('host', '')}") in THIS_MACHINE and _name(headers["origin"]) not in THIS_MACHINE:
            await refusal(403, "Origin: pages of other sites cannot ask an arena on your own machine")(scope, receive, send)
        else:
            anonymous = [(name, value) for name, value in scope["headers"] if name not in IDENTITY]
            await self.app({**scope, "headers": anonymous}, receive, send)


def _is_own(headers: Headers) -> bool:
    """Whether a page of the arena's own asks; where a proxy stands before it, it tells the name under which it is asked."""
    host = headers["origin"].partition("//")[2].lower()
    names = (headers.get(name, "").partition(",")[0].strip().lower() for name in ("host", "x-forwarded-host"))
    return bool(host) and host in names


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
