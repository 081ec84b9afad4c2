import re
from collections.abc import Iterator

import pytest
from layout import faults
from playwright.sync_api import Page, expect
from visitor import Visitor, windows

from arena.ui.battle_page import ASKING_AGAIN

pytestmark = pytest.mark.long

WIDTHS = (1280, 390)
"""Of a desktop and of a phone, in pixels."""


@pytest.fixture(scope="module")
def onlooker(server, browser) -> Iterator[Visitor]:
    """Who looks at pairs on one page, test after test."""
    with windows(browser, server) as open_window:
        visitor = open_window()
        visitor.open_battle()
        yield visitor


def width_of(page: Page) -> int:
    """Of its content, in pixels."""
    return page.evaluate("document.documentElement.scrollWidth")


def events(visitor: Visitor) -> int:
    """How many were sent to the server."""
    return sum("queue/join" in address for address in visitor.addresses)


def test_a_battle_is_played_with_the_mouse_and_told_aloud_and_fits_the_window(visit):
    visitor = visit(motion=True)
    page = visitor.open_battle()
    known = {contestant.name for contestant in visitor.server.contestants}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator("#pair .side")).to_have_count(2)
        expect(page.locator("#answers .who")).to_have_count(0)
        expect(page.locator("[aria-live=polite]").filter(has_text="Who did better?")).to_have_count(1)
        assert width_of(page) <= width
        page.click("#vote-a")
        visitor.wait_for_reveal()
        names = page.locator("#reveal .card h3").all_inner_texts()
        assert len(names) == 2
        assert set(names) <= known
        assert width_of(page) <= width
        expect(page.locator("#reveal .verdict")).to_contain_text("You said Model A did better")
        expect(page.locator("#answers td .mark").first).to_be_visible()
        expect(page.locator("#vote-a")).to_be_hidden()
        expect(page.locator("#copy-link")).to_be_visible()
        with visitor.another_pair():
            page.click("#next-pair")
        expect(page.locator("#copy-link")).to_be_hidden()
        expect(page.locator("#reveal .card")).to_have_count(0)


def test_battles_are_played_with_the_keyboard_only(visit):
    visitor = visit(width=390, motion=True)
    page = visitor.open_battle()
    votes = {
        "b": "You said Model B did better",
        "g": "You said both did well",
        "x": "You said both did badly",
        "r": "without a vote",
    }
    for key, said in votes.items():
        page.keyboard.press(key)
        visitor.wait_for_reveal()
        expect(page.locator("#reveal .verdict")).to_contain_text(said)
        expect(page.locator("#reveal-title")).to_be_focused()
        before = events(visitor)
        page.keyboard.press("a")  # whose button is gone
        with visitor.another_pair():
            page.keyboard.press("n")
        assert events(visitor) == before + 1
        expect(page.locator("#reveal .card")).to_have_count(0)


