"""The pages of submissions in a browser, with the Hub of the tests behind them: from signing in to a model that is withdrawn.

`benchmarks/submission_journey.py` goes the same way with a worker.
"""

import secrets

import httpx
import pytest
from browsers import CHROMIUM, shared_browser
from layout import faults
from playwright.sync_api import Page, expect
from submitting import GOOD, Site, ada, serve_unhindered, submitting
from visitor import PATIENCE, Visitor

from arena.store.submission_records import SubmissionEvent, SubmissionState

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

CHECKED = 240_000
"""Milliseconds that a check may take on a busy machine: it is served after others."""
ELSEWHERE = "https://vlm.example/v1#m"
"""An endpoint that the operator has not allowed: it fails its checks, and none of them takes a process."""
SIZES = ((390, 844), (1280, 900))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with submitting(tmp_path_factory.mktemp("submitting"), serve_unhindered) as site:
        yield site


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.fail("no Chromium found; `make test` installs it")
    expect.set_options(timeout=PATIENCE)
    return shared_browser(CHROMIUM)


@pytest.fixture
def somebody(site, browser):
    """Opens the window of somebody who is signed in, or of a stranger: `somebody("ada")`."""
    visitors = []

    def open_window(name: str | None, path: str) -> Page:
        # Checks are served after others, and what moves on the page meanwhile would keep a processor busy.
        visitor = Visitor(browser.new_context(reduced_motion="reduce").new_page(), site)
        visitors.append(visitor)
        page = visitor.open(path)
        if name:
            sign_in(site, page, name)
        return page

    yield open_window
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.complaints == []
        assert all(address.startswith(site.hub.address) for address in visitor.other_hosts)


def sign_in(site: Site, page: Page, name: str) -> None:
    site.hub.accounts.signed_in = ada(site.hub) if name == "ada" else site.hub.accounts.add(name)
    page.click("a.sign-in")
    page.wait_for_selector(f".account strong >> text={name}")


