"""What a stranger may ask of the server. Gradio would also take uploads, fetch other hosts, and write sessions to disk."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from arena.ui import uploads
from arena.ui.refusals import refusal, unknown_address

READING = {"GET", "HEAD", "OPTIONS"}
WRITABLE = re.compile(
    rf"/gradio_api/(queue/join|cancel|reset|call/(v2/)?\w+|mcp)/?|{re.escape(uploads.ADDRESS)}|/logout", re.ASCII
)
"""Where pages and programs send their events, assistants their calls, the generate page its pictures, and who signs out."""
READABLE = re.compile(
    r"(?!/gradio_api/).*|/gradio_api/(info/?|openapi\.json|user/?|login_check/?|app_id/?|theme\.css"
    r"|mcp/?|heartbeat/[^/]+|queue/(data|status)|call/(v2/)?\w+/[^/]+)",
    re.DOTALL,
)
"""The pages and their parts; what pages and programs need to know of them; what comes of events."""
HOST = re.compile(r"[\w.-]+(:\d{1,5})?|\[[\da-f:.]+\](:\d{1,5})?", re.ASCII | re.IGNORECASE)
LONGEST_NAME = 255
"""Bytes of a part of a path, as file systems have it."""
HOSTS = ("host", "x-forwarded-host", "x-gradio-server")
"""Headers that Gradio makes addresses of."""


class AcceptedRequests:
    """ASGI middleware that answers whatever else is asked for or written with a refusal, and reads nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not _names_hosts(Headers(scope=scope)):
            await refusal(400, "Host: is no name of a host")(scope, receive, send)
        elif not _may_be_asked(scope["method"], scope["path"]):
            await unknown_address(scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _may_be_asked(method: str, path: str) -> bool:
    """Whether there may be something, and files and addresses may be called so."""
    can_be_a_name = path.isprintable() and all(len(part.encode(errors="replace")) <= LONGEST_NAME for part in path.split("/"))
    return can_be_a_name and bool((READABLE if method in READING else WRITABLE).fullmatch(path))


def _names_hosts(headers: Headers) -> bool:
    """Whether all hosts are such as Gradio can read; proxies give several, the first counts."""
    given = (headers[name].partition(",")[0].strip() for name in HOSTS if name in headers)
    return all(HOST.fullmatch(host.removeprefix("http://").removeprefix("https://").rstrip("/")) for host in given)
