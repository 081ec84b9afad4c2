"""Connections that break off, answers that are not the arena's, parts of a page that never come: a line says so, and the page
goes on by itself."""

import pytest
from generate_visit import opened
from playwright.sync_api import Route, expect
from visitor import STREAM

EVENTS = "**/gradio_api/queue/join**"
EXPECTED = ("Failed to load resource", "Unexpected error The connection broke off.")
"""What browser and Gradio tell the console."""
UNREACHABLE = "The arena cannot be reached at the moment."
BROKE_OFF = "The connection broke off."
INCOMPLETE = "A part of this page did not come through."
SHOWN = "#vote-a:not([disabled]), #board table, #board .empty"
"""What a battle, or a board, ends with."""

# `breakOff()` breaks the stream of results off; `breaksAt` does it where the stream would bring these words.
BREAKABLE = """
window.breaksAt = "";
const send = window.fetch;
window.fetch = async (...request) => {
  const answer = await send(...request);
  if (!answer.url.includes("/queue/data")) return answer;
  const decoder = new TextDecoder();
  let broken = false;
  const breaking = new TransformStream({
    start(rest) { window.breakOff = () => rest.error(new TypeError("network error")); },
    transform(chunk, rest) {
      if (broken) return;
      broken = Boolean(window.breaksAt) && decoder.decode(chunk).includes(window.breaksAt);
      if (!broken) return rest.enqueue(chunk);
      rest.enqueue(chunk.slice(0, chunk.length / 2)); // in the middle of a message
      setTimeout(() => rest.error(new TypeError("network error")), 100);
    },
  });
  return new Response(answer.body.pipeThrough(breaking), { status: answer.status, headers: answer.headers });
};
"""


@pytest.fixture
def visit_badly(visit):
    """Opens a window whose browser complains of the network, as it should."""
    visitors = []

    def open_window(**options):
        visitors.append(visit(**options))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.complaints[:] = [line for line in visitor.complaints if not line.startswith(EXPECTED)]


def fail_once(page, address: str, status: int | None = None) -> None:
    """Have the next request to `address` fail: with what a proxy says in place of the arena, or else without an answer."""

    def fail(route: Route) -> None:
        if status is None:
            route.abort("connectionfailed")
        else:
            route.fulfill(status=status, content_type="text/html", body="<h1>Not the arena</h1>")

    page.route(address, fail, times=1)


@pytest.mark.parametrize(
    ("path", "address", "status"), [("/leaderboard", EVENTS, 502), ("/leaderboard", STREAM, None), ("/", STREAM, 503)]
)
def test_what_does_not_come_through_is_sent_again(visit_badly, path, address, status):
    visitor = visit_badly()
    fail_once(visitor.page, address, status)
    visitor.page.goto(visitor.server.url + path)
    line = visitor.page.locator("#later")
    expect(line).to_contain_text(UNREACHABLE)
    visitor.page.wait_for_selector(SHOWN)
    expect(line).to_be_hidden()


def test_what_was_done_before_its_answer_got_lost_is_not_done_again(visit_badly):
    visitor = visit_badly()
    page = visitor.open_battle()
    sent: list[dict[str, str]] = []

    def lose_the_answer(route: Route) -> None:
        sent.append(route.fetch().json())
        if len(sent) == 1:
            route.abort("connectionfailed")
        else:
            route.fulfill(json=sent[-1])

    page.route(EVENTS, lose_the_answer, times=2)
    with visitor.another_pair():
        page.click("#next-pair")
    assert len(sent) == 2
    assert sent[0] == sent[1]


def test_a_battle_that_is_late_says_what_it_waits_for(visit):
    visitor = visit(width=390)
    with visitor.requests_held_back(EVENTS):
        visitor.open()
        expect(visitor.page.locator("#progress")).to_contain_text("Drawing a pair")
        expect(visitor.page.locator("#pair .waiting")).to_be_visible()
    visitor.wait_for_answers()


@pytest.mark.parametrize(("query", "paper"), [("", "rgb(21, 24, 27)"), ("?theme=light", "rgb(251, 250, 246)")])
def test_a_dark_page_is_dark_before_its_scripts_have_come(visit, query, paper):
    visitor = visit(dark=True)
    with visitor.requests_held_back("**/assets/index-*.js"):
        visitor.page.goto(f"{visitor.server.url}/about{query}", wait_until="commit")
        expect(visitor.page.locator("body")).to_have_css("background-color", paper)
    expect(visitor.page.locator("h1").first).to_be_visible()
    expect(visitor.page.locator("body")).to_have_css("background-color", paper)