def looks_well(page: Page) -> None:
    """At both widths; with the colours that it has."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert faults(page) == []


def fill(page: Page, model: str) -> None:
    page.get_by_role("textbox", name="Model").fill(model)
    page.get_by_role("textbox", name="How to reach you").fill("ada@example.org")
    page.get_by_label("On behalf of").click()
    page.get_by_role("option", name="glade", exact=True).click()
    page.locator("#submit-terms input").check()
    page.click("#submit-check")


def submitted(site: Site, page: Page) -> str:
    """The id of the good model, from the form to the queue."""
    fill(page, f"https://huggingface.co/{GOOD}")
    page.wait_for_selector("#submit-checked .check-list", timeout=CHECKED)
    looks_well(page)
    expect(page.locator("#submit-checked")).to_contain_text("All checks passed")  # else it tells which has failed
    page.click("#submit-continue")
    expect(page.locator("#submit-confirm")).to_contain_text("about")
    expect(page.locator("#submit-confirm")).to_contain_text("ada@example.org")
    looks_well(page)
    page.click("#submit-model")
    link = page.locator(".permanent a")
    expect(link).to_contain_text(f"{site.url}/submissions?id=")
    return link.inner_text().partition("id=")[2]


def advance(site: Site, submission: str, *steps: tuple[SubmissionState, str, dict]) -> None:
    """What a worker would say."""
    with site.store() as store:
        for state, words, detail in steps:
            standing = store.submissions.get(submission)
            assert standing is not None
            event = SubmissionEvent(submission, state, words, detail=detail)
            assert store.submissions.advance(event, [standing.state])


def answer_of(site: Site, event: dict, **what) -> str:
    """What becomes of an event that a program sends as the page did, with a reason."""
    session = f"program-{secrets.token_hex(4)}"
    event = {**event, "session_hash": session, "data": [event["data"][0], "<b>A better one</b> comes"]}
    with httpx.Client(base_url=f"{site.url}/gradio_api", timeout=60, **what) as client:
        assert client.post("/queue/join", json=event).status_code == 200
        with client.stream("GET", "/queue/data", params={"session_hash": session}) as stream:
            return next(line for line in stream.iter_lines() if "process_completed" in line)


def test_a_model_goes_from_the_form_through_the_queue_to_the_board_and_is_withdrawn(site, somebody):
    page = somebody("ada", "/submit")
    looks_well(page)
    page.click("#submit-check")
    faults = ["Model: is missing", "Contact: is missing", "Terms: are not accepted"]
    expect(page.locator("#submit-said .calm-error")).to_contain_text(faults)
    fill(page, ELSEWHERE)
    expect(page.locator("#submit-checked .wrong").first).to_contain_text("not among the hosts that are allowed here")
    expect(page.locator("#submit-continue")).not_to_be_visible()
    looks_well(page)
    page.click("#submit-change")
    submission = submitted(site, page)
    page.click(".permanent a")
    state = page.locator(".standing p.state")
    expect(state).to_contain_text("Waiting")
    stranger = somebody(None, f"/submissions?id={submission}")
    stranger.emulate_media(color_scheme="dark")

    running = {"suite": "starter", "done": 0.43, "seconds_left": 300}
    advance(site, submission, ("CHECKING", "is checked", {}), ("RUNNING", "is evaluated", {}), ("RUNNING", "", running))
    for window in (page, stranger):  # both follow by themselves
        expect(window.locator(".standing p.state")).to_contain_text("starter, 43")
        looks_well(window)
    assert "ada@example.org" not in stranger.content()
    expect(stranger.locator("#withdraw-submission")).not_to_be_visible()
    expect(page.locator("#decisions")).to_contain_text("ada@example.org")

    advance(site, submission, ("LISTED", "takes part", {}))
    expect(state).to_contain_text("Listed")
    expect(page.locator("#results-back")).to_be_visible()
    with page.expect_request("**/queue/join*") as sent:
        page.click("#withdraw-submission")
    expect(page.locator("#decided")).to_contain_text("Reason: is missing")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    for what, said in (
        ({}, "nobody is signed in"),
        ({"cookies": cookies, "headers": {"Origin": "http://localhost:1"}}, "nobody is signed in"),
        ({"cookies": cookies}, "is withdrawn"),
    ):
        assert said in answer_of(site, sent.value.post_data_json, **what)
    page.reload()
    expect(state).to_contain_text("Withdrawn")
    expect(page.locator(".standing .reason")).to_have_text("<b>A better one</b> comes")
    looks_well(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#forget-submitter")
    expect(page.locator("#submission")).to_contain_text("by an account that was erased")
    stranger.reload()
    expect(stranger.locator(".event-list li").last).to_contain_text("by submitter")
    assert "ada" not in stranger.locator("#submission").inner_text()
    stranger.emulate_media(color_scheme="light")
    sign_in(site, stranger, "root")
    _admin_decides(site, stranger, submission)


def _admin_decides(site: Site, admin: Page, submission: str) -> None:
    """What went wrong is tried again, and the queue is paused."""
    admin.click("#retry-submission")
    expect(admin.locator(".standing p.state")).to_contain_text("Waiting")
    log = "<script>window.hostile = true</script>" + "x" * 400
    advance(site, submission, ("FAILED", "weights: hold <i>NaN</i>; save them again", {"log": log}))
    expect(admin.locator(".standing .log")).to_contain_text("<script>")
    assert admin.evaluate("window.hostile") is None
    looks_well(admin)
    admin.goto(f"{site.url}/submissions")
    expect(admin.locator(".queue")).to_contain_text("weights: hold <i>NaN</i>")
    admin.fill("#queue-decisions input, #queue-decisions textarea", "maintenance")
    admin.click("#pause-queue")
    expect(admin.locator(".paused")).to_contain_text("maintenance")
    looks_well(admin)
