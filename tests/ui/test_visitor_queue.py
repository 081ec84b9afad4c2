"""The queue within a real Gradio app, in this process: what it takes of Gradio's inner parts is noticed here when it moves."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

import gradio as gr
import httpx
from fastapi import FastAPI
from gradio.events import api
from starlette.middleware import Middleware

from arena.ui.admission import Admission, AdmittedRequests
from arena.ui.clients import Clients
from arena.ui.shares import BATTLES, PLACES, SHARES, Share, Shares
from arena.ui.visitor_queue import RUNNING, SENT_AGAIN, VisitorQueue, counted_as, queue_visitors, reader_is_gone

FLOOD, VISITOR = "127.0.2.1", "127.0.1.1"


@dataclass
class Site:
    """Pages with one costly and one cheap endpoint."""

    app: FastAPI
    queue: VisitorQueue
    free: Event = field(default_factory=Event)
    """Set where battles need not wait to end."""
    begun: list[str] = field(default_factory=list)
    """The battles that were begun."""
    left: list[str] = field(default_factory=list)
    """Those that nobody read any more when they ended."""
    lock: Lock = field(default_factory=Lock)

    def battle(self, name: str) -> str:
        with self.lock:
            self.begun.append(name)
        self.free.wait(30)
        if reader_is_gone():
            self.left.append(name)
        return f"{name} read"

    @asynccontextmanager
    async def client(self, address: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://arena", headers=headers, timeout=60) as client:
            yield client


async def post(client: httpx.AsyncClient, endpoint: str, value: str) -> httpx.Response:
    return await client.post(f"/gradio_api/call/{endpoint}", json={"data": [value]})


async def read(client: httpx.AsyncClient, endpoint: str, posted: httpx.Response) -> str:
    return (await client.get(f"/gradio_api/call/{endpoint}/{posted.json()['event_id']}")).text


async def played(client: httpx.AsyncClient, endpoint: str, value: str) -> str:
    """What an endpoint gives, asked and read as programs do."""
    posted = await post(client, endpoint, value)
    assert posted.status_code == 200, posted.text
    return await read(client, endpoint, posted)


def visit(what: Callable[[Site], Awaitable[None]], shares: dict[str, Share] | None = None, **seconds: float) -> None:
    """Do something at a site that runs for as long."""

    async def run() -> None:
        admission = Admission(Clients().client_of, Shares({**SHARES, **(shares or {})}))
        with gr.Blocks(analytics_enabled=False) as blocks:

            def battle(name: str) -> str:
                return site.battle(name)

            def board(name: str) -> str:
                return f"board {name}"

            api(battle, api_name="battle", **counted_as(BATTLES))
            api(board, api_name="board")
        queue_visitors(blocks, admission, **seconds)
        middleware = [Middleware(AdmittedRequests, admission=admission)]
        app = gr.mount_gradio_app(FastAPI(), blocks, "/", ssr_mode=False, app_kwargs={"middleware": middleware})
        queue = blocks._queue
        assert isinstance(queue, VisitorQueue), "Gradio keeps its queue elsewhere"
        site = Site(app, queue)
        async with app.router.lifespan_context(app):
            try:
                await what(site)
            finally:
                site.free.set()
                queue.close()

    asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - it comes about in Gradio, which tells nobody
            await asyncio.sleep(0.01)


def test_what_a_client_sends_again_is_done_once():
    async def come(site: Site) -> None:
        site.free.set()
        async with site.client(VISITOR, **{SENT_AGAIN: "one"}) as client, site.client(FLOOD, **{SENT_AGAIN: "one"}) as other:
            posted = await post(client, "battle", "a")
            assert (await post(client, "battle", "a")).json() == posted.json()
            assert "a read" in await read(client, "battle", posted)
            await played(other, "battle", "b")
            assert "board c" in await played(client, "board", "c"), "a key is for one endpoint"
        assert site.begun == ["a", "b"]

    visit(come)


async def leave_in_the_middle(site: Site, visitor: httpx.AsyncClient) -> None:
    """Begin a battle, and go away while it is played."""
    reading = asyncio.create_task(played(visitor, "battle", "left"))
    await until(lambda: site.begun == ["left"])
    reading.cancel()


def test_forty_behind_one_address_each_play_a_battle_at_once():
    async def what(site: Site) -> None:
        async with site.client(VISITOR) as school:
            battles = [asyncio.create_task(played(school, "battle", str(number))) for number in range(40)]
            await until(lambda: len(site.begun) == 40)
            site.free.set()
            answers = await asyncio.gather(*battles)
            assert all(f"{number} read" in answer for number, answer in enumerate(answers))

    visit(what)


def test_a_flood_of_one_address_harms_nobody_else():
    async def what(site: Site) -> None:
        async with site.client(FLOOD) as flood, site.client(VISITOR) as visitor:
            posts = [await post(flood, "battle", f"flood {number}") for number in range(PLACES[BATTLES].of_client + 20)]
            assert [one.status_code for one in posts] == [200] * PLACES[BATTLES].of_client + [429] * 20
            streams = [asyncio.create_task(read(flood, "battle", one)) for one in posts if one.status_code == 200]
            await until(lambda: len(site.begun) == RUNNING[BATTLES])
            assert "board x" in await played(visitor, "board", "x")  # every place for battles is taken
            battle = asyncio.create_task(played(visitor, "battle", "visitor"))
            site.free.set()
            assert "visitor read" in await battle
            await asyncio.gather(*streams)

    visit(what)


def test_a_newcomer_begins_at_once_beside_floods():
    async def what(site: Site) -> None:
        async with site.client(FLOOD) as one, site.client("127.0.2.2") as two, site.client(VISITOR) as visitor:
            floods = [asyncio.create_task(played(client, "battle", "flood")) for _ in range(20) for client in (one, two)]
            await until(lambda: len(site.queue) > 0)
            battle = asyncio.create_task(played(visitor, "battle", "visitor"))
            await until(lambda: "visitor" in site.begun)
            assert len(site.queue) > 20  # others wait still
            site.free.set()
            assert "visitor read" in await battle
            assert all("flood read" in flood for flood in await asyncio.gather(*floods))

    visit(what)


def test_what_nobody_reads_is_never_begun_and_dropped_in_time():
    async def what(site: Site) -> None:
        site.free.set()
        async with site.client(FLOOD) as flood, site.client(VISITOR) as visitor:
            posts = [await post(flood, "battle", "unread") for _ in range(10)]
            assert "visitor read" in await played(visitor, "battle", "visitor")
            await until(lambda: len(site.queue) == 0)
            assert site.begun == ["visitor"]
            late = await read(flood, "battle", posts[0])
            assert "event: error" in late
            assert "nobody read this event in time" in late
            assert (await post(flood, "battle", "again")).status_code == 200

    visit(what, unread_seconds=2)


def test_who_waits_is_not_told_of_every_turn_of_others():
    async def what(site: Site) -> None:
        site.free.set()
        async with site.client(FLOOD) as flood, site.client(VISITOR) as visitor:
            posted = await post(flood, "battle", "unread")
            for number in range(3):
                await played(visitor, "battle", str(number))
            session = site.queue.event_ids_to_events[posted.json()["event_id"]].session_hash
            assert site.queue.pending_messages_per_session[session].qsize() == 1

    visit(what)


def test_who_reads_a_moment_later_is_in_time():
    async def what(site: Site) -> None:
        site.free.set()
        async with site.client(VISITOR) as visitor:
            posted = await post(visitor, "battle", "later")
            await asyncio.sleep(0.2)
            assert site.begun == []
            assert "later read" in await read(visitor, "battle", posted)

    visit(what)


def test_a_battle_notices_that_its_reader_is_gone():
    async def what(site: Site) -> None:
        async with site.client(VISITOR) as visitor:
            await leave_in_the_middle(site, visitor)
            await until(lambda: not site.queue.pending_messages_per_session)
            site.free.set()
            await until(lambda: site.left == ["left"])
            await played(visitor, "battle", "stayed")
            assert site.left == ["left"]

    visit(what)


def test_outside_of_an_event_no_reader_is_missed():
    assert not reader_is_gone()


def test_a_refused_event_is_429_with_the_seconds_to_wait():
    async def what(site: Site) -> None:
        async with site.client(VISITOR) as visitor:
            assert (await post(visitor, "battle", "1")).status_code == 200
            refused = await post(visitor, "battle", "2")
            assert refused.status_code == 429
            assert 19 <= int(refused.headers["retry-after"]) <= 20
            assert refused.json()["detail"].startswith("battles: your address or account has used up its share; try again in ")
            body = {"fn_index": 0, "data": ["3"], "session_hash": "another"}
            assert (await visitor.post("/gradio_api/queue/join", json=body)).status_code == 429

    visit(what, {BATTLES: Share(1, 3)})


def test_a_made_up_address_wins_no_turns():
    async def what(site: Site) -> None:
        posts = []
        for number in range(PLACES[BATTLES].of_all):
            async with site.client(FLOOD, **{"X-Forwarded-For": f"198.51.100.{number}"}) as flood:
                posts.append((await post(flood, "battle", "forged")).status_code)
        half = PLACES[BATTLES].of_all // 2
        assert posts == [200] * half + [429] * half
        async with site.client("8.8.8.8", **{"X-Forwarded-For": "198.51.100.7"}) as stranger:
            assert [(await post(stranger, "battle", "x")).status_code for _ in range(2)] == [200, 429]
        site.free.set()
        async with site.client(VISITOR) as visitor:
            assert "visitor read" in await played(visitor, "battle", "visitor")

    visit(what, {BATTLES: Share(1, 1)})


def completed(stream: httpx.Response) -> list[list[str]]:
    """What the events of a page brought, as its stream told."""
    lines = [line.removeprefix("data: ") for line in stream.text.split("\n\n") if line.startswith("data: {")]
    messages = [json.loads(line) for line in lines]
    return [message["output"]["data"] for message in messages if message["msg"] == "process_completed" and message["output"]]


def test_a_stream_of_a_page_reads_all_its_events_also_those_sent_after_the_last_has_ended():
    async def what(site: Site) -> None:
        site.free.set()
        async with site.client(VISITOR, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}) as page:

            async def join(name: str) -> None:
                body = {"fn_index": 0, "data": [name], "session_hash": "s1"}
                assert (await page.post("/gradio_api/queue/join", json=body)).status_code == 200

            await join("first")
            stream = asyncio.create_task(page.get("/gradio_api/queue/data", params={"session_hash": "s1"}))
            await until(lambda: site.begun == ["first"] and not site.queue.event_ids_to_events)
            await join("second")
            assert completed(await stream) == [["first read"], ["second read"]]

    visit(what, quiet_seconds=0.3)


def test_a_stream_of_a_program_ends_with_its_last_event():
    async def what(site: Site) -> None:
        async with site.client(VISITOR, **{"User-Agent": "gradio_client/2.0; python/3.12"}) as program:
            for name in ("first", "second"):
                body = {"fn_index": 1, "data": [name], "session_hash": "s1"}
                assert (await program.post("/gradio_api/queue/join", json=body)).status_code == 200
                stream = await program.get("/gradio_api/queue/data", params={"session_hash": "s1"})
                assert completed(stream) == [[f"board {name}"]]

    visit(what, quiet_seconds=3600)


def test_what_nobody_reads_takes_no_memory_for_long():
    async def what(site: Site) -> None:
        async with site.client(VISITOR) as visitor:
            await leave_in_the_middle(site, visitor)
            site.free.set()
            for _ in range(5):
                await post(visitor, "board", "unread")
            await played(visitor, "board", "read")
            queue = site.queue
            kept = (queue.pending_messages_per_session, queue.pending_event_ids_session, queue.event_ids_to_events)
            assert queue.pending_messages_per_session
            await until(lambda: not any(kept))

    visit(what, unread_seconds=2)
