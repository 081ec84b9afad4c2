"""Who may review: by account, by token, by machine; and over HTTP that invented numbers may not."""

import shutil

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import expect
from processes import FEW_MODELS
from serving import serving
from starlette.requests import Request
from visitor import windows

from arena.errors import InputError
from arena.generation.reviewing import REASONS
from arena.settings import Settings, from_environment
from arena.store import Store
from arena.ui.identity import person
from arena.ui.reviewers import NotReviewer, Reviewers
from arena.ui.uploads import ADDRESS

NUMBER = "0123456789abcdef" * 2
TOKEN = "a-token-of-sixteen"
ORGANISATION = {"sub": "1", "name": "The Team", "preferred_username": "the-team"}


def request(host: str = "127.0.0.1:7860", peer: str = "127.0.0.1", **headers: str) -> gr.Request:
    given = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return gr.Request(Request({"type": "http", "headers": raw, "client": (peer, 4000)}))  # pyright: ignore[reportArgumentType]


def profile(username: str = "ada", **more) -> gr.OAuthProfile:
    return gr.OAuthProfile({"name": "Ada", "preferred_username": username, "profile": "", "picture": "", **more})


def may(reviewers: Reviewers, token: str = "", account: gr.OAuthProfile | None = None, **how) -> bool:
    try:
        reviewers.reviewer(NUMBER, token, account, request(**how))
    except NotReviewer:
        return False
    return True


@pytest.mark.parametrize(
    ("token", "expected"),
    [(TOKEN, True), ("", False), (TOKEN[:-1], False), (TOKEN + "x", False), (TOKEN.upper(), False), ("\ud800é", False)],
)
def test_the_operators_token_lets_who_knows_it_review_from_anywhere(token, expected):
    assert may(Reviewers(token=TOKEN), token, host="arena.example.org", peer="8.8.8.8", x_forwarded_for="1.2.3.4") == expected


def test_where_there_is_a_token_this_machine_needs_it_too():
    """A proxy on the same machine may add no header, and must not make reviewers of all that come through it."""
    reviewers = Reviewers.of(Settings(review_token=TOKEN))
    assert not may(reviewers)
    assert may(reviewers, TOKEN)


@pytest.mark.parametrize(
    ("host", "how", "expected"),
    [
        ("127.0.0.1", {}, True),
        ("localhost", {"host": "localhost:7860"}, True),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, False),
        ("127.0.0.1", {"forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {"host": "rebound.example.org"}, False),
        ("0.0.0.0", {}, False),
        ("192.168.0.2", {"peer": "192.168.0.3"}, False),
    ],
)
def test_without_accounts_and_token_this_machine_alone_reviews(host, how, expected):
    assert may(Reviewers.of(Settings(host=host)), **how) == expected


def test_nothing_is_known_of_whom_no_request_shows():
    with pytest.raises(NotReviewer):
        Reviewers(loopback=True).reviewer(NUMBER, "", None, None)
    with pytest.raises(NotReviewer):
        Reviewers().reviewer(NUMBER, "", None, request())


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (None, False),
        (profile("ada"), True),
        (profile("Ada"), True),
        (profile("bob"), False),
        (profile("bob", orgs=[ORGANISATION]), True),
        (profile("bob", orgs=[{**ORGANISATION, "preferred_username": "others"}]), False),
        (profile("bob", orgs=[{**ORGANISATION, "name": "the-team", "preferred_username": "others"}]), False),
        (profile("bob", name="ada"), False),
        (profile("bob", orgs=None), False),
    ],
)
def test_accounts_and_organisations_are_known_by_names_that_nobody_else_can_take(account, expected):
    assert may(Reviewers(accounts=True, names=("ada", "The-Team")), account=account) == expected


def test_where_there_are_accounts_no_token_and_no_machine_counts():
    assert not may(Reviewers(accounts=True, names=("ada",), token=TOKEN, loopback=True), TOKEN)
    assert not may(Reviewers(accounts=True), account=profile("ada"))


def test_the_owner_of_a_space_reviews_by_default(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "the-team/arena")
    monkeypatch.setenv("OAUTH_CLIENT_ID", "x")
    monkeypatch.setenv("OAUTH_CLIENT_SECRET", "y")
    reviewers = Reviewers.of(from_environment({"SPACE_ID": "the-team/arena", "SPACE_AUTHOR_NAME": "the-team"}))
    assert may(reviewers, account=profile("bob", orgs=[ORGANISATION]))
    assert not may(reviewers, account=profile("bob"))


