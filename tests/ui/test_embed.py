"""The arena in frames of another site, where readers let frames store nothing: a battle, a board, a model."""

from collections.abc import Iterator

import pytest
from embedding import OtherSite, Reader, other_site, reader
from layout import faults
from playwright.sync_api import Browser, Frame, expect
from serving import Server

SOURCES = {"battle": "", "board": "leaderboard", "model": "model"}

WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def home(server: Server) -> str:
    """Where the arena is: at another site than the page that shows it."""
    return f"{server.url.replace('127.0.0.1', 'localhost')}/"


@pytest.fixture(scope="module")
def site() -> Iterator[OtherSite]:
    with other_site() as site:
        yield site


@pytest.fixture(scope="module")
def own(browser: Browser) -> Iterator[Reader]:
    """Who looks for snippets on pages of the arena."""
    with reader(browser) as own:
        yield own


def frame_of(address: str) -> str:
    return f'<iframe src="{address}" style="width: 100%; height: 800px; border: 0"></iframe>'


def wait_for_answers(frame: Frame) -> None:
    frame.wait_for_selector("#vote-a:not([disabled])")
    frame.wait_for_selector("#answers td.seat-a")


def check_calm(shown: Reader, frame: Frame) -> None:
    """Nothing but what was asked for, nobody's cookie sent, and no complaint of the browser."""
    expect(frame.locator("#head header")).to_be_hidden()
    expect(frame.locator("#foot .foot")).to_be_hidden()
    expect(frame.locator("[data-embed]:visible")).to_have_count(0)
    assert shown.cookies() == []
    assert shown.complaints == []


@pytest.mark.parametrize("kind", SOURCES)
def test_the_snippet_of_each_page_makes_a_frame_as_high_as_what_it_shows(
    browser: Browser, own, site, home, server, evaluated, kind
):
    model = next(one for one in server.contestants if one.name == evaluated[1])
    given = snippet_of(own, kind, f"{home}{SOURCES[kind]}?model={model.id}")
    with reader(browser, beside=own, width=min(WIDTHS)) as shown:
        frame = shown.open(site.show(given))
        frame.wait_for_selector({"battle": "#reveal .card", "board": "#board table, #board .empty", "model": "#model h2"}[kind])
        assert frame.evaluate("document.body.classList.contains('dark')")
        for width in sorted(WIDTHS):
            shown.page.set_viewport_size({"width": width, "height": 900})
            check_height(shown, frame, most=855 if kind == "battle" else None)
            assert faults(shown.page) == []
        if kind == "model":
            expect(frame.locator("#model-name")).to_have_text(model.label)
        check_calm(shown, frame)


def snippet_of(own: Reader, kind: str, address: str) -> str:
    """What the page of the arena at this address gives for a dark frame."""
    page = own.page
    page.goto(address, wait_until="commit")
    own.complaints.clear()  # a page that is left in the middle of an event complains of it
    if kind == "battle":
        page.locator("#vote-skip:not([disabled])").click()
        page.wait_for_selector("#reveal-title:focus")
    page.locator(f"[data-embed={kind}]").focus()
    page.keyboard.press("Enter")
    snippet = page.locator("#embed textarea")
    expect(snippet).to_be_visible()
    for width in WIDTHS if kind == "board" else ():  # it is one form, over any page
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == []
    page.get_by_label("dark", exact=True).check()
    page.keyboard.press("b")  # votes for nobody, behind the form
    given = snippet.input_value()
    page.keyboard.press("Escape")
    expect(snippet).to_be_hidden()
    assert own.complaints == []
    return given


def check_height(shown: Reader, frame: Frame, most: int | None) -> None:
    """The frame comes to be as high as its content; of a battle no higher than the window, so that its buttons are seen."""
    content = "() => Math.ceil(document.querySelector('.main.app').getBoundingClientRect().bottom + scrollY)"
    has_bar = "document.documentElement.scrollHeight > innerHeight"
    for _ in range(100):
        shown.page.wait_for_timeout(100)
        wanted = frame.evaluate(content)
        if shown.height() == min(wanted, most or wanted) and (most or not frame.evaluate(has_bar)):
            break
    wanted = frame.evaluate(content)
    assert shown.height() == min(wanted, most or wanted)
    assert wanted > 150
    assert most or not frame.evaluate(has_bar), "it has no bar to scroll with"


def test_a_battle_is_played_in_a_frame_that_stores_nothing_and_names_nobody_before_the_vote(server, browser, own, site, home):
    with reader(browser, beside=own) as shown:
        frame = shown.open(site.show(frame_of(f"{home}?embed&theme=dark")))
        denied = "() => { try { return localStorage.length; } catch (error) { return error.name; } }"
        assert frame.evaluate(denied) == "SecurityError"
        assert frame.evaluate("() => { document.cookie = 'one=1; SameSite=None; Secure'; return document.cookie; }") == ""
        wait_for_answers(frame)
        assert frame.evaluate("document.body.classList.contains('dark')")
        assert server.told_in(frame.content()) == set()
        frame.locator("#vote-b").click()
        frame.wait_for_selector("#reveal .card")
        assert server.told_in(frame.locator("#reveal").inner_text())
        line = frame.locator("#embed-line a")
        with shown.page.context.expect_page() as opened:
            line.click()
        battle = frame.locator("#reveal [data-battle]").get_attribute("data-battle")
        assert opened.value.url == f"{home}?battle={battle}"
        check_calm(shown, frame)


def test_a_board_begins_with_the_slice_that_its_address_names_and_leads_on_in_the_frame(browser, own, site, home):
    with reader(browser, beside=own, dark=True) as shown:
        frame = shown.open(site.show(frame_of(f"{home}leaderboard?embed&amp;theme=light&amp;domain=safety")))
        expect(frame.get_by_label("Safety")).to_be_checked()
        frame.get_by_label("Culture").check()
        frame.wait_for_url("**domain=culture**")
        assert not frame.evaluate("document.body.classList.contains('dark')")
        frame.evaluate(
            "() => { const a = document.createElement('a'); a.href = 'about'; a.textContent = 'more'; a.id = 'more'; "
            "document.querySelector('.main.app').append(a); }"
        )
        frame.locator("#more").click()
        frame.wait_for_url(f"{home}about?embed=&theme=light**")
        expect(frame.locator("#head header")).to_be_hidden()
        frame.goto(f"{home}leaderboard?embed&domain=nonsense")
        expect(frame.get_by_label("All")).to_be_checked()
        check_calm(shown, frame)
