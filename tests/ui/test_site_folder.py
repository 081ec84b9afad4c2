"""The arena in a folder of a site, as a proxy asks it: with the folder in the address, and without."""

import asyncio

import gradio as gr
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from arena.errors import SettingsError
from arena.settings import Settings
from arena.ui.app import application
from arena.ui.site import Site

PROXY, STRANGER = "127.0.0.1", "203.0.113.9"
SITE = Site.of(Settings(root_path="/tools/arena", trusted_proxies=(PROXY,)))


async def _where(request: Request) -> JSONResponse:
    """What the app takes itself for, as whoever signs in is told to come back to."""
    told = request.headers.get("x-forwarded-proto")
    return JSONResponse({"here": str(request.url_for("where")), "path": request.url.path, "told": told})


async def _away(request: Request) -> RedirectResponse:
    return RedirectResponse(request.query_params["to"])


@pytest.fixture(scope="module")
def app():
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("arena")
    blocks.queue(api_open=False)
    return application(blocks, [Route("/where", _where, name="where"), Route("/away", _away)], [], site=SITE)


def ask(app, path: str, peer: str = PROXY, **headers: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://lab.example") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(answer())


@pytest.mark.parametrize("folder", ["/tools/arena", ""], ids=["left in the address", "taken away"])
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/", '"root":"http://lab.example/tools/arena"'),
        ("/look/style.css", "--paper"),
        ("/config", '"root":"http://lab.example/tools/arena"'),
        ("/gradio_api/info", "named_endpoints"),
        ("/theme.css", "--body"),
    ],
)
def test_whatever_a_page_needs_is_there_both_ways(app, folder, path, content):
    answer = ask(app, folder + path)
    assert (answer.status_code, content in answer.text) == (200, True)


@pytest.mark.parametrize("folder", ["/tools/arena", ""])
def test_whoever_has_to_come_back_is_told_the_folder_and_the_scheme(app, folder):
    here = ask(app, f"{folder}/where", x_forwarded_proto="https").json()
    assert here == {"here": "https://lab.example/tools/arena/where", "path": "/where", "told": "https"}


def test_the_folder_without_its_slash_leads_into_it(app):
    answer = ask(app, "/tools/arena?battle=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "/tools/arena/?battle=1")


@pytest.mark.parametrize(
    ("to", "location"),
    [
        ("/model?model=1", "/tools/arena/model?model=1"),
        ("http://lab.example/model", "http://lab.example/tools/arena/model"),
        ("/tools/arena/model", "/tools/arena/model"),
        ("/tools/arena", "/tools/arena"),
        ("/tools/arenas", "/tools/arena/tools/arenas"),
        ("../model", "../model"),
        ("https://huggingface.co/login", "https://huggingface.co/login"),
        ("//huggingface.co/login", "//huggingface.co/login"),
    ],
)
def test_who_is_sent_elsewhere_stays_in_the_folder_or_leaves_the_site(app, to, location):
    assert ask(app, f"/tools/arena/away?to={to}").headers["location"] == location


@pytest.mark.parametrize("path", ["/tools/arenas/look/style.css", "/tools/look/style.css", "/tools/arenalook/style.css"])
def test_another_folder_is_none_of_ours(app, path):
    assert ask(app, path).status_code == 404


def test_a_page_that_is_not_there_leads_home_into_the_folder(app):
    answer = ask(app, "/tools/arena/a/b", accept="text/html")
    assert (answer.status_code, '<base href="../">' in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        (PROXY, "https", "https"),
        (PROXY, "https, http", "https"),
        (PROXY, "HTTPS", "https"),
        (PROXY, "javascript", "http"),
        (STRANGER, "https", "http"),
        ("10.0.0.9", "https", "http"),
    ],
)
def test_only_a_trusted_proxy_is_believed_about_the_scheme(app, peer, said, scheme):
    here = ask(app, "/where", peer, x_forwarded_proto=said).json()
    assert here["here"].startswith(f"{scheme}://")
    assert here["told"] == scheme, "that somebody passed it on stays known"
    assert f'"root":"{scheme}://lab.example' in ask(app, "/", peer, x_forwarded_proto=said).text


@pytest.mark.parametrize("folder", ["/leaderboard", "/gradio_api", "/look/arena"])
def test_a_folder_called_as_a_page_is_refused(folder):
    with pytest.raises(SettingsError, match=f"ARENA_ROOT_PATH: {folder} is an address of the arena itself"):
        Site.of(Settings(root_path=folder))


@pytest.mark.parametrize(
    ("sites", "ancestors", "hides_buttons"),
    [
        ((), "frame-ancestors *", False),
        (("https://lab.example", "*.hf.space"), "frame-ancestors 'self' https://lab.example *.hf.space", False),
        (("none",), "frame-ancestors 'none'", True),
    ],
)
def test_the_operator_says_who_may_show_the_arena_in_a_frame(sites, ancestors, hides_buttons):
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("arena")
    answer = ask(application(blocks, site=Site.of(Settings(embed_sites=sites))), "/")
    assert answer.headers["content-security-policy"].endswith(ancestors)
    assert ('<html class="no-frames"' in answer.text) == hides_buttons


@pytest.mark.parametrize(
    ("query", "classes", "theme"),
    [
        ("embed", "embed", None),
        ("embed=&theme=dark", "embed dark", "dark"),
        ("theme=light", "light", "light"),
        ("theme=%22%3E%3Cscript%3E", "", None),
        ("embed&" + "x=1&" * 2000, "embed", None),
    ],
)
def test_the_address_of_a_page_says_how_it_looks_in_a_frame(app, query, classes, theme):
    page = ask(app, f"/?{query}").text
    assert f'<html class="{classes}"' in page
    assert ('"__theme", "' in page) == (theme is not None)
    assert theme is None or f'"__theme", "{theme}"' in page
