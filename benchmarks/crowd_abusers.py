"""Clients that take from an arena what they can, one kind of abuse each, at a bounded pace.

They are a process of their own, so that what they compute does not slow down those who measure.

    python benchmarks/crowd_abusers.py URL PACE

It says when it begins, ends with its standard input, and then prints as JSON how often it was answered with each status.
"""

import asyncio
import contextlib
import json
import sys
import uuid
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

import httpx
from crowd_visitors import Site, client_at

from arena.ui.upload_policy import TERMS

BATTLE = "/gradio_api/call/battle"
STREAMS = 40
"""Streams that are held open without being read."""
SLOW_UPLOADS = 16
LARGE_BODY = 30 * 2**20
"""Bytes."""
LARGE_BODY_PAUSE = 1.0
"""Seconds between two of them."""
DRIP = 0.5
"""Seconds between two bytes of a slow upload."""

Abuse = Callable[[httpx.AsyncClient, Site, float], Coroutine[None, None, None]]
"""Through a client, on a site, at so many requests a second."""


async def flood(client: httpx.AsyncClient, site: Site, pace: float) -> None:  # noqa: ARG001
    """Ask for battles and never come for them."""
    while True:
        await attempt(client.post(BATTLE, json={"data": ["", "", ""]}))
        await asyncio.sleep(1 / pace)


async def unread_streams(client: httpx.AsyncClient, site: Site, pace: float) -> None:
    """Ask for battles as the page does, open their streams, and read nothing."""
    streams: deque[httpx.Response] = deque()
    while True:
        session = await joined(client, site)
        request = client.build_request("GET", "/gradio_api/queue/data", params={"session_hash": session})
        if response := await attempt(client.send(request, stream=True)):
            streams.append(response)
        if len(streams) > STREAMS:
            await streams.popleft().aclose()
        await asyncio.sleep(1 / pace)


async def reconnects(client: httpx.AsyncClient, site: Site, pace: float) -> None:
    """Ask for a battle, open its stream, leave it, and open it again."""
    while True:
        session = await joined(client, site)
        for _ in range(2):
            with contextlib.suppress(httpx.HTTPError):
                async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}):
                    await asyncio.sleep(1 / pace)


AGREED = {"Arena-Browser": "0" * 32, "Arena-Agreed": ",".join(TERMS)}
"""What an upload that is taken brings along."""


async def slow_uploads(client: httpx.AsyncClient, site: Site, pace: float) -> None:  # noqa: ARG001
    """Hold places for uploads with a byte now and then."""

    async def bytes_now_and_then() -> AsyncIterator[bytes]:
        while True:
            yield b"\x89"
            await asyncio.sleep(DRIP)

    async def upload() -> None:
        while True:
            await attempt(client.post("/picture", content=bytes_now_and_then(), headers=AGREED))
            await asyncio.sleep(1 / pace)

    await asyncio.gather(*(upload() for _ in range(SLOW_UPLOADS)))


async def large_bodies(client: httpx.AsyncClient, site: Site, pace: float) -> None:  # noqa: ARG001
    """Ask for a battle with 30 MB in place of a word."""
    body = b'{"data": ["' + b"x" * LARGE_BODY + b'", "", ""]}'
    while True:
        await attempt(client.post(BATTLE, content=body, headers={"Content-Type": "application/json"}))
        await asyncio.sleep(LARGE_BODY_PAUSE)


ABUSES: tuple[Abuse, ...] = (flood, unread_streams, slow_uploads, large_bodies, reconnects)
ABUSERS = [f"127.0.2.{number}" for number in range(1, len(ABUSES) + 1)]


async def joined(client: httpx.AsyncClient, site: Site) -> str:
    """Ask for a battle in a new session; the session."""
    session = uuid.uuid4().hex[:12]
    await attempt(client.post("/gradio_api/queue/join", json=site.play.body(session, [""] * site.play.inputs)))
    return session


async def attempt(request: Awaitable[httpx.Response]) -> httpx.Response | None:
    """The response, whatever it says; None where the connection broke."""
    try:
        return await request
    except httpx.HTTPError:
        return None


async def abuse(url: str, pace: float) -> Counter[int]:
    """Abuse a server until the standard input ends; status -> how often it answered so."""
    answers = Counter[int]()

    async def count(response: httpx.Response) -> None:
        answers[response.status_code] += 1

    site = Site.of(url)
    async with contextlib.AsyncExitStack() as stack:
        tasks = []
        for address, one in zip(ABUSERS, ABUSES, strict=True):
            client = await stack.enter_async_context(client_at(address, url))
            client.event_hooks = {"response": [count]}
            tasks.append(asyncio.create_task(one(client, site, pace)))
        print("abuse begins", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()
        for end in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(end, Exception):  # it was not cancelled, so there was less abuse than is said
                raise end
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(abuse(sys.argv[1], float(sys.argv[2])))))
