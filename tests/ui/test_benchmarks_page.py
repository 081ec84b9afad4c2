import re

import pytest
from playwright.sync_api import expect
from visitor import windows

from arena.cli import main


@pytest.fixture(scope="module")
def page(server, browser):
    """One for all tests, the last of which leaves it: its plots take seconds to be drawn."""
    with windows(browser, server) as open_window:
        opened = open_window().open("/benchmarks")
        opened.wait_for_selector("#plot-intervals .main-svg")
        yield opened


def test_who_was_evaluated_is_in_the_table_and_in_the_plots(page, evaluated):
    expect(page.locator("#benchmark tbody tr")).to_have_count(len(evaluated))
    for name in evaluated:
        expect(page.locator("#benchmark")).to_contain_text(name)
        expect(page.locator("#plot-intervals .js-plotly-plot")).to_contain_text(name)
        expect(page.locator("#plot-choice .legend")).to_contain_text(name)
    expect(page.locator(".js-plotly-plot .errorbar").first).to_be_attached()


def test_an_open_page_follows_an_evaluation_beside_it_and_keeps_what_is_chosen(page, server):
    page.get_by_label("Metric").click()
    page.get_by_role("option", name="Group score").click()
    expect(page.locator("#plot-intervals h3")).to_contain_text("Group score")
    page.wait_for_url("**metric=group_score**")
    row = page.locator("#benchmark tbody tr", has_text="clip-mini")
    before = row.inner_text()
    more = ["evaluate", "--model", "clip-mini", "--suite", "starter", "--limit", "20"]
    assert main(["--home", str(server.home), *more]) == 0
    expect(row).not_to_have_text(before, use_inner_text=True)
    expect(page.locator("#plot-intervals h3")).to_contain_text("Group score")
    page.reload()
    expect(page.locator("#plot-intervals h3")).to_contain_text("Group score")


def test_a_name_leads_to_its_model_and_its_failures_turn_with_the_arrow_keys(page):
    page.locator("#benchmark a.model", has_text="clip-mini").click()
    expect(page.locator("#model-name")).to_have_text("clip-mini")
    expect(page.locator("#failure-count")).to_contain_text("1 of ")
    first = page.locator("#failure .prompt").first.inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#failure-count")).to_contain_text("2 of ")
    page.wait_for_url("**failure=2**")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#failure-count")).to_contain_text("1 of ")
    expect(page.locator("#failure .prompt").first).to_have_text(first, use_inner_text=True)


def test_an_unsafe_picture_waits_behind_a_note_until_it_is_asked_for(page):
    number = 1
    while page.locator("#failure .guarded").count() == 0:
        page.click("#next-failure")
        number += 1
        page.wait_for_selector(f"#failure [aria-label^='Failure {number} of']")
    picture = page.locator("#failure .guarded .picture").first
    expect(picture).to_have_css("filter", re.compile("blur"))
    page.locator("#failure .guarded").first.get_by_role("button", name="Show", exact=True).click()
    expect(picture).to_have_css("filter", "none")
