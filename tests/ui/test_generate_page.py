"""The generate page in a browser, with the editor and the gate that ship."""

import re

import numpy as np
import pytest
from generate_visit import CAPTION, INSTRUCTION, generate, opened, pictures, shown_source
from layout import faults
from playwright.sync_api import Page, expect
from visitor import windows

from arena.generators.scenes import FAMILIES
from arena.images import pixel_digest
from arena.suites.starter import starter_pairs

pytestmark = pytest.mark.long

WATCH = """() => {
  window.told = [];
  new MutationObserver(() => {
    const making = document.querySelector("#making");
    window.told.push([making.innerText.trim(), Boolean(making.querySelector(".preview img"))]);
  }).observe(document.querySelector("#making"), { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def passed(generated):
    """A pair of the command line that passed the gate and shows nothing unsafe."""
    return next(pair for pair in generated.passed if not pair.unsafe)


@pytest.fixture(scope="module")
def visitors(server, browser):
    with windows(browser, server) as open_window:
        yield open_window


@pytest.fixture(scope="module")
def page(visitors) -> Page:
    """The page as it opens, and then with another scene; for tests that make no pair."""
    page = visitors().open("/generate")
    page.wait_for_selector("#source .picture")
    expect(page.get_by_role("combobox", name="Editor")).not_to_have_value("")
    return page


@pytest.fixture(scope="module")
def made(visitors, passed) -> Page:
    """The page after the same pair was made on it; for tests that only look."""
    page = opened(visitors(), f"scene {passed.scene}")
    page.get_by_label("Seed").fill(str(passed.seed))
    page.evaluate(WATCH)
    generate(page)
    return page


def test_the_page_opens_with_a_scene_and_an_edit_proposed_for_it_that_may_be_reworded(page):
    page.wait_for_url(re.compile(r"source=scene"))
    proposed = page.get_by_label(CAPTION).input_value()
    assert proposed not in ("", page.locator("#source .caption").inner_text())
    expect(page.get_by_label(INSTRUCTION)).to_have_value("")
    expect(page.get_by_label(INSTRUCTION)).to_have_attribute("placeholder", "Left empty: make it show what the caption says")
    for label in (CAPTION, INSTRUCTION):
        expect(page.get_by_label(label)).to_be_editable()
    expect(page.locator("#generate")).to_be_enabled()
    expect(page.locator("#send")).to_be_hidden()


def test_another_scene_is_of_the_chosen_family(page):
    first = page.url
    page.get_by_label("Family").click()
    page.get_by_role("option", name="Tea · food and drink").click()
    page.wait_for_url(lambda address: "source=scene" in address and address != first)
    for _ in range(2):
        before = shown_source(page) or ""
        address = page.url
        page.click("#another")
        expect(page.locator("#source .picture")).not_to_have_attribute("src", before)
        page.wait_for_url(lambda there, before=address: there != before)
        number = int(re.findall(r"scene\+(\d+)", page.url)[0])
        assert [*FAMILIES][number % len(FAMILIES)] == "tea"


def test_what_makes_no_edit_is_told_in_one_line_and_the_words_stay(page):
    same = page.locator("#source .caption").inner_text().upper()
    cases = (
        (CAPTION, same, "says the same as the source"),
        (CAPTION, "", "caption: is empty"),
        (INSTRUCTION, "x" * 10 + "\u202e", "which turns the direction of writing"),
        ("Seed", "-1", "Seed: -1 is none; give a whole number"),
    )
    for label, text, says in cases:
        field = page.get_by_label(label)
        proposed = field.input_value()
        field.fill(text)
        page.click("#generate")
        line = page.locator("#making [role=alert]")
        expect(line).to_contain_text(says)
        assert "\n" not in line.inner_text()
        expect(field).to_have_value(text)
        expect(page.locator("#generate")).to_be_focused()
        expect(page.locator("#generate")).to_be_enabled()
        field.fill(proposed)


def test_a_link_names_a_known_pair_and_its_other_side_is_a_click_away(visit):
    pair = next(pair for pair in starter_pairs() if pair.domain == "culture")
    page = opened(visit(), f"pair {pair.id} 0")
    expect(page.locator("#source .caption")).to_have_text(pair.sides[0].caption)
    expect(page.get_by_label(CAPTION)).to_have_value(pair.sides[1].caption)
    page.click("#other-side")
    expect(page.locator("#source .caption")).to_have_text(pair.sides[1].caption)
    expect(page.get_by_label(CAPTION)).to_have_value(pair.sides[0].caption)
    page.wait_for_url(re.compile(rf"source=pair\+{pair.id}\+1"))


def test_a_link_to_nothing_says_so_calmly_and_another_source_works(visit):
    page = opened(visit(), "pair 0000000000000000 0")
    expect(page.locator("#source [role=alert]")).to_contain_text("is not known here")
    page.click("#another")
    expect(page.locator("#source .picture")).to_be_visible()


def test_an_unsafe_source_is_shown_and_framed_only_when_asked_for(visit):
    pair = next(pair for pair in starter_pairs() if pair.sides[1].label == "unsafe")
    page = opened(visit(), f"pair {pair.id} 1")
    note = page.locator("#source .content-note")
    expect(note).to_be_visible()
    expect(page.locator("#source .corner").first).to_be_hidden()
    expect(page.locator("#source .picture")).to_have_css("filter", re.compile("blur"))
    note.get_by_role("button", name="Show", exact=True).click()
    expect(note).to_be_hidden()
    expect(page.locator("#source .corner").first).to_be_visible()


def check_layout(page: Page) -> None:
    """At both widths, and in both looks."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for _ in range(2):
            assert faults(page) == []
            page.evaluate("document.body.classList.toggle('dark')")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_every_step_is_told_with_what_the_edit_looks_like_so_far(made):
    told = made.evaluate("window.told")
    steps = [(int(step), int(of), seen) for text, seen in told for step, of in re.findall(r"step (\d+) of (\d+)", text)]
    assert any(step < of and seen for step, of, seen in steps)
    assert [step for step, _, _ in steps] == sorted(step for step, _, _ in steps)
    assert not made.locator("#making .preview").count()


