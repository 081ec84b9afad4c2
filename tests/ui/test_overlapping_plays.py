"""What a visitor does while the models still answer: the answers are held back on their way to the browser."""

import re

from playwright.sync_api import expect

VOTES = ("a", "b", "both_good", "both_bad", "skip")
COUNT_PAIRS = """
window.pairs = 0;
new MutationObserver(() => {
  const pair = document.querySelector("#pair .pair:not(.waiting, [data-counted])");
  if (!pair) return;
  pair.dataset.counted = "";
  window.pairs += 1;
}).observe(document, { childList: true, subtree: true });
"""
"""How many pairs the page has shown, one after the other."""

NEXT_AT_ONCE = """
new MutationObserver((changes) => {
  const [change] = changes.filter(({ target }) => target.id === "next-pair" && !target.inert);
  if (!change || !document.querySelector("#reveal .card") || window.wentOn) return;
  window.wentOn = true;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
}).observe(document, { attributes: true, attributeFilter: ["inert"], subtree: true });
"""
"""Presses the key of the next pair as soon as the page lets anybody do so after a verdict."""


def test_neither_keys_nor_buttons_vote_before_all_answers_are_in(visit):
    visitor = visit()
    page = visitor.page
    with visitor.answers_held_back():
        for vote in VOTES:
            expect(page.locator(f"#vote-{vote}")).to_be_disabled()
        for key in "abgxr":
            page.keyboard.press(key)
    visitor.wait_for_answers()
    page.keyboard.press("b")  # the first vote is the one that counts
    visitor.wait_for_reveal()
    expect(page.locator("#reveal .verdict")).to_contain_text("You said Model B did better")


def test_filters_chosen_meanwhile_lead_to_one_battle_that_passes_them_all(visit):
    visitor = visit()
    page = visitor.page
    visitor.run_first(COUNT_PAIRS)
    with visitor.answers_held_back():
        visitor.choose("Domain", "Culture")
        visitor.choose("Source", "Fresh")
    page.wait_for_function("window.pairs >= 2")  # the first, by chance, may pass the filters, too
    expect(page.locator("#pair .eyebrow")).to_contain_text(re.compile("Culture.*Fresh", re.DOTALL))
    visitor.wait_for_answers()
    pair, answers = texts(page, "#pair figcaption"), texts(page, "#answers .said")
    page.keyboard.press("a")
    visitor.wait_for_reveal()
    page.wait_for_url(re.compile(r"\?battle="))
    again = visit()
    again.open(page.url.removeprefix(visitor.server.url))  # what the server kept about the battle that was judged
    again.wait_for_reveal()
    for shown in (page, again.page):
        assert texts(shown, "#pair figcaption") == pair
        assert texts(shown, "#answers .said") == answers
    assert texts(again.page, "#reveal .cards") == texts(page, "#reveal .cards")
    assert page.evaluate("window.pairs") == 2


def test_the_page_stays_with_its_battle_until_the_verdict_is_there(visit):
    visitor = visit()
    page = visitor.open_battle()
    first_picture = page.locator("#pair .picture").first
    before = first_picture.get_attribute("src") or ""
    with visitor.requests_held_back("**/gradio_api/queue/join**") as held:
        page.keyboard.press("a")
        while not held:
            page.wait_for_timeout(50)
        page.keyboard.press("n")
        page.locator("#next-pair").click(force=True)
    visitor.wait_for_reveal()
    expect(first_picture).to_have_attribute("src", before)
    with visitor.another_pair():
        page.keyboard.press("n")
    expect(page.locator("#reveal .card")).to_have_count(0)


def test_who_goes_on_at_once_after_a_verdict_leaves_the_address_of_its_battle(visit):
    visitor = visit()
    visitor.run_first(NEXT_AT_ONCE)
    page = visitor.open_battle()
    with visitor.another_pair():
        page.keyboard.press("a")
    assert page.evaluate("window.wentOn")
    assert "battle=" not in page.url
    expect(page.locator("#reveal .card")).to_have_count(0)


def test_a_double_click_on_next_brings_one_pair(visit):
    visitor = visit()
    visitor.run_first(COUNT_PAIRS)
    page = visitor.open_battle()
    with visitor.requests_held_back("**/gradio_api/queue/join**") as held:
        page.locator("#next-pair").dblclick(force=True)
        while not held:
            page.wait_for_timeout(50)
        page.keyboard.press("n")
    page.wait_for_function("window.pairs >= 2")
    visitor.wait_for_answers()
    with visitor.another_pair():  # whatever was still to come has come before it
        page.keyboard.press("n")
    assert page.evaluate("window.pairs") == 3


def texts(page, selector):
    return page.locator(selector).all_inner_texts()
