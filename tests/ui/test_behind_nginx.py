"""An arena in a folder of a site, behind a real nginx that is configured as docs/hosting.md prints it, with TLS and without."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from hub_server import Hub
from nginx import PROGRAM, Proxy, nginx
from PIL import Image
from playwright.sync_api import Browser
from processes import FEW_MODELS
from serving import serving

from arena.ui.upload_policy import TERMS

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no nginx; `make test` installs it")
DOCUMENT = Path(__file__).parents[2] / "docs" / "hosting.md"
BLOCK = re.compile(r"^ {4}location (?P<folder>\S+) \{\n(?: {4}.*\n)+? {4}\}$", re.MULTILINE)
SETTINGS = {
    **FEW_MODELS,
    "ARENA_TRUSTED_PROXIES": "127.0.0.1",
    "ARENA_ROOT_PATH": "/arena",
    "ARENA_UPLOADS": "1",
    "ARENA_CONTACT": "us@lab.example",
}
WAYS = ("takes the folder away", "leaves it")


@pytest.fixture(scope="module")
def proxies(tmp_path_factory) -> Iterator[dict[str, Proxy]]:
    """What each documented way is reached at; people sign in at the last one."""
    printed = [block[0] for block in BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8")) if block["folder"] == "/arena/"]
    assert len(printed) == len(WAYS)
    proxies = [Proxy() for _ in WAYS]
    with Hub() as hub:
        hub.accounts.signed_in, hub.accounts.consents = hub.accounts.add("ada"), True
        client = hub.accounts.client(f"{proxies[-1].encrypted_address}/arena/login/callback")
        oauth = {"OAUTH_CLIENT_ID": client.id, "OAUTH_CLIENT_SECRET": client.secret, "OPENID_PROVIDER_URL": hub.address}
        with serving(tmp_path_factory.mktemp("folder") / "home", environment={**SETTINGS, **oauth}) as server:
            ours = server.url.removeprefix("http://")
            with nginx({proxy: block.replace("127.0.0.1:7860", ours) for proxy, block in zip(proxies, printed, strict=True)}):
                yield dict(zip(WAYS, proxies, strict=True))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("encrypted", [False, True], ids=["http", "https"])
def test_everything_that_is_asked_for_is_in_the_folder(proxies, way, encrypted):
    proxy = proxies[way]
    address = proxy.encrypted_address if encrypted else proxy.address
    with httpx.Client(base_url=address, verify=False, trust_env=False, timeout=60) as visitor:
        page = visitor.get("/arena/").text
        assert f'"root":"{address}/arena"' in page
        assert set(re.findall(r'(?:href|src)="(/[^"]*)"', page)) == set(), "no address at the root of the site"
        assert "--paper" in visitor.get("/arena/look/style.css").text
        assert visitor.get("/arena/healthz").json()["status"] == "ready"
        assert visitor.get("/arena/metrics").status_code == 404, "a proxy passed it on"
        lost = visitor.get("/arena/not/here", headers={"Accept": "text/html"})
        assert (lost.status_code, '<base href="../">' in lost.text) == (404, True)
        bare = visitor.get("/arena", follow_redirects=True)
        assert (bare.status_code, bare.url.path) == (200, "/arena/")
        assert visitor.get("/look/style.css").status_code == 404, "nothing is outside of it"
        assert upload(visitor).keys() == {"picture"}


def upload(visitor: httpx.Client) -> dict[str, str]:
    """What becomes of a picture that a visitor sends."""
    picture = BytesIO()
    Image.new("RGB", (800, 600)).save(picture, "BMP")  # large, and soon read
    assert picture.tell() > 2**20, "nginx takes 1 MB unless it is told to take more"
    headers = {"Arena-Browser": "0123456789abcdef" * 2, "Arena-Agreed": ",".join(TERMS)}
    return visitor.post("/arena/picture", content=picture.getvalue(), headers=headers).raise_for_status().json()


@pytest.mark.parametrize(("way", "encrypted"), [(WAYS[0], True), (WAYS[1], False)])
def test_a_battle_is_played_and_judged_in_a_browser(proxies, browser: Browser, way, encrypted):
    proxy = proxies[way]
    home = f"{proxy.encrypted_address if encrypted else proxy.address}/arena/"
    with browser.new_context(ignore_https_errors=True, reduced_motion="reduce") as context:
        page = context.new_page()
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(home)
        page.click("#vote-a:not([disabled])")
        page.wait_for_selector("#reveal .card")
        page.wait_for_url(f"{home}?battle=*")
        page.reload()
        page.wait_for_selector("#reveal .card")
        page.get_by_role("link", name="Leaderboard").click()
        page.wait_for_selector("#board table, #board .empty")
        assert page.url == f"{home}leaderboard"
    assert complaints == []
    assert [url for url in asked if not url.startswith((home, "data:", "blob:"))] == []


@pytest.mark.parametrize(("way", "encrypted"), [(WAYS[0], False), (WAYS[1], True)])
def test_a_program_plays_a_battle(proxies, way, encrypted):
    proxy = proxies[way]
    address = proxy.encrypted_address if encrypted else proxy.address
    arena = Client(f"{address}/arena/", ssl_verify=False, verbose=False)
    battle = arena.predict(api_name="/battle")
    assert arena.predict(battle["battle"], "a", api_name="/vote")["vote"] == "a"


def test_who_signs_in_comes_back_into_the_folder(proxies):
    address = proxies[WAYS[-1]].encrypted_address
    with httpx.Client(base_url=address, verify=False, trust_env=False, timeout=60) as visitor:
        sent = visitor.get("/arena/login/huggingface?page=leaderboard")
        back = httpx.get(sent.headers["location"], trust_env=False).headers["location"]
        assert back.startswith(f"{address}/arena/login/callback?")
        page = visitor.get(back, follow_redirects=True)
        assert (page.status_code, str(page.url)) == (200, f"{address}/arena/leaderboard")
        assert "arena-account" in visitor.cookies
        left = visitor.post("/arena/logout?page=about", follow_redirects=True)
        assert (left.status_code, str(left.url)) == (200, f"{address}/arena/about")
        assert "arena-account" not in visitor.cookies
