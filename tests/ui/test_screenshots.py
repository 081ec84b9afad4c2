"""Every page at two widths, in light and dark: nothing overflows, and all is legible.

With ARENA_SCREENSHOTS=FOLDER it is photographed as well.
"""

import os
from pathlib import Path
from typing import Literal

import pytest
from layout import faults
from playwright.sync_api import expect

pytestmark = pytest.mark.long

FOLDER = Path(os.environ["ARENA_SCREENSHOTS"]) if "ARENA_SCREENSHOTS" in os.environ else None
SIZES = ((390, 844), (1280, 900))
"""Of a phone and of a desktop, in pixels."""
PAPER: dict[Literal["dark", "light"], str] = {"dark": "rgb(21, 24, 27)", "light": "rgb(251, 250, 246)"}
"""Theme -> the background of its pages."""


def test_every_page_is_laid_out_well_and_leads_to_the_privacy_page(visit):
    """Each opens dark, and grows light, as it does with the device of its reader."""
    visitor = visit(dark=True)
    page = visitor.page

    def look(name: str, *, whole: bool = False) -> None:
        expect(page.locator("#foot").get_by_role("link", name="Privacy")).to_be_visible()
        for theme, paper in PAPER.items():
            page.emulate_media(color_scheme=theme)
            expect(page.locator("body")).to_have_css("background-color", paper)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert faults(page) == []
                if FOLDER:
                    page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png", full_page=whole)
        page.emulate_media(color_scheme="dark")

    visitor.open_battle()
    look("battle")
    page.keyboard.press("d")
    look("difference")
    page.keyboard.press("a")
    visitor.wait_for_reveal()
    look("reveal")
    visitor.open("/leaderboard")
    page.wait_for_selector("#board table, #board .empty")
    look("leaderboard", whole=True)
    visitor.open("/benchmarks")
    page.wait_for_selector("#plot-safety .main-svg")
    page.wait_for_selector("#plot-split .main-svg")
    look("benchmarks", whole=True)
    visitor.open("/calibration")
    page.wait_for_selector("#plot-arrows .main-svg")
    look("calibration", whole=True)
    visitor.open("/model?failure=2")
    page.wait_for_selector("#failure .failure")
    page.wait_for_selector("#plot-metrics .main-svg")
    look("model", whole=True)
    for name in ("submit", "submissions"):  # those that take models are looked at in `test_submission_pages.py`
        visitor.open(f"/{name}")
        page.wait_for_selector("#invitation h2, #submission .queue")
        look(name, whole=True)
    visitor.open("/about")
    page.wait_for_selector("#method h1")
    look("about", whole=True)
    visitor.open("/privacy")
    page.wait_for_selector("#foot .foot")
    look("privacy", whole=True)


@pytest.mark.parametrize(
    ("selector", "style", "says"),
    [
        ("body", "min-width: 2000px", "the page is"),
        ("#head .name", "display: block; width: 3rem; white-space: nowrap; overflow: hidden", "text of"),
        ("#method p", "color: #c8c8c8", "contrast"),
    ],
)
def test_the_check_of_the_layout_finds_faults(visit, selector, style, says):
    page = visit(width=390, height=844).open("/about")
    page.wait_for_selector("#method h1")
    assert faults(page) == []
    page.locator(selector).first.evaluate("(element, style) => { element.style.cssText = style; }", style)
    found = faults(page)
    assert any(says in fault for fault in found), found