def test_every_control_can_be_reached_with_tab_past_lists_that_close_and_used_with_enter(visit):
    visitor = visit()
    page = visitor.open_battle()
    lists, reached = page.locator("[role=combobox]"), set()
    expect(lists).to_have_count(3)
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.dataset.action || ''"))
        if page.evaluate("document.activeElement.id") == "vote-both_bad":
            break
    assert {"difference", "enlarge", "vote-a", "vote-b", "vote-both_good", "vote-both_bad"} <= reached
    for number in range(3):
        expect(lists.nth(number)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    visitor.wait_for_reveal()


def test_the_link_of_a_judged_battle_can_be_copied_and_shows_it_again_to_somebody_else(visit):
    first = visit()
    first.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = first.open_battle()
    page.keyboard.press("g")
    first.wait_for_reveal()
    page.wait_for_url(re.compile(r"\?battle="))
    page.click("#copy-link")
    expect(page.locator("#copy-link")).to_have_text("Copied")
    page.click("#copy-link")
    expect(page.locator("#copy-link")).to_have_text("Copy link")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    page.context.clear_permissions()
    second = visit()
    second.open(copied.removeprefix(second.server.url))
    second.wait_for_reveal()
    for part in ("#reveal h2", "#reveal .verdict", "#reveal .cards", "#answers", "#pair figcaption >> nth=0"):
        assert second.page.locator(part).inner_text() == page.locator(part).inner_text()
    second.page.keyboard.press("n")
    second.wait_for_answers()
    assert "battle=" not in second.page.url


def test_nothing_is_called_copied_where_the_clipboard_is_forbidden(visit):
    visitor = visit()
    visitor.run_first("navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden'));")
    page = visitor.open_battle()
    page.keyboard.press("r")
    visitor.wait_for_reveal()
    page.wait_for_url(re.compile(r"\?battle="))
    link, asked = page.url, []
    page.on("dialog", lambda dialog: (asked.append(dialog.default_value), dialog.dismiss()))
    with page.expect_event("dialog"):  # while it is open, keys press nothing
        page.click("#copy-link")
    with visitor.requests_held_back("**/gradio_api/queue/join**"):
        page.keyboard.press("n")
        with page.expect_event("dialog"):
            page.keyboard.press("c")  # the battle is still there
    visitor.wait_for_answers()
    assert asked == [link, link]
    expect(page.locator("#copy-link")).to_have_text("Copy link")
    expect(page.locator("[aria-live=polite]").filter(has_text="Copied")).to_have_count(0)


def test_a_link_to_no_battle_says_so_calmly_and_the_next_pair_works(visit):
    visitor = visit()
    page = visitor.open("/?battle=nosuchbattle")
    expect(page.locator("[role=alert]")).to_contain_text("nosuchbattle")
    assert "Traceback" not in page.content()
    page.click("#next-pair")
    visitor.wait_for_answers()


def choose(visitor: Visitor, label: str, option: str) -> None:
    """Choose from a dropdown what has not been chosen yet, and wait for a pair that passes."""
    if visitor.page.get_by_role("combobox", name=label).input_value() != option:
        with visitor.another_pair():
            visitor.choose(label, option)


def test_filters_choose_what_the_next_pair_is_about(onlooker):
    page = onlooker.page
    choose(onlooker, "Domain", "Culture")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Culture")
    choose(onlooker, "Source", "Fresh")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Fresh")
    choose(onlooker, "Category", "Greetings")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Greetings")
    choose(onlooker, "Domain", "Safety")  # has no greetings: the category is let go
    expect(page.locator("#pair .eyebrow")).to_contain_text("Safety")
    expect(page.get_by_label("Category")).to_have_value("Any category")


def test_what_the_keyboard_chooses_is_drawn_at_once_and_what_escape_has_closed_is_not_chosen(onlooker):
    page = onlooker.page
    choose(onlooker, "Source", "Any source")
    choose(onlooker, "Domain", "Any domain")
    domain = page.get_by_role("combobox", name="Domain")
    domain.focus()
    page.keyboard.press("ArrowDown")
    with onlooker.another_pair():
        page.keyboard.press("Enter")
    expect(domain).to_have_value("Culture")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Culture")
    before = events(onlooker)
    domain.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Safety")).to_have_class(re.compile("active"))
    page.keyboard.press("Escape")
    expect(domain).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    domain.blur()
    page.locator("[role=combobox]").nth(1).focus()
    page.keyboard.press("Shift+Tab")
    expect(domain).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox")).to_have_count(1)
    domain.blur()
    expect(domain).to_have_value("Culture")
    assert events(onlooker) == before


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_no_line_of_the_bar_lies_under_its_buttons(onlooker, width):
    page = onlooker.page
    line = page.locator("#progress p")
    said = line.inner_text()
    page.set_viewport_size({"width": width, "height": 900})
    assert faults(page) == []
    line.evaluate("(line, text) => { line.textContent = text; }", ASKING_AGAIN)
    assert faults(page) == []
    line.evaluate("(line, text) => { line.textContent = text; }", said)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_no_bar_lies_over_what_is_printed(onlooker):
    page = onlooker.page
    page.emulate_media(media="print")
    expect(page.locator("#bar")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.locator("#bar")).to_be_visible()


def test_an_unsafe_picture_is_shown_only_when_asked_for(onlooker):
    page = onlooker.page
    choose(onlooker, "Domain", "Safety")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Safety")
    unsafe = page.locator(".side.guarded")
    expect(unsafe).to_have_count(1)
    expect(unsafe.locator(".picture")).to_have_css("filter", re.compile("blur"))
    expect(unsafe.locator(".content-note")).to_be_visible()
    unsafe.get_by_role("button", name="Always show").click()
    expect(unsafe.locator(".content-note")).to_be_hidden()
    with onlooker.another_pair():
        page.keyboard.press("n")
    expect(page.locator(".side.guarded .picture")).to_have_css("filter", "none")


def test_the_enlarged_picture_flips_to_the_other_in_place(onlooker):
    page = onlooker.page
    choose(onlooker, "Domain", "Culture")
    expect(page.locator("#pair .eyebrow")).to_contain_text("Culture")
    sources = [picture.get_attribute("src") for picture in page.locator("#pair .picture").all()]
    page.locator("#pair .enlarge").first.click()
    shown = page.locator("#lightbox img")
    expect(shown).to_have_attribute("src", sources[0] or "")
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("src", sources[1] or "")
    page.set_viewport_size({"width": 390, "height": 900})
    box = page.locator("#lightbox").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.press("a")  # no vote while a picture covers the page
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()
    expect(page.locator("#reveal .card")).to_have_count(0)


def test_what_differs_is_shown_and_hidden_again(onlooker):
    page = onlooker.page
    veil = page.locator("#pair .veil").first
    expect(veil).to_have_css("opacity", "0")
    page.keyboard.press("d")
    expect(page.locator("#pair .pair")).to_have_class(re.compile("veiled"))
    expect(page.get_by_role("button", name="Hide what differs")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("d")
    expect(veil).to_have_css("opacity", "0")
