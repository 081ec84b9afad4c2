"""Who acts on a page: the account that is signed in on a Space of the Hub, elsewhere the visitor's browser."""

import hashlib
import os
import re
from collections.abc import Mapping

import gradio as gr

from arena.errors import InputError

BROWSER = re.compile(r"[0-9a-f]{32}")
"""What page.js makes up for a browser and keeps in it."""


def signs_in(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether visitors sign in: on a Space with `hf_oauth: true`, to which the Hub gives a client id."""
    return "SPACE_ID" in environment and "OAUTH_CLIENT_ID" in environment


def sign_in() -> None:
    """Build a button to sign in with into the surrounding `gr.Blocks`, where there are accounts."""
    if signs_in():
        gr.LoginButton(elem_id="sign-in", size="sm")


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
