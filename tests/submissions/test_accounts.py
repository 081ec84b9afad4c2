"""Accounts are who the Hub says, and submit for themselves and for organisations in which they may write."""

import httpx2
import pytest

from arena.errors import SettingsError
from arena.submissions.accounts import Account, account_of_sign_in, account_of_token, may_submit_for, namespaces


def test_a_token_tells_the_same_account_as_a_sign_in(hub, api):
    ann = hub.accounts.add("ann", team="admin", school="read")
    of_token = account_of_token(api(hub.accounts.token(ann)))
    assert of_token == Account(ann.sub, "ann", {"team": "admin", "school": "read"})
    signed_in = hub.accounts.token(ann, "oauth", "openid", "profile", "read-memberships")
    assert account_of_token(api(), signed_in) == of_token


@pytest.mark.parametrize(
    ("scopes", "role"), [(("openid", "profile", "read-memberships"), "admin"), (("openid", "profile"), "")]
)
def test_who_signs_in_has_the_roles_that_the_scopes_tell(hub, scopes, role):
    ann = hub.accounts.add("ann", team="admin")
    token = hub.accounts.token(ann, "oauth", *scopes)
    told = httpx2.get(f"{hub.address}/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}).json()
    account = account_of_sign_in(told)
    assert (account.subject, account.name, dict(account.organisations)) == (ann.sub, "ann", {"team": role})
    assert may_submit_for(account, "team") == (role == "admin")


def test_an_organisation_goes_by_its_name_at_the_hub_and_not_by_what_it_calls_itself():
    other = {"sub": "o-1", "name": "team", "preferred_username": "impostor", "roleInOrg": "admin"}
    account = account_of_sign_in({"sub": "u-1", "preferred_username": "eve", "orgs": [other, {"name": "team"}]})
    assert not may_submit_for(account, "team")
    assert namespaces(account) == ["eve", "impostor"]


@pytest.mark.parametrize(
    ("role", "may"), [("admin", True), ("write", True), ("contributor", True), ("read", False), ("", False), ("owner", False)]
)
def test_who_may_write_may_submit(role, may):
    account = Account("u-1", "ann", {"team": role})
    assert may_submit_for(account, "team") == may
    assert may_submit_for(account, "ann")
    assert not may_submit_for(account, "others")
    assert not may_submit_for(account, "")


@pytest.mark.parametrize("told", [{}, {"sub": "u-1"}, {"preferred_username": "ann"}, {"sub": 3, "preferred_username": "ann"}])
def test_a_sign_in_that_names_nobody_is_refused(told):
    with pytest.raises(SettingsError, match=r"^sign-in: the Hub does not say who this is; "):
        account_of_sign_in(told)


def test_without_a_token_that_holds_the_line_says_what_to_do(hub, api, monkeypatch):
    with pytest.raises(SettingsError, match=r"^HF_TOKEN: is not valid, or no longer; make a new one"):
        account_of_token(api("hf_wrong"))
    monkeypatch.setattr("huggingface_hub.hf_api.get_token", lambda: None)
    with pytest.raises(SettingsError, match=r"^HF_TOKEN: no account of the Hub is signed in here; run `hf auth login`"):
        account_of_token(api(None))