def test_a_vote_and_a_wish_for_another_pair_are_sent_again_and_nobody_votes_on_the_last_pair_meanwhile(visit_badly):
    visitor = visit_badly(width=390)
    page = visitor.open_battle()
    captions = page.locator("#pair .caption").all_text_contents()
    fail_once(page, EVENTS)
    page.click("#vote-a")
    expect(page.locator("#later")).to_contain_text(UNREACHABLE)
    assert page.locator("#voting button, #next-pair").evaluate_all("all => all.every((button) => button.inert)")
    visitor.wait_for_reveal()
    expect(page.locator("#reveal")).to_contain_text("You said Model A did better")
    assert page.locator("#pair .caption").all_text_contents() == captions
    expect(page.locator("#next-pair")).not_to_have_attribute("inert", "")
    fail_once(page, EVENTS)
    with visitor.another_pair():
        page.click("#next-pair")
        expect(page.locator("#later")).to_contain_text(UNREACHABLE)
        assert page.locator("#voting button").evaluate_all("all => all.every((button) => button.inert)")
    page.click("#vote-a")
    visitor.wait_for_reveal()


def test_a_verdict_that_breaks_off_is_shown_once_the_page_has_loaded_again(visit_badly):
    visitor = visit_badly()
    visitor.run_first(BREAKABLE)
    page = visitor.open_battle()
    captions = page.locator("#pair .caption").all_text_contents()
    page.evaluate("window.breaksAt = 'process_completed'")
    page.click("#vote-b")
    expect(page.locator("#later")).to_contain_text(f"{BROKE_OFF} The page loads again by itself")
    visitor.wait_for_reveal()
    expect(page.locator("#reveal")).to_contain_text("You said Model B did better")
    assert page.locator("#pair .caption").all_text_contents() == captions


def test_a_page_whose_results_break_off_loads_again(visit_badly):
    visitor = visit_badly()
    visitor.page.route(STREAM, lambda route: route.fulfill(content_type="text/event-stream", body=""), times=1)
    visitor.page.goto(f"{visitor.server.url}/leaderboard")
    expect(visitor.page.locator("#later")).to_contain_text(BROKE_OFF)
    visitor.page.wait_for_selector(SHOWN)
    expect(visitor.page.locator("#later")).to_be_hidden()


def test_a_stream_that_breaks_while_nothing_is_awaited_disturbs_nobody(visit_badly):
    visitor = visit_badly()
    visitor.run_first(BREAKABLE)
    page = visitor.open_battle()
    page.evaluate("window.breakOff()")
    with page.expect_request(STREAM):
        page.click("#vote-a")
    visitor.wait_for_reveal()
    expect(page.locator("#later")).to_be_hidden()


def test_words_outlive_results_that_break_off_and_can_be_sent_again(visit_badly):
    visitor = visit_badly()
    visitor.run_first(BREAKABLE)
    page = opened(visitor, "")
    page.get_by_label("Instruction to the editor").fill("close the window")
    page.evaluate("window.breaksAt = 'process_completed'")
    page.click("#generate")
    expect(page.locator("#later")).to_contain_text(f"{BROKE_OFF} Try again")
    expect(page.locator("#generate")).to_be_enabled()
    expect(page.get_by_label("Instruction to the editor")).to_have_value("close the window")
    page.evaluate("window.breaksAt = ''")
    page.click("#generate")
    expect(page.locator("#later")).to_be_hidden()
    expect(page.locator("#making")).to_contain_text("Done")


@pytest.mark.parametrize(
    ("path", "part"),
    [("/", "**/look/page.js*"), ("/leaderboard", "**/look/style.css*"), ("/leaderboard", "**/assets/index-*.js")],
)
def test_a_page_of_which_a_part_is_missing_loads_again(visit_badly, path, part):
    visitor = visit_badly()
    fail_once(visitor.page, part)
    visitor.page.goto(visitor.server.url + path, wait_until="commit")
    expect(visitor.page.locator("#later")).to_contain_text(INCOMPLETE)
    expect(visitor.page.locator("#later")).to_be_hidden()
    visitor.page.wait_for_selector(SHOWN)
