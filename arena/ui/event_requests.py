"""What reaches Gradio's queue: events that it can run, in bodies of a bounded size, and readers of events that there are."""

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import gradio as gr
import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.errors import InputError
from arena.ui.event_inputs import UnknownFunction, call, call_by_names, cancellation, endpoint, page_event, read_object, reset
from arena.ui.refusals import bounded_body, refusal
from arena.ui.visitor_queue import VisitorQueue

MOST_BYTES = 100_000
"""Of a body; a visitor's longest request has some thousands."""
BODY_SECONDS = 20.0
"""In which a body has to come."""
EVENT = re.compile(r"/gradio_api/(?:(?P<kind>queue/join|cancel|reset)|call/(?P<named>v2/)?(?P<endpoint>\w+))/?", re.ASCII)
"""Where pages and programs post their events."""
READER = re.compile(r"/gradio_api/(?:queue/data|call/(?:v2/)?\w+/(?P<event>[^/]+))", re.ASCII)
"""Where they read what comes of them."""
ENDS = {"cancel": cancellation, "reset": reset}


class EventRequests:
    """ASGI middleware that lets events through which Gradio can run, and refuses others with one line of JSON.

    Args:
        app: Gradio's app.
        blocks: the pages, whose functions the events are for.
        most_bytes: how large a body may be.
        seconds: in which it has to come.
    """

    def __init__(self, app: ASGIApp, *, blocks: gr.Blocks, most_bytes: int = MOST_BYTES, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.blocks = blocks
        self.most_bytes = most_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and scope["method"] == "POST" and (event := EVENT.fullmatch(path)):
            await self._post(event, scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET" and (reader := READER.fullmatch(path)):
            await self._read(reader, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _post(self, event: re.Match[str], scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                body = await bounded_body(Headers(scope=scope), receive, self.most_bytes)
            if body is None:
                return
            inputs = self._checked(event)(read_object(body))
            self._check_share(event, inputs, scope)
            content = orjson.dumps(inputs)
        except TimeoutError:
            await refusal(408, f"body: did not come within {self.seconds:.0f} s; send it again")(scope, receive, send)
        except HTTPException as error:
            await refusal(error.status_code, error.detail, error.headers)(scope, receive, send)
        except UnknownFunction as error:
            await refusal(404, str(error))(scope, receive, send)
        except InputError as error:
            await refusal(400, str(error))(scope, receive, send)
        else:
            await self.app(_with_body(scope, event, len(content)), _replay(content, receive), send)

    def _checked(self, event: re.Match[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        if event["endpoint"]:
            return partial(call_by_names if event["named"] else call, self.blocks, event["endpoint"])
        return partial(page_event, self.blocks) if event["kind"] == "queue/join" else ENDS[event["kind"]]

    def _check_share(self, event: re.Match[str], inputs: Mapping[str, Any], scope: Scope) -> None:
        """Refuse what the queue would refuse, before Gradio has done its work on it: that is most of what a flood costs."""
        queue = self.blocks._queue  # noqa: SLF001 - Gradio has no other way to a queue of one's own
        if event["kind"] in ENDS or not isinstance(queue, VisitorQueue):
            return
        function = endpoint(self.blocks, event["endpoint"]) if event["endpoint"] else self.blocks.fns[inputs["fn_index"]]
        queue.check(function, scope)

    async def _read(self, reader: re.Match[str], scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_known(reader["event"], QueryParams(scope["query_string"]).get("session_hash", "")):
            await refusal(404, "event: is unknown, or was read to its end; send it again")(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        except (RuntimeError, KeyError) as error:
            # Two readers of one session: Gradio has told the second in its stream that it is over, and fails at ending it.
            if isinstance(error, RuntimeError) and not isinstance(error.__cause__, HTTPException):
                raise
            await send({"type": "http.response.body", "body": b""})

    def _is_known(self, event: str | None, session: str) -> bool:
        queue = self.blocks._queue  # noqa: SLF001 - Gradio tells nobody which events it has
        if event is None:
            return session in queue.pending_messages_per_session
        return event in queue.event_ids_to_events or any(event in ids for ids in queue.pending_event_ids_session.values())


def _with_body(scope: Scope, event: re.Match[str], size: int) -> Scope:
    """The request with a body of another size; a call by names becomes one by places."""
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")]
    headers = [*kept, (b"content-length", b"%d" % size)]
    path = f"/gradio_api/call/{event['endpoint']}" if event["named"] else scope["path"]
    return {**scope, "headers": headers, "path": path, "raw_path": path.encode()}


def _replay(content: bytes, receive: Receive) -> Receive:
    """Gives a body that was read already, and then what really comes."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return replayed
