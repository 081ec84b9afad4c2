"""Accounts of the Hub: who somebody is, and for which organisations they may submit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub import HfApi
from huggingface_hub.errors import LocalTokenNotFoundError

from arena.errors import SettingsError
from arena.hub.hub_answers import ask

SUBMITS = ("admin", "write", "contributor")
"""Roles in an organisation with which one may submit on its behalf; who may only read its repositories may not."""
TOKEN_REFUSALS = {
    401: "is not valid, or no longer; make a new one at hf.co/settings/tokens",
    403: "may not tell whose it is; make a new one at hf.co/settings/tokens",
}


@dataclass(frozen=True)
class Account:
    """One account of the Hub, as the Hub tells of it."""

    subject: str
    """Its number, which a change of its name leaves as it is."""
    name: str
    organisations: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Name of an organisation -> role in it; empty where the Hub does not tell the role."""


def may_submit_for(account: Account, organisation: str) -> bool:
    """Whether an account may submit on behalf of an organisation, or of itself."""
    return organisation == account.name or account.organisations.get(organisation) in SUBMITS


def namespaces(account: Account) -> list[str]:
    """On whose behalf an account may submit: itself first, then organisations by name."""
    return [account.name, *sorted(name for name in account.organisations if may_submit_for(account, name))]


def account_of_token(api: HfApi, token: str | None = None) -> Account:
    """Whose token this is, as the Hub says.

    Args:
        api: the Hub.
        token: of the account; by default that of `api`, or of this machine.

    Raises:
        SettingsError: there is no token, the Hub does not know it or cannot be asked, or it is no person's.
    """
    try:
        told = ask("HF_TOKEN", lambda: api.whoami(token), TOKEN_REFUSALS)
    except LocalTokenNotFoundError:
        raise SettingsError("HF_TOKEN: no account of the Hub is signed in here; run `hf auth login`, or set HF_TOKEN") from None
    if told.get("type") != "user" or not told.get("id") or not told.get("name"):
        raise SettingsError("HF_TOKEN: belongs to no person; use a token of your own account")
    return Account(told["id"], told["name"], _roles((one.get("name"), one) for one in told.get("orgs") or ()))


def account_of_sign_in(user_info: Mapping[str, Any]) -> Account:
    """Whom the Hub has signed in, by what OpenID calls the user information.

    Organisations go by `preferred_username`: their `name` is what they call themselves, and anybody may choose that of others.

    Args:
        user_info: as the session of Gradio and of huggingface_hub keep it.

    Raises:
        SettingsError: it names nobody; the scope `profile` is missing.
    """
    subject, name = user_info.get("sub"), user_info.get("preferred_username")
    if not (isinstance(subject, str) and subject and isinstance(name, str) and name):
        raise SettingsError("sign-in: the Hub does not say who this is; give OAUTH_SCOPES openid and profile")
    return Account(subject, name, _roles((one.get("preferred_username"), one) for one in user_info.get("orgs") or ()))


def _roles(told: Iterable[tuple[Any, Mapping[str, Any]]]) -> dict[str, str]:
    """Name -> role, of those that have a name."""
    return {
        name: str(one.get("roleInOrg") or one.get("role_in_org") or "") for name, one in told if isinstance(name, str) and name
    }