def test_a_reviewer_goes_by_the_same_name_as_a_proposer_and_needs_a_number():
    reviewers = Reviewers(token=TOKEN)
    assert reviewers.reviewer(NUMBER, TOKEN, None, None) == person(NUMBER, None, accounts=False)
    for number in ("", None):
        with pytest.raises(InputError, match="load the page again"):
            reviewers.reviewer(number, TOKEN, None, None)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("reviewers", "says"),
    [
        (Reviewers(), "ARENA_REVIEW_TOKEN"),
        (Reviewers(accounts=True), "ARENA_REVIEWERS"),
        (Reviewers(token=TOKEN), None),
        (Reviewers(loopback=True), None),
        (Reviewers(accounts=True, names=("ada",)), None),
    ],
)
def test_the_operator_is_told_where_nobody_may_review(reviewers, says):
    assert says is None if reviewers.notice is None else says in reviewers.notice


@pytest.fixture(scope="module")
def arena(generated, tmp_path_factory):
    """One that needs a token."""
    home = shutil.copytree(generated.home, tmp_path_factory.mktemp("guarded") / "home")
    with serving(home, environment={"ARENA_REVIEW_TOKEN": TOKEN, "ARENA_UPLOADS": "0", **FEW_MODELS}) as running:
        yield running


@pytest.mark.long
def test_the_operators_link_is_opened_once_and_the_token_leaves_the_address(arena, browser):
    with windows(browser, arena) as open_window:
        visitor = open_window(listens=True)
        page = visitor.open("/review")
        expect(page.locator("#pair")).to_contain_text("those whom the operator gave a link")
        expect(page.locator("#bar")).to_be_hidden()
        visitor.wait_for_events(2)  # the pair and the agreement: the link, opened in the same window, loads the page anew
        for address in (f"/review#token={TOKEN}", "/review"):
            page = visitor.open(address)
            expect(page.locator("#accept")).to_be_visible()  # the page that is left for this one has it, too, but hides it
            expect(page.locator("#accept")).to_be_enabled()
            assert TOKEN not in page.url
        assert TOKEN not in "".join(visitor.addresses).replace(f"/review#token={TOKEN}", "")
        page = visitor.open("/generate")
        expect(page.locator("#no-uploads")).to_contain_text("takes no pictures of visitors")
        expect(page.get_by_label("Your picture", exact=True)).to_have_count(0)


@pytest.mark.long
def test_reviews_by_invented_numbers_change_nothing_and_show_nothing(arena, generated):
    """As the audit attacked it: every event of the review page, by its number, with names that the caller makes up."""
    client = Client(arena.url, verbose=False)
    (accept,) = (one["id"] for one in client.config["components"] if one["props"].get("elem_id") == "accept")
    page = [one["id"] for one in client.config["dependencies"] if accept in one["outputs"]]
    assert len(page) == len(("opening", "accept", *REASONS, "undo", "next"))
    first, *others = (pair.id for pair in generated.passed)
    for number, token in enumerate(("", TOKEN[:-1])):
        for event in page:
            answer = post(client, event, [first, f"{number:032x}", token])
            assert "data:image" not in answer
            assert not any(other in answer for other in others)
    assert "data:image" in post(client, page[0], ["", "f" * 32, TOKEN]), "whoever has the token is shown it"
    refused = httpx.post(arena.url + ADDRESS, content=b"x", timeout=60)
    assert (refused.status_code, refused.json()["detail"][:25]) == (403, "Picture: uploads are off ")
    home = arena.output.parent
    arena.process.terminate()
    arena.process.join(60)
    with Store.open(home) as store:
        assert store.generations.reviews() == []


def post(client: Client, number: int, data: list[str]) -> str:
    """What an event of a page answers, as text; sent as browsers do."""
    session = "invented"
    sent = {"fn_index": number, "data": data, "session_hash": session}
    with httpx.Client(base_url=client.src.rstrip("/"), timeout=60) as http:
        http.post("/gradio_api/queue/join", json=sent).raise_for_status()
        with http.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
            for line in stream.iter_lines():
                if "process_completed" in line:
                    return line
    pytest.fail("no answer")
