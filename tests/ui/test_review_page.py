"""The review page in browsers of several people, over what the command line generated."""

import re
import shutil
from collections.abc import Iterator

import pytest
from layout import faults
from playwright.sync_api import Page, expect
from processes import FEW_MODELS
from serving import serving
from visitor import Visitor, windows

pytestmark = pytest.mark.long

REASONS = {
    "1": "Not minimal",
    "2": "Caption false",
    "3": "Edit visible",
    "4": "Unsafe to show",
    "5": "Duplicate",
    "6": "Illegal, private, hateful",
}


@pytest.fixture(scope="module")
def arena(generated, tmp_path_factory):
    home = tmp_path_factory.mktemp("reviewed") / "home"
    shutil.copytree(generated.home, home)
    with serving(home, environment=FEW_MODELS) as running:
        yield running


@pytest.fixture(scope="module")
def somebody(arena, browser) -> Iterator[Visitor]:
    """Whose verdicts were all taken back, for tests that leave it so."""
    with windows(browser, arena) as open_window:
        yield opened(open_window())


@pytest.fixture(scope="module")
def both(arena, browser) -> Iterator[tuple[Visitor, Visitor]]:
    """Two people who see the same pair first."""
    with windows(browser, arena) as open_window:
        yield opened(open_window()), opened(open_window())


def opened(visitor: Visitor) -> Visitor:
    """The page, opened anew."""
    visitor.open("/review")
    visitor.page.wait_for_selector("#accept:not([disabled])")
    visitor.page.wait_for_selector("#agreement p")
    return visitor


def generation(page: Page) -> str:
    """Id of the pair that is shown."""
    return page.locator(".provenance dd").last.inner_text()


def press(page: Page, key: str) -> None:
    """Press a key, and wait for the pair that it brings; what lies behind a content note is looked at before it is accepted."""
    before = generation(page)
    for note in page.locator("#pair [data-action=show]:visible").all() if key == "a" else ():
        note.click()
    page.keyboard.press(key)
    page.wait_for_function(
        """before => [...document.querySelectorAll(".provenance dd")].at(-1)?.textContent !== before
            && !document.querySelector("#accept").inert""",
        arg=before,
    )


def said(page: Page):
    return page.locator("#progress")


def test_the_oldest_pair_comes_first_with_how_it_was_made_and_what_the_gate_found(somebody, generated):
    page = somebody.page
    expect(said(page)).to_contain_text(f"{len(generated.passed)} pairs to review")
    assert generation(page) == generated.passed[0].id
    expect(page.locator("#pair .picture")).to_have_count(2)
    facts = page.locator(".provenance").inner_text()
    for part in ("Was to change", "→", "make it show", "drawn-world/pix2pix-mini", "a scene drawn for it"):
        assert part in facts
    assert len(page.locator("#gate li").all()) > 10
    expect(page.locator("#gate")).to_contain_text(re.compile(r"[\d.]+ % of the image changed; .* passes"))


def test_the_next_pair_comes_without_a_verdict(somebody, generated):
    page = somebody.page
    press(page, "n")
    assert generation(page) == generated.passed[1].id
    assert generation(opened(somebody).page) == generated.passed[0].id


def test_each_reason_to_reject_has_a_key_and_is_taken_back_with_another(somebody):
    page = somebody.page
    rejected = []
    for key, label in REASONS.items():
        expect(page.get_by_role("button", name=label)).to_have_attribute("aria-keyshortcuts", key)
        rejected.append(generation(page))
        press(page, key)
        expect(said(page)).to_contain_text("Rejected")
    assert len(set(rejected)) == len(REASONS)
    for name in reversed(rejected):
        press(page, "u")
        assert generation(page) == name
        expect(said(page)).to_contain_text("Taken back")
    page.keyboard.press("u")
    expect(said(page)).to_contain_text("There is nothing to take back")
    assert generation(page) == rejected[0]


def test_two_keys_at_once_judge_one_pair(somebody):
    page = somebody.page
    before = generation(page)
    # In one turn of the browser: between two keys of a real keyboard the next pair might have come.
    page.evaluate(
        "for (const _ of [1, 2]) document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}))"
    )
    expect(said(page)).to_contain_text("Rejected")
    press(page, "u")
    assert generation(page) == before
    page.keyboard.press("u")
    expect(said(page)).to_contain_text("There is nothing to take back")


def test_buttons_keep_the_focus_of_who_uses_them_with_tab_and_enter(somebody):
    page = somebody.page
    page.locator("#skip-pair").focus()
    for _ in range(2):
        press(page, "Enter")
        expect(page.locator("#skip-pair")).to_be_focused()


def check_captions_above_the_bar(page):
    """What is judged can be read without scrolling."""
    bar = page.locator("#bar").bounding_box()
    assert bar
    for caption in page.locator("#pair figcaption").all():
        box = caption.bounding_box()
        assert box
        assert box["y"] + box["height"] <= bar["y"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_is_laid_out_well_at_any_width(somebody, dark):
    page = somebody.page
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=dark)
    for width in (1280, 1024, 768, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert faults(page) == []
        check_captions_above_the_bar(page)
    page.set_viewport_size({"width": 1280, "height": 844})
    while not page.locator("#pair .guarded").count():  # with a note in each frame
        press(page, "n")
    check_captions_above_the_bar(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_two_people_put_a_pair_into_play_and_agreement_is_told(somebody, both, generated):
    first, second = (one.page for one in both)
    expect(first.locator("#agreement")).to_contain_text("once two of them have judged the same pairs")
    name = generation(first)
    press(first, "a")
    expect(said(first)).to_contain_text("Accepted: 1 of 2")
    assert generation(opened(both[0]).page) != name, "nobody judges a pair twice"
    assert generation(second) == name
    press(second, "a")
    expect(said(second)).to_contain_text("Accepted: it is in play")
    expect(second.locator("#agreement")).to_contain_text("1 pair judged by two or more of 2 reviewers")
    third = opened(somebody).page
    expect(said(third)).to_contain_text(f"{len(generated.passed) - 1} pairs to review")
    assert generation(third) != name


def test_two_rejections_end_a_pair(both):
    first, second = (one.page for one in both)
    name = generation(first)
    press(first, "3")
    expect(said(first)).to_have_text(re.compile(r"^\s*Rejected\s*$"))
    assert generation(second) == name
    press(second, "2")
    expect(said(second)).to_contain_text("Rejected for good")


def test_an_unsafe_side_is_shown_only_when_asked_for(somebody):
    page = opened(somebody).page
    while not page.locator("#pair .guarded").count():
        press(page, "n")
    unsafe = page.locator("#pair .guarded")
    expect(unsafe.locator(".content-note")).to_be_visible()
    expect(unsafe.locator(".picture")).to_have_css("filter", re.compile("blur"))
    name, told = generation(page), said(page).inner_text()
    for accept in (lambda: page.keyboard.press("a"), lambda: page.click("#accept")):
        accept()
        expect(unsafe.get_by_role("button", name="Show", exact=True)).to_be_focused()
        page.locator("#accept").focus()
    assert (generation(page), said(page).inner_text()) == (name, told), "nobody accepts what they have not seen"
    unsafe.get_by_role("button", name="Always show").click()
    expect(unsafe.locator(".content-note")).to_be_hidden()