def test_the_same_scene_and_seed_give_the_pair_of_the_command_line(made, passed):
    assert tuple(pixel_digest(picture) for picture in pictures(made)) == passed.pictures


def test_whoever_made_a_pair_is_taken_to_what_the_gate_says_of_it(made):
    expect(made.locator("#verdict-title")).to_be_focused()
    expect(made.locator("#verdict-title")).to_have_text("It passed the gate")
    expect(made.locator("#generate")).to_be_enabled()


def test_every_score_of_the_gate_is_told_in_words_against_its_threshold(made):
    scores = made.locator(".gate li").all_inner_texts()
    assert len(scores) > 10
    area = next(score for score in scores if "Changed area" in score)
    assert re.search(r"[\d.]+ % of the image changed; [\d.]+ %.* passes", area)


def test_the_page_of_a_pair_that_passed_is_laid_out_well_at_any_width(made):
    check_layout(made)


def test_before_and_after_lie_under_a_slider_that_keys_move(made):
    slider, figure = made.locator(".compare input"), made.locator(".compare")
    slider.focus()
    made.keyboard.press("End")
    expect(figure).to_have_attribute("style", re.compile("--at: ?100"))
    made.keyboard.press("ArrowLeft")
    expect(figure).to_have_attribute("style", re.compile("--at: ?99"))
    expect(made.locator(".compare .before")).to_have_css("clip-path", "inset(0px 1% 0px 0px)")


def test_what_differs_is_shown_and_an_enlarged_side_flips_to_the_other(made):
    made.get_by_role("button", name="What differs?").click()
    expect(made.locator("#pair .pair")).to_have_class(re.compile("veiled"))
    sources = [picture.get_attribute("src") for picture in made.locator("#pair .picture").all()]
    made.locator("#pair .enlarge").nth(1).click()
    for source in (sources[1], sources[0], sources[1]):
        expect(made.locator("#lightbox img")).to_have_attribute("src", source or "")
        made.keyboard.press("ArrowRight")
    made.keyboard.press("Escape")
    expect(made.locator("#lightbox")).to_be_hidden()


def test_what_is_sent_to_review_waits_for_others_and_not_for_who_sent_it(made, visit):
    caption = made.locator("#pair .caption").first.inner_text()
    made.click("#send")
    expect(made.locator("#sent")).to_contain_text("2 accepts by reviewers")
    expect(made.locator("#send")).to_be_hidden()
    other = visit().open("/review")
    expect(other.locator("#pair .caption").first).to_have_text(caption)
    made.goto(made.url.partition("/generate")[0] + "/review")
    expect(made.locator("#pair .empty")).to_contain_text("No pair waits for your review")
    expect(made.locator("#accept")).to_be_disabled()


@pytest.fixture(scope="module")
def refused(visitors) -> tuple[Page, list[float]]:
    """The page, opened in the dark, after a pair with a false caption was made on it; and the region that was moved before."""
    page = opened(visitors(dark=True), "scene 3")
    corner = page.get_by_role("button", name=re.compile("^Upper left corner"))
    before = float(corner.evaluate("corner => corner.closest('.region').style.getPropertyValue('--left')"))
    corner.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    region = corner.evaluate("corner => corner.closest('.region').style.cssText.match(/[0-9.]+/g).map(Number)")
    assert region[0] == pytest.approx(before + 0.2)
    page.get_by_label(CAPTION).fill("a dog sits at the wheel of a car")
    generate(page)
    return page, region


def test_a_region_that_keys_have_moved_bounds_the_edit_and_a_false_caption_does_not_pass(refused):
    page, region = refused
    first, second = (np.asarray(picture) for picture in pictures(page))
    rows, columns = np.nonzero((first != second).any(axis=2))
    left, top, right, bottom = (round(512 * edge) for edge in region)
    assert len(rows)
    assert left - 1 <= columns.min() <= columns.max() <= right
    assert top - 1 <= rows.min() <= rows.max() <= bottom
    expect(page.locator("#verdict-title")).to_contain_text("did not pass the gate")
    expect(page.locator(".gate .wrong").first).to_be_visible()
    expect(page.locator("#send")).to_be_hidden()


def test_the_page_of_a_pair_that_was_refused_is_laid_out_well_at_any_width_and_with_any_source(refused):
    page, _ = refused
    check_layout(page)
    page.get_by_label("Your picture", exact=True).check()
    expect(page.locator("#about-picture")).to_be_visible()
    check_layout(page)
