"""Who may review: accounts that the operator names; without accounts, who knows the operator's token, or uses this machine."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from arena.errors import InputError
from arena.settings import Settings
from arena.ui import identity
from arena.ui.loopback import is_from_here, is_loopback


@dataclass(frozen=True)
class Reviewers:
    """Tells reviewers from others. What a stranger uploaded is shown to nobody else."""

    accounts: bool = False
    """Whether visitors sign in."""
    names: tuple[str, ...] = ()
    """Accounts and organisations that may review where they do."""
    token: str | None = None
    """Who knows it may review where they do not."""
    loopback: bool = False
    """Whether only this machine reaches the arena."""

    @classmethod
    def of(cls, settings: Settings) -> "Reviewers":
        """Those whom the settings of an arena name."""
        return cls(identity.signs_in(), settings.reviewers, settings.review_token, is_loopback(settings.host))

    @property
    def notice(self) -> str | None:
        """One line for the operator where nobody may review; None where somebody may."""
        if self.accounts:
            return None if self.names else "reviews: nobody may; name accounts or organisations in ARENA_REVIEWERS"
        if self.token or self.loopback:
            return None
        return "reviews: nobody may, since strangers reach this arena; ARENA_REVIEW_TOKEN lets those who know it"

    def reviewer(self, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None) -> str:
        """The name under which the store keeps what this visitor reviews; the one under which it keeps their proposals, too.

        Args:
            browser: the number that the browser keeps.
            token: what the browser was given to review with.
            profile: the account that is signed in.
            request: what it sent.

        Raises:
            NotReviewer: this visitor may not review; and what would change that.
            InputError: the browser keeps no number.
        """
        if self.accounts:
            self._check_account(profile)
        elif self.token:
            self._check_token(token or "")
        elif not (self.loopback and request is not None and is_from_here(request.headers, _peer(request))):
            raise NotReviewer("nobody reviews pairs here: the operator has to start the arena with ARENA_REVIEW_TOKEN")
        return identity.person(browser, profile, accounts=self.accounts)

    def _check_account(self, profile: gr.OAuthProfile | None) -> None:
        if not self.names:
            raise NotReviewer("nobody reviews pairs here: the operator has to name accounts in ARENA_REVIEWERS")
        if profile is None:
            raise NotReviewer("reviewing is for accounts that the operator has named: sign in with Hugging Face")
        if not {name.casefold() for name in self.names} & _names(profile):
            raise NotReviewer(f"{profile.username} may not review here: the operator names accounts in ARENA_REVIEWERS")

    def _check_token(self, token: str) -> None:
        if not token:
            raise NotReviewer("reviewing is for those whom the operator gave a link: open it once in this browser")
        if not hmac.compare_digest(token.encode(errors="replace"), str(self.token).encode()):
            raise NotReviewer("the token of this browser is not that of this arena: ask the operator for a new link")


class NotReviewer(InputError):
    """Who asks may not review."""


def _names(profile: Mapping[str, Any]) -> set[str]:
    """The account and its organisations by the names in their addresses, which are theirs alone; anybody may take any title."""
    organisations = profile.get("orgs") or ()
    names = (profile.get("preferred_username"), *(one.get("preferred_username") for one in organisations))
    return {name.casefold() for name in names if name}


def _peer(request: gr.Request) -> str:
    return request.client.host if request.client else ""
