"""Signing in through the tests' Hub, in process: what the cookie holds, who gets one, and what is told where none is given."""

import asyncio
import json
from base64 import b64decode, b64encode
from http.cookies import SimpleCookie
from urllib.parse import urljoin

import gradio as gr
import httpx
import pytest
from hub_server import Hub
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from arena.ui.app import application
from arena.ui.identity import Application
from arena.ui.sign_in import CALLBACK, SignIn, compact
from arena.ui.site import Site
from arena.ui.submission_desk import account_of

ARENA = "http://arena.test"
COOKIE = "arena-account"
MANY = {f"organisation-{number:03}": "read" for number in range(120)}


async def _who(request: Request) -> JSONResponse:
    return JSONResponse(request.session.get("oauth_info", {}).get("userinfo"))


@pytest.fixture(scope="module")
def served():
    """A Hub that all tests here share, and an arena that is an application of it."""
    with Hub() as hub:
        yield hub, arena_app(hub)


@pytest.fixture
def hub(served):
    hub, _ = served
    hub.accounts.signed_in, hub.accounts.consents = hub.accounts.add("ada", glade="write"), True
    return hub


@pytest.fixture
def app(served):
    return served[1]


def arena_app(hub: Hub, address: str | None = None, folder: str = "", **changed: str):
    client = hub.accounts.client(f"{address or ARENA}{folder}{CALLBACK}")
    registered = {"OAUTH_CLIENT_ID": client.id, "OAUTH_CLIENT_SECRET": client.secret, "OPENID_PROVIDER_URL": hub.address}
    known = Application.of({**registered, **changed})
    assert known is not None
    sign_in = SignIn(known, address)
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("arena")
    blocks.queue(api_open=False)
    return application(
        blocks, [Route("/who", _who), *sign_in.routes()], [sign_in.middleware()], site=Site(folder=folder or None)
    )


class Browser:
    """Somebody's browser, which keeps cookies and is sent on."""

    def __init__(self, app, base: str = ARENA) -> None:
        self.cookie: str | None = None
        self._app, self._base = app, base

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self._base) as client:
                return await client.request(method, path, headers=sent)

        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {} if self.cookie is None else {"cookie": f"{COOKIE}={self.cookie}"}
        answer = asyncio.run(ask())
        given = [SimpleCookie(line) for line in answer.headers.get_list("set-cookie")]
        for morsel in (cookies[COOKIE] for cookies in given if COOKIE in cookies):
            self.cookie = None if "1970" in morsel["expires"] else morsel.value
        return answer

    def sign_in(self, page: str = "submit") -> httpx.Response:
        """By the Hub, and back."""
        sent = self.ask(f"/login/huggingface?page={page}")
        assert sent.status_code == 302, sent.text
        back = httpx.get(sent.headers["location"]).headers["location"]
        return self.ask(back.removeprefix(self._base))


def test_who_signs_in_is_known_until_they_sign_out(hub, app):
    browser = Browser(app)
    assert browser.ask("/who").json() is None
    back = browser.sign_in("submissions%3Fid%3Dx1")
    assert (back.status_code, back.headers["location"]) == (303, "../submissions?id=x1")
    told = browser.ask("/who").json()
    assert (told["sub"], told["preferred_username"]) == (hub.accounts.signed_in.sub, "ada")
    assert account_of(told).organisations == {"glade": "write"}
    out = browser.ask("/logout?page=submit", "POST")
    assert (out.status_code, out.headers["location"]) == (303, "submit")
    assert browser.ask("/who").json() is None


