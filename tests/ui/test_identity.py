import gradio as gr
import pytest
from gradio.helpers import special_args

from arena.errors import InputError, SettingsError
from arena.ui.identity import Application, person, signs_in

NUMBER = "0123456789abcdef" * 2
ACCOUNT = {"name": "Ada", "preferred_username": "ada", "profile": "https://huggingface.co/ada", "picture": "ada.png"}


def profile(name: str) -> gr.OAuthProfile:
    return gr.OAuthProfile({**ACCOUNT, "preferred_username": name})


APPLICATION = {"OAUTH_CLIENT_ID": "arena", "OAUTH_CLIENT_SECRET": "s3cret"}


@pytest.mark.parametrize(
    ("environment", "accounts"),
    [
        ({}, False),
        ({"SPACE_ID": "org/arena"}, False),  # a Space without hf_oauth
        ({"HF_TOKEN": "hf_of_the_machine"}, False),  # its account is never offered to visitors
        ({"OAUTH_CLIENT_SECRET": "s3cret"}, False),
        (APPLICATION, True),
        ({"SPACE_ID": "org/arena", **APPLICATION}, True),
    ],
)
def test_people_sign_in_where_the_arena_is_an_application_of_the_hub(environment, accounts):
    assert signs_in(environment) == accounts


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"OAUTH_CLIENT_SECRET": ""}, "OAUTH_CLIENT_SECRET: is not set"),
        ({"OAUTH_SCOPES": "openid email"}, "OAUTH_SCOPES: lacks profile"),
        ({"OPENID_PROVIDER_URL": "http://hub.example"}, "OPENID_PROVIDER_URL: 'http://hub.example'"),
        ({"OPENID_PROVIDER_URL": "hub.example"}, "OPENID_PROVIDER_URL: "),
    ],
)
def test_what_is_missing_to_sign_in_is_one_line_that_keeps_the_secret(changed, says):
    with pytest.raises(SettingsError, match=says) as caught:
        Application.of({**APPLICATION, **changed})
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_hub_and_the_scopes_that_pages_need_are_what_is_asked_for_by_default():
    application = Application.of(APPLICATION)
    assert application is not None
    assert application.provider == "https://huggingface.co"
    assert set(application.scopes.split()) == {"openid", "profile", "read-memberships", "write-discussions"}
    assert "s3cret" not in repr(application)
    assert Application.of({**APPLICATION, "OPENID_PROVIDER_URL": "http://127.0.0.1:9/"}) is not None


def test_a_browser_is_known_by_a_hash_that_does_not_give_its_number_away():
    name = person(NUMBER, None, accounts=False)
    assert name == person(NUMBER, None, accounts=False)
    assert name != person("f" * 32, None, accounts=False)
    assert name.startswith("browser:")
    assert NUMBER not in name


@pytest.mark.parametrize("number", ["", "browser:1", NUMBER.upper(), NUMBER + "0", "x" * 32])
def test_who_has_no_number_is_nobody(number):
    with pytest.raises(InputError, match="load the page again"):
        person(number, None, accounts=False)


def test_where_there_are_accounts_only_they_count():
    assert person(NUMBER, profile("ada"), accounts=True) == person("", profile("ada"), accounts=True) == "hub:ada"
    assert person(NUMBER, profile("bob"), accounts=True) == "hub:bob"
    with pytest.raises(InputError, match="sign in"):
        person(NUMBER, None, accounts=True)


class Request:
    """A request as Gradio's events see it, from somebody who signed in or did not."""

    def __init__(self, session: dict) -> None:
        self.scope = {"session": session}


@pytest.mark.parametrize(("session", "found"), [({}, None), ({"oauth_info": {"userinfo": ACCOUNT}}, "ada")])
def test_gradio_hands_the_account_of_the_session_to_events(session, found):
    """The profile comes from the signed cookie of the session, not from what a page sends."""

    def event(browser: str, profile: gr.OAuthProfile | None) -> None: ...

    inputs, *_ = special_args(event, [NUMBER], Request(session))  # pyright: ignore[reportArgumentType]
    assert inputs[0] == NUMBER
    assert (inputs[1].username if inputs[1] else None) == found
