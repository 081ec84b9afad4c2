"""How the server refuses: a line of JSON for programs, and a page for browsers that look for one that is not there."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from markupsafe import Markup
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
NOTHING_HERE = Markup(
    'There is nothing at this address. <a href="./">Play a battle</a>, or look at the <a href="leaderboard">leaderboard</a>.'
)
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


async def bounded_body(headers: Headers, receive: Receive, most: int) -> bytes | None:
    """All of a body of JSON; None when whoever sends it goes away. No more is kept once it is known to be too large.

    Args:
        headers: of the request.
        receive: gives the body.
        most: bytes that it may have.

    Raises:
        HTTPException: it is larger, or no JSON.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        await let_go(receive)
        raise HTTPException(415, "Content-Type: send application/json")
    announced = headers.get("content-length", "")
    body = bytearray()
    size = int(announced) if announced.isdecimal() and len(announced) < 20 else 0
    while True:
        if max(size, len(body)) > most:
            await let_go(receive)
            raise HTTPException(413, f"body: is larger than {most} bytes; send less")
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False) and len(body) <= most:
            return bytes(body)


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
    return calm_page(scope, NOTHING_HERE, "Not found", 404)


def calm_page(scope: Scope, line: Markup, title: str, status: int) -> Response:
    """A page in the arena's look that says one thing.

    Args:
        scope: of the request that it answers.
        line: what it says.
        title: of its window.
        status: of the answer.
    """
    # Relative, as all addresses of the pages: a proxy may have put the arena into a folder of its own.
    home = "../" * (scope["path"].count("/") - 1) or "./"
    return HTMLResponse(render("calm_page.html", home=home, title=f"{title} - {TITLE}", head=head_html(), line=line), status)


async def not_found(request: Request, error: Exception) -> Response:
    """Starlette's handler of status 404: a reason of its own is told, and what has none is an unknown address."""
    detail = error.detail if isinstance(error, HTTPException) else ""
    return unknown_address(request.scope) if detail in ("", "Not Found") else refusal(404, detail)


async def not_valid(_request: Request, error: Exception) -> Response:
    """FastAPI's handler of parameters that a route cannot read: the first, in one line."""
    problems = getattr(error, "errors", list)()
    name, message = (str(problems[0]["loc"][-1]), str(problems[0]["msg"])) if problems else ("request", "cannot be read")
    return refusal(422, f"{name}: {message}")
