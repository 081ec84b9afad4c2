import re

import httpx
import pytest
from playwright.sync_api import expect
from visitor import windows

from arena.ui.navigation import TITLE

PAGES = [("/", "Battle"), ("/leaderboard", "Leaderboard"), ("/benchmarks", "Benchmarks"), ("/about", "About")]


@pytest.fixture(scope="module", params=PAGES, ids=[name for _, name in PAGES])
def page_and_name(request, server, browser):
    """Each page in turn, for tests that only look."""
    path, name = request.param
    with windows(browser, server) as open_window:
        yield open_window().open(path), name


def test_every_page_has_its_address_and_says_where_one_is(page_and_name):
    page, name = page_and_name
    expect(page.locator("nav [aria-current=page]")).to_have_text(name)
    expect(page).to_have_title(TITLE if name == "Battle" else f"{name} - {TITLE}")


def test_nothing_that_gradio_shows_by_default_is_left(page_and_name):
    page, _ = page_and_name
    page.wait_for_selector("#head header")
    expect(page.locator("footer:visible")).to_have_count(0)
    expect(page.locator(".nav-holder:visible")).to_have_count(0)
    for word in ("Gradio", "Use via API", "Settings", "Share"):
        assert word not in page.locator("body").inner_text()


@pytest.mark.parametrize(("path", "name"), PAGES)
def test_pages_may_be_embedded_but_may_ask_no_other_host(server, path, name):
    answer = httpx.get(server.url + path, timeout=60)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors *" in policy
    assert "x-frame-options" not in answer.headers
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/submit", "/submissions?id=x", "/submit/", "/review"])
def test_pages_on_which_accounts_act_stand_in_no_frame_but_that_of_the_hub(server, path):
    policy = httpx.get(server.url + path, timeout=60, follow_redirects=True).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://huggingface.co")


def test_a_shared_link_is_previewed_as_the_arena(server):
    page = httpx.get(server.url, timeout=60).text
    assert '<meta property="og:title" content="Minimal-Pair Arena">' in page
    for word in ("Click to try out the app", "raw.githubusercontent.com", "teamGradio"):
        assert word not in page


def test_who_runs_no_scripts_is_told_what_to_read_without(server, browser):
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(server.url + "/benchmarks")
        expect(page.locator("body")).to_have_text(re.compile("This page needs JavaScript"), use_inner_text=True)
        link = page.get_by_role("link", name="the leaderboard as a table")
        with page.expect_download() as download:
            link.click()
        assert download.value.path().read_text(encoding="utf-8").startswith("rank,")


def test_the_typefaces_come_from_the_arena_itself(visit):
    visitor = visit()
    visitor.open_battle()
    fonts = [address for address in visitor.addresses if address.endswith(".woff2")]
    assert fonts
    assert all(address.startswith(f"{visitor.server.url}/look/fonts/") for address in fonts)
    assert visitor.page.evaluate("document.fonts.check('16px \"Source Serif 4\"')")


def test_the_about_page_tells_the_method_and_how_to_cite(visit):
    page = visit().open("/about")
    expect(page.locator("#method h1")).to_be_visible()
    expect(page.locator("#citation")).to_contain_text("@software{minimal_pair_arena")


def test_nothing_overflows_where_a_page_opens_on_a_phone(visit):
    visitor = visit(width=390, height=844)
    for path, shown in (("/leaderboard", "#board table, #board .empty"), ("/about", "#method h1")):
        visitor.open(path).wait_for_selector(shown)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_first_events_wait_for_our_scripts_however_late_they_come(visit):
    visitor = visit()
    with visitor.requests_held_back("**/look/*.js*") as held:
        visitor.page.goto(visitor.server.url + "/review", wait_until="commit")
        while not held:
            visitor.page.wait_for_timeout(50)
        visitor.page.wait_for_timeout(1000)
    expect(visitor.page.locator("#pair .empty, #pair .picture").first).to_be_visible()


def test_who_asks_for_less_motion_gets_none(visit):
    page = visit().open("/")
    page.wait_for_selector("#pair .veil", state="attached")
    veil = page.locator("#pair .veil").first
    for reduced, moves in (("reduce", False), ("no-preference", True)):
        page.emulate_media(reduced_motion=reduced)
        seconds = veil.evaluate("element => parseFloat(getComputedStyle(element).transitionDuration)")
        assert (seconds > 0) == moves
