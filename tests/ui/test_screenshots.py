"""Every page at two widths, in light and dark: nothing overflows, all is legible; with pictures in artifacts/screenshots."""

import os
from pathlib import Path

import pytest
from layout import faults

pytestmark = pytest.mark.long

FOLDER = Path(os.environ.get("ARENA_SCREENSHOTS") or Path(__file__).parents[2] / "artifacts" / "screenshots")
SIZES = ((390, 844), (1280, 900))
"""Of a phone and of a desktop, in pixels."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_laid_out_well_and_photographed(visit, dark):
    visitor = visit(dark=dark)
    page = visitor.page
    FOLDER.mkdir(parents=True, exist_ok=True)

    def photograph(name: str, *, whole: bool = False) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert faults(page) == []
            page.screenshot(path=FOLDER / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=whole)

    visitor.open_battle()
    photograph("battle")
    page.keyboard.press("d")
    photograph("difference")
    page.keyboard.press("a")
    visitor.wait_for_reveal()
    photograph("reveal")
    visitor.open("/leaderboard")
    page.wait_for_selector("#board table, #board .empty")
    photograph("leaderboard", whole=True)
    visitor.open("/benchmarks")
    page.wait_for_selector("#plot-safety .main-svg")
    page.wait_for_selector("#plot-split .main-svg")
    photograph("benchmarks", whole=True)
    visitor.open("/model?failure=2")
    page.wait_for_selector("#failure .failure")
    page.wait_for_selector("#plot-metrics .main-svg")
    photograph("model", whole=True)
    visitor.open("/about")
    page.wait_for_selector("#method h1")
    photograph("about", whole=True)
    visitor.open("/privacy")
    page.wait_for_selector("#foot .foot")
    photograph("privacy", whole=True)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(int(part) for part in background.removeprefix("rgb(").removesuffix(")").split(",")[:3])
    assert (lightness < 200) == dark


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