def test_it_stays_in_the_folder_of_a_larger_site(hub):
    browser = Browser(arena_app(hub, folder="/arena"), f"{ARENA}/arena")
    back = browser.sign_in()
    assert urljoin(f"{ARENA}/arena{CALLBACK}", back.headers["location"]) == f"{ARENA}/arena/submit"
    assert browser.ask("/who").json()["preferred_username"] == "ada"
    out = browser.ask("/logout?page=submit", "POST")
    assert urljoin(f"{ARENA}/arena/logout", out.headers["location"]) == f"{ARENA}/arena/submit"


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(hub, app):
    plain = Browser(app).sign_in().headers["set-cookie"].lower()
    assert "httponly" in plain
    assert "samesite=lax" in plain
    assert "secure" not in plain
    safe = Browser(arena_app(hub, "https://arena.test"), "https://arena.test").sign_in().headers["set-cookie"].lower()
    assert "samesite=lax; secure" in safe
    space = "https://team-arena.hf.space"
    assert "samesite=none; secure" in Browser(arena_app(hub, space), space).sign_in().headers["set-cookie"].lower()


def test_nobody_makes_up_an_account(hub, app):
    browser = Browser(app)
    browser.sign_in()
    content, _, signature = str(browser.cookie).partition(".")
    session = json.loads(b64decode(content))
    session["oauth_info"]["userinfo"]["preferred_username"] = "root"
    forged = b64encode(json.dumps(session).encode()).decode()
    for value in (forged, f"{forged}.{signature}", "x", ""):
        browser.cookie = value
        assert browser.ask("/who").json() is None


def test_a_page_of_another_site_acts_for_nobody_and_signs_nobody_out(hub, app):
    browser = Browser(app)
    browser.sign_in()
    kept = browser.cookie
    assert browser.ask("/who", origin="https://elsewhere.example").json() is None
    assert browser.ask("/logout", "POST", origin="https://elsewhere.example").status_code == 303
    browser.ask("/logout")  # Gradio's own, which knows nothing of accounts
    assert browser.ask("/login/huggingface", sec_fetch_dest="image").status_code == 403
    assert browser.cookie == kept
    assert browser.ask("/who").json()["preferred_username"] == "ada"


@pytest.mark.parametrize(
    "page", ["//elsewhere.example", "https://elsewhere.example", "..%2F..%2Fx", "%0d%0aX:1", "javascript:x"]
)
def test_signing_in_leads_back_to_a_page_of_the_arena_and_nowhere_else(hub, page, app):
    assert Browser(app).sign_in(page).headers["location"] == "../"


def test_what_goes_wrong_is_told_on_a_calm_page(hub, app):
    hub.accounts.consents = False
    refused = Browser(app).sign_in()
    assert (refused.status_code, "You did not allow" in refused.text) == (400, True)
    hub.accounts.consents = True
    begun = Browser(app).ask("/login/huggingface?page=submit").headers["location"]
    code = httpx.get(begun).headers["location"].removeprefix(ARENA)
    other = Browser(app).ask(code)
    assert (other.status_code, "did not begin to sign in" in other.text) == (400, True)
    for path in (CALLBACK, f"{CALLBACK}?state=x", f"{CALLBACK}?error=server_error&error_description=%3Cscript%3E"):
        answer = Browser(app).ask(path)
        assert answer.status_code == 400
        assert "<script>" not in answer.text.partition("<main")[2]


def test_a_hub_that_cannot_be_reached_is_told_on_a_calm_page():
    with Hub() as hub:
        app = arena_app(hub)
    answer = Browser(app).ask("/login/huggingface?page=submit")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.text
    assert "Traceback" not in answer.text


def test_somebody_with_more_organisations_than_a_cookie_holds_keeps_those_that_count(hub, app):
    hub.accounts.signed_in = hub.accounts.add("busy", **MANY, zebra="write", yak="admin")
    browser = Browser(app)
    assert browser.sign_in().status_code == 303
    assert len(browser.cookie or "") + len(COOKIE) < 4096
    organisations = account_of(browser.ask("/who").json()).organisations
    assert organisations["zebra"] == "write"
    assert organisations["yak"] == "admin"
    assert 2 < len(organisations) < len(MANY)


def test_a_session_does_not_outlast_its_token():
    user = {"sub": "1", "preferred_username": "ada"}
    session = compact({"userinfo": user, "access_token": "x", "expires_at": 5, "scope": "openid"})
    assert session["expires_at"] == 5
    with pytest.raises(KeyError):
        compact({"userinfo": {"sub": "1"}, "access_token": "x"})
