"""What reaches the MCP server: bodies of a bounded size, from clients that are still there."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import Message, Receive, Scope, Send

from arena.errors import InputError
from arena.ui.admission import Admission, Crowded
from arena.ui.event_inputs import read_object
from arena.ui.refusals import bounded_body, refusal
from arena.ui.shares import READS

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

ADDRESS = "/gradio_api/mcp"
"""Where assistants look for the tools of a Gradio app."""
PAGE = "programs"
"""Where people read of them."""
MOST_BYTES, BODY_SECONDS = 100_000, 20.0
GONE = "arena.client_has_gone"
"""Key of a scope, for an event that is set once its client has gone."""


class McpRequests:
    """Answers what is sent to `ADDRESS`.

    Args:
        server: the tools.
        admission: who may ask how often.
    """

    def __init__(self, server: "FastMCP", admission: Admission) -> None:
        server.streamable_http_app()  # makes the manager of sessions, of which there are none
        self._sessions = server.session_manager
        self._admission = admission

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """Answer for as long as the block lasts."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":  # there are no sessions to follow or to end
            people = "text/html" in Headers(scope=scope).get("accept", "")
            page = "../" * (scope["path"].count("/") - 1) + PAGE  # relative: a proxy may have put the arena into a folder
            answer = RedirectResponse(page, 303) if people else refusal(405, "MCP: send a POST", {"Allow": "POST"})
            await answer(scope, receive, send)
            return
        try:
            self._admission.admit(self._admission.client_of(scope), READS)
            async with asyncio.timeout(BODY_SECONDS):
                body = await bounded_body(Headers(scope=scope), receive, MOST_BYTES)
            # What the library could not read it would tell the terminal, with a traceback.
            body = None if body is None else orjson.dumps(read_object(body))
        except InputError as error:
            await refusal(400, str(error))(scope, receive, send)
        except TimeoutError:
            await refusal(408, f"body: did not come within {BODY_SECONDS:.0f} s; send it again")(scope, receive, send)
        except (Crowded, HTTPException) as error:
            await refusal(error.status_code, error.detail, error.headers)(scope, receive, send)
        else:
            if body is not None:
                await self._answer(body, scope, receive, send)

    async def _answer(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        gone = threading.Event()
        watch = asyncio.create_task(_notice_end(receive, gone))
        try:
            await self._sessions.handle_request({**scope, GONE: gone}, _body(body, watch), send)
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch


def client_has_gone(request: Request) -> Callable[[], bool]:
    """Tells, at any time, whether the client of a request has gone."""
    gone = request.scope.get(GONE)
    return gone.is_set if isinstance(gone, threading.Event) else lambda: False


async def _notice_end(receive: Receive, gone: threading.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _body(body: bytes, end: "asyncio.Task[None]") -> Receive:
    """Gives a body that was read already, and then the end of the connection."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.shield(end)
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
