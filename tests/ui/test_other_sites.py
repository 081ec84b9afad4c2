"""Through the arena's own app: what browsers let pages of other sites do."""

import asyncio
import json

import gradio as gr
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from arena.ui.app import application
from arena.ui.other_sites import OtherSites

ELSEWHERE = "https://elsewhere.example"


async def _who(request: Request) -> JSONResponse:
    return JSONResponse([request.cookies.get("session"), request.headers.get("authorization")])


@pytest.fixture(scope="module")
def app():
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("arena")
    blocks.queue(api_open=False)
    return application(blocks, [Route("/who", _who)], [])


def _ask(app, host: str, method: str = "GET", path: str = "/who", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        given = {"cookie": "session=ada", "authorization": "Bearer x", **{k.replace("_", "-"): v for k, v in headers.items()}}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{host}") as client:
            return await client.request(method, path, headers=given)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://arena.example.org"},
        {"origin": "http://ARENA.example.org"},
        {"origin": "https://public.example", "x_forwarded_host": "public.example, inner"},
    ],
    ids=str,
)
def test_its_own_pages_say_who_the_visitor_is(app, headers):
    assert _ask(app, "arena.example.org", **headers).json() == ["ada", "Bearer x"]


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", "https://arena.example.org.elsewhere.example", "http://[", ""])
def test_pages_of_other_sites_ask_as_strangers(app, origin):
    answer = _ask(app, "arena.example.org", origin=origin)
    assert answer.json() == [None, None]
    assert "access-control-allow-credentials" not in answer.headers


def test_browsers_are_told_that_any_site_may_ask_without_saying_for_whom(app):
    wishes = {"access_control_request_method": "POST", "access_control_request_headers": "content-type"}
    answer = _ask(app, "arena.example.org", "OPTIONS", "/gradio_api/queue/join", origin=ELSEWHERE, **wishes)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:7860", "[::1]:7860"])
def test_pages_of_other_sites_cannot_ask_an_arena_on_the_visitors_machine(app, host):
    for method in ("GET", "POST", "OPTIONS"):
        answer = _ask(app, host, method, origin=ELSEWHERE, access_control_request_method="POST")
        assert answer.status_code == 403
        assert json.loads(answer.content)["detail"].startswith("Origin: ")
        assert "access-control-allow-origin" not in answer.headers
    assert _ask(app, host, origin=f"http://{host}").json() == ["ada", "Bearer x"]


def test_nothing_but_requests_is_looked_at():
    seen = []

    async def behind(scope, _receive, _send):
        seen.append(scope["type"])

    asyncio.run(OtherSites(behind)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
