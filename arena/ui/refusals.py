"""How the server refuses: a line of JSON for programs, and a page for browsers that look for one that is not there."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope

from arena.ui.markup import render
from arena.ui.navigation import TITLE, head_html

LET_GO_BYTES, LET_GO_SECONDS = 1_000_000, 1
"""How much of a body that is refused is taken, and for how long."""
LONGEST_LINE = 500
"""Characters of a refusal."""
UNREAD = {408, 413, 415}
"""Answers to requests whose body is not read to its end."""


async def let_go(receive: Receive, most: int = LET_GO_BYTES) -> None:
    """Take a little more of a body without keeping it: a connection that is closed over unread bytes loses the answer, too."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LET_GO_SECONDS):
            while most > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                most -= len(message["body"])


def refusal(status: int, line: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer to a request that is not let through."""
    # What was not read of the body must not be taken for the next request.
    close = {"Connection": "close"} if status in UNREAD else {}
    return JSONResponse({"detail": _bounded(line)}, status, {**close, **(headers or {})})


def _bounded(line: str) -> str:
    """What was sent may be part of the line: no more of it than tells what is meant, and nothing that turns text around."""
    shown = "".join(character if character.isprintable() else "?" for character in line)
    return shown if len(shown) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]}..."


def unknown_address(scope: Scope) -> Response:
    """The answer where nothing is: a page with a way back for a browser, a line for a program."""
    asks_for_page = scope["method"] in ("GET", "HEAD") and "text/html" in Headers(scope=scope).get("accept", "")
    if not asks_for_page:
        return refusal(404, "Not found")
    # Relative, as all addresses of the pages: a proxy may have put the arena into a folder of its own.
    home = "../" * (scope["path"].count("/") - 1) or "./"
    return HTMLResponse(render("unknown_address.html", home=home, title=f"Not found - {TITLE}", head=head_html()), 404)


async def not_found(request: Request, error: Exception) -> Response:
    """Starlette's handler of status 404: a reason of its own is told, and what has none is an unknown address."""
    detail = error.detail if isinstance(error, HTTPException) else ""
    return unknown_address(request.scope) if detail in ("", "Not Found") else refusal(404, detail)


async def not_valid(_request: Request, error: Exception) -> Response:
    """FastAPI's handler of parameters that a route cannot read: the first, in one line."""
    problems = getattr(error, "errors", list)()
    name, message = (str(problems[0]["loc"][-1]), str(problems[0]["msg"])) if problems else ("request", "cannot be read")
    return refusal(422, f"{name}: {message}")
