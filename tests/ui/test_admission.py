import asyncio
from collections import Counter

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from arena.ui.admission import Admission, AdmittedRequests, Crowded
from arena.ui.clients import UNKNOWN, Clients
from arena.ui.shares import PLACES, SHARES, Places, Share, Shares

STREAM = "/gradio_api/queue/data?session_hash=s1"


def admission(**changed: Share) -> Admission:
    return Admission(Clients().client_of, Shares({**SHARES, **changed}, lambda: 0.0), {**PLACES, "streams": Places(2, 3)})


def browser(admitted: Admission, address: str, opened: asyncio.Event | None = None) -> httpx.AsyncClient:
    """A client at that address of a server whose answers end when `opened` is set."""

    async def answer(_request: Request) -> PlainTextResponse:
        if opened:
            await opened.wait()
        return PlainTextResponse("ok")

    app = Starlette(
        routes=[Route("/{path:path}", answer, methods=["GET", "POST"])],
        middleware=[Middleware(AdmittedRequests, admission=admitted)],
    )
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://arena")


def test_a_refusal_is_429_and_says_why_and_when_to_come_again():
    async def visit() -> None:
        admitted = admission(uploads=Share(2, 4))
        async with browser(admitted, "127.0.2.1") as sender:
            answers = [await sender.post("/picture", content=b"x") for _ in range(3)]
            assert [one.status_code for one in answers] == [200, 200, 429]
            assert answers[2].headers["retry-after"] == "15"
            assert answers[2].json()["detail"] == "uploads: your address or account has used up its share; try again in 15 s"
            assert (await sender.get("/leaderboard")).status_code == 200
        async with browser(admitted, "127.0.1.1") as other:
            assert (await other.post("/picture", content=b"x")).status_code == 200

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 429),
        ("/leaderboard", 429),
        ("/config", 429),
        ("/openapi.json", 429),
        ("/gradio_api/info", 429),
        ("/look/style.css", 200),
        ("/assets/index.js", 200),
        ("/healthz", 200),
    ],
)
def test_pages_have_a_share_and_their_parts_have_none(path, status):
    async def visit() -> None:
        async with browser(admission(reads=Share(2, 1)), "127.0.2.1") as reader:
            answers = [(await reader.get(path)).status_code for _ in range(3)]
            assert answers == [200, 200, status]

    asyncio.run(visit())


@pytest.mark.parametrize("name", ["s1", "a-1", "a%0a"])
def test_an_open_page_holds_a_place_and_reads_nothing(name):
    async def visit() -> None:
        admitted, over = admission(), asyncio.Event()
        async with browser(admitted, "127.0.1.1", over) as page:
            beats = [
                asyncio.create_task(page.get(f"/gradio_api/heartbeat/{name}", params={"session_hash": "s1"})) for _ in range(3)
            ]
            await asyncio.wait(beats, return_when=asyncio.FIRST_COMPLETED)
            assert not admitted.is_read("s1", name)
            over.set()
            assert sorted([(await beat).status_code for beat in beats]) == [200, 200, 429]

    asyncio.run(visit())


def test_a_session_is_read_for_as_long_as_its_stream_is_open():
    async def visit() -> None:
        admitted, over = admission(), asyncio.Event()
        async with browser(admitted, "127.0.1.1", over) as reader:
            streams = [asyncio.create_task(reader.get(path)) for path in (STREAM, "/gradio_api/call/battle/e7")]
            while not admitted.is_read("e7"):  # noqa: ASYNC110 - nobody tells that a stream is open
                await asyncio.sleep(0)
            assert admitted.is_read("s1")
            assert admitted.is_read("unknown", "s1")
            assert not admitted.is_read("s2", "battle")
            over.set()
            assert {stream.status_code for stream in await asyncio.gather(*streams)} == {200}
            assert not admitted.is_read("s1", "e7")

    asyncio.run(visit())


def test_streams_have_places_for_each_client_and_for_all():
    async def visit() -> None:
        admitted, over = admission(), asyncio.Event()
        async with browser(admitted, "127.0.2.1", over) as one, browser(admitted, "127.0.1.1", over) as other:
            streams = [asyncio.create_task(client.get(STREAM)) for client in (one, one, one, other, other)]
            await asyncio.sleep(0.05)
            over.set()
            answers = await asyncio.gather(*streams)
            assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 429]
            assert "2 of yours" in answers[2].json()["detail"]
            assert "the arena is full" in answers[4].json()["detail"]
            assert (await other.get(STREAM)).status_code == 200

    asyncio.run(visit())


def test_who_cannot_be_told_apart_has_no_share_and_leaves_half_of_the_places_to_others():
    admitted = admission(battles=Share(1, 1))
    for _ in range(500):
        admitted.admit(UNKNOWN, "battles", Counter())
    half = PLACES["battles"].of_all // 2
    with pytest.raises(Crowded, match=f"{half} of yours"):
        admitted.admit(UNKNOWN, "battles", Counter({UNKNOWN: half}))
    admitted.admit("127.0.1.1", "battles", Counter({UNKNOWN: half}))


def test_a_newcomer_gets_an_even_part_of_places_that_are_all_taken():
    admitted = admission()
    full = Counter({str(number): 48 for number in range(6)})
    with pytest.raises(Crowded, match="the arena is full; try again in 5 s"):
        admitted.admit("0", "battles", full - Counter({"0": 1}))
    for mine in range(PLACES["battles"].of_all // 7):
        admitted.admit("newcomer", "battles", full + Counter(newcomer=mine))
    with pytest.raises(Crowded, match="the arena is full"):
        admitted.admit("newcomer", "battles", full + Counter(newcomer=PLACES["battles"].of_all // 7))


def test_what_is_refused_for_want_of_a_place_is_not_counted():
    admitted = admission(battles=Share(1, 1))
    for _ in range(3):
        with pytest.raises(Crowded, match="of yours are waiting or under way; try again in 5 s"):
            admitted.admit("ada", "battles", Counter(ada=PLACES["battles"].of_client))
    admitted.admit("ada", "battles", Counter())
