"""Who acts on a page: the account that is signed in where the arena is an application of the Hub, elsewhere the browser."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import gradio as gr

from arena.environment import Variables
from arena.errors import InputError, SettingsError
from arena.ui.loopback import is_loopback

BROWSER = re.compile(r"[0-9a-f]{32}")
"""What page.js makes up for a browser and keeps in it."""
SCOPES = ("openid", "profile", "read-memberships", "write-discussions")
"""What the arena asks an account for: who it is, its organisations, and the right to open a pull request with its results."""
NEEDED = {"openid", "profile"}
"""Without these nobody is known."""
HUB = "https://huggingface.co"


@dataclass(frozen=True)
class Application:
    """The arena as an application of the Hub, to which people may sign in."""

    client: str
    secret: str = field(repr=False)
    scopes: str
    provider: str
    """Address of the Hub."""

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Application | None":
        """What a Space with `hf_oauth: true` is given, or the operator has registered; None where nobody signs in.

        Gradio would let everybody act as whoever runs the arena where this is no Space. That is never done here.

        Raises:
            SettingsError: a variable is missing or cannot be used.
        """
        read = Variables(environment)
        client, secret = read.text("OAUTH_CLIENT_ID"), read.text("OAUTH_CLIENT_SECRET")
        if client is None:
            return None
        if secret is None:
            raise SettingsError(
                "OAUTH_CLIENT_SECRET: is not set, though OAUTH_CLIENT_ID is; set both, or neither where nobody signs in"
            )
        scopes = (read.text("OAUTH_SCOPES") or " ".join(SCOPES)).split()
        if missing := NEEDED - set(scopes):
            raise SettingsError(f"OAUTH_SCOPES: lacks {' and '.join(sorted(missing))}; use {' '.join(SCOPES)}")
        return cls(client, secret, " ".join(scopes), _provider(read.text("OPENID_PROVIDER_URL") or HUB))


def _provider(address: str) -> str:
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname:
        raise SettingsError(f"OPENID_PROVIDER_URL: {address!r} is no address that begins with https://; use {HUB}")
    return address.rstrip("/")


def signs_in(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether visitors sign in.

    Raises:
        SettingsError: what says so is not complete.
    """
    return Application.of(environment) is not None


def person(browser: str, profile: gr.OAuthProfile | None, *, accounts: bool | None = None) -> str:
    """The name under which the store keeps what somebody proposes and reviews.

    A browser's number is a secret of that browser and is not kept, only its hash. It proves nothing: anybody may make up any
    number of them. Who may review is therefore told by `Reviewers`, and not by it.

    Args:
        browser: the number that the browser keeps.
        profile: the account that is signed in.
        accounts: accept accounts only; by default where visitors sign in.

    Raises:
        InputError: nobody is signed in, or the browser keeps no number.
    """
    if signs_in() if accounts is None else accounts:
        if profile is None:
            raise InputError("account: nobody is signed in; sign in with Hugging Face first")
        return f"hub:{profile.username}"
    if not BROWSER.fullmatch(browser or ""):
        raise InputError("browser: it sent no number of its own; load the page again")
    return f"browser:{hashlib.sha256(browser.encode()).hexdigest()[:16]}"
