"""Signing in with Hugging Face, on a Space and elsewhere: three addresses, a signed cookie, and the button of the pages.

Gradio's own way is for Spaces alone. Elsewhere it would give everybody the account of whoever runs the server, and its cookie
has no room for somebody with many organisations. What it hands to events, `gr.OAuthProfile` and `gr.OAuthToken`, it reads
from the same place in the session, so these are as Gradio gives them.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import gradio as gr
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.starlette_client import OAuth
from markupsafe import Markup
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from arena.settings import Settings
from arena.ui.identity import Application, signs_in
from arena.ui.markup import render
from arena.ui.parts import INTERNAL, html
from arena.ui.refusals import calm_page, refusal

LOGIN, CALLBACK, LOGOUT = "/login/huggingface", "/login/callback", "/logout"
TARGET = re.compile(r"[a-z]{0,20}(\?[\w=&%.-]{0,300})?", re.ASCII)
"""A page of the arena, from which somebody came; nothing that leads elsewhere."""
MOST_BYTES = 2700
"""Of what the session holds, as JSON: a cookie has 4096 bytes, and base64, a signature and its name take the rest."""
ORGANISATION = ("preferred_username", "roleInOrg")
PROFILE = ("sub", "name", "preferred_username", "profile", "picture")
LIKED_ROLES = ("admin", "write", "contributor")
SHOWN = ("document", "iframe")
"""What a browser may want an address for that signs in; a picture on a page of others would end who is signed in."""
HOURS_8 = 8 * 3600

log = logging.getLogger(__name__)


class SignIn:
    """Answers at the addresses of signing in.

    Args:
        application: what the arena is at the Hub.
        address: under which visitors reach the arena; by default that which each of them asked for.
    """

    def __init__(self, application: Application, address: str | None) -> None:
        self._application = application
        self._address = address
        self._hub = OAuth().register(
            name="huggingface",
            client_id=application.client,
            client_secret=application.secret,
            client_kwargs={"scope": application.scopes, "timeout": 20},
            server_metadata_url=f"{application.provider}/.well-known/openid-configuration",
        )

    @classmethod
    def of(cls, settings: Settings) -> "SignIn | None":
        """As environment and settings want it; None where nobody signs in.

        Raises:
            SettingsError: what says so is not complete.
        """
        application = Application.of()
        return None if application is None else cls(application, settings.address)

    def routes(self) -> list[Route]:
        """Where people sign in and out."""
        return [
            Route(LOGIN, self.begin),
            Route(CALLBACK, self.end, name="signed_in"),
            Route(LOGOUT, self.sign_out, methods=["POST"]),
        ]

    def middleware(self) -> Middleware:
        """What keeps who is signed in, in a cookie that scripts cannot read and nobody else can write.

        On a Space the arena stands in a frame of another site, which gets no other cookie than one of this kind.
        """
        encrypted = (self._address or "").startswith("https://")
        in_frame = encrypted and (self._address or "").endswith(".hf.space")
        return Middleware(
            SessionMiddleware,
            secret_key=hashlib.sha256(f"{self._application.secret} arena".encode()).hexdigest(),
            session_cookie="arena-account",
            same_site="none" if in_frame else "lax",
            https_only=encrypted,
            max_age=HOURS_8,
        )

    async def begin(self, request: Request) -> Response:
        """Send somebody to the Hub, to come back to the page that they were on."""
        if request.headers.get("sec-fetch-dest", "document") not in SHOWN:
            return refusal(403, "sign-in: is for a window of a browser, not for a part of a page")
        target = _target(request.query_params.get("page", ""))
        request.session.clear()
        request.session["page"] = target
        back = f"{self._address}{CALLBACK}" if self._address else str(request.url_for("signed_in"))
        try:
            return await self._hub.authorize_redirect(request, back)
        except Exception:
            log.exception("the Hub could not be asked who signs in")
            return _told(request, "The Hub cannot be reached to sign in. Try again in a moment.", 502)

    async def end(self, request: Request) -> Response:
        """Take what the Hub says of who signed in, and send them back to their page."""
        target = _target(request.session.get("page", ""))
        try:
            told = await self._hub.authorize_access_token(request)
            session = compact(told)
        except MismatchingStateError:
            return _told(
                request, "This browser did not begin to sign in here, or too long ago. Sign in again from the page.", 400
            )
        except OAuthError as error:
            denied = error.error == "access_denied"
            said = (
                "You did not allow the arena to know who you are, so you are not signed in."
                if denied
                else "The Hub did not sign you in. Try again."
            )
            if not denied:
                log.warning("the Hub did not sign somebody in: %s", error.error)
            return _told(request, said, 400)
        except Exception:
            log.exception("the Hub did not say who signs in")
            return _told(request, "The Hub did not say who you are. Try again in a moment.", 502)
        request.session.clear()
        request.session["oauth_info"] = session
        # Relative, as all addresses of the pages: a proxy may have put the arena into a folder of its own.
        return RedirectResponse(f"../{target}" if target else "../", 303)

    async def sign_out(self, request: Request) -> Response:
        """Forget who this browser belongs to. The Hub still knows: to end that is for its own pages."""
        request.session.clear()
        return RedirectResponse(_target(request.query_params.get("page", "")) or "./", 303)


def compact(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the session keeps of what the Hub told: as Gradio reads it, without what nobody reads, and so much as fits.

    Organisations for which somebody may not submit are left out first.

    Raises:
        KeyError: the Hub did not say who this is, or gave no token.
    """
    user = told["userinfo"]
    if not isinstance(user["sub"], str) or not isinstance(user["preferred_username"], str):
        raise KeyError("sub")
    profile = {name: str(user.get(name) or "")[:300] for name in PROFILE}
    organisations = [{name: one.get(name) for name in ORGANISATION} for one in user.get("orgs") or ()]
    organisations.sort(key=lambda one: one["roleInOrg"] not in LIKED_ROLES)
    session = {
        "access_token": told["access_token"],
        "scope": told.get("scope", ""),
        "expires_at": min(int(told.get("expires_at") or time.time() + HOURS_8), int(time.time()) + HOURS_8),
        "userinfo": {**profile, "orgs": organisations},
    }
    while organisations and len(json.dumps(session)) > MOST_BYTES:
        organisations.pop()
    return session


class AccountLine:
    """Builds the line that tells who is signed in into the surrounding `gr.Blocks`, where there are accounts.

    Args:
        page: to which signing in leads back.
    """

    def __init__(self, page: str) -> None:
        self._page = page
        self._line = html() if signs_in() else None

    def connect(self, blocks: gr.Blocks) -> None:
        """Have the opening of a page fill it."""
        if self._line is not None:
            blocks.load(self.tell, None, [self._line], **INTERNAL)

    def tell(self, profile: gr.OAuthProfile | None) -> str:
        """Who is signed in."""
        return account_html(profile, self._page)


def account_html(profile: gr.OAuthProfile | None, page: str) -> Markup:
    """Who is signed in, with a button to end that; or the button to sign in.

    Args:
        profile: the account.
        page: to which signing in leads back, with its parameters.
    """
    return render("account.html", name=profile.username if profile else None, page=quote(page, safe=""))


def _target(page: str) -> str:
    return page if TARGET.fullmatch(page) else ""


def _told(request: Request, line: str, status: int) -> Response:
    return calm_page(request.scope, Markup("{} <a href='./'>Go to the arena</a>.").format(line), "Sign in", status)
