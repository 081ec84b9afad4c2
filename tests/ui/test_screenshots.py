"""Every page at two widths, in light and dark, as pictures to look at: artifacts/screenshots."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("ARENA_SCREENSHOTS") or Path(__file__).parents[2] / "artifacts" / "screenshots")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_photographed(visit, width, dark):
    visitor = visit(width=width, height=900 if width > 700 else 844, dark=dark)
    page = visitor.page
    suffix = f"{width}-{'dark' if dark else 'light'}.png"
    FOLDER.mkdir(parents=True, exist_ok=True)

    def photograph(name: str, *, whole: bool = False) -> None:
        page.wait_for_timeout(600)  # transitions
        page.screenshot(path=FOLDER / f"{name}-{suffix}", full_page=whole)

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
    visitor.open("/about")
    page.wait_for_selector("#method h1")
    photograph("about", whole=True)
    assert {path.name for path in FOLDER.glob(f"*-{suffix}")} >= {
        f"{name}-{suffix}" for name in ("battle", "difference", "reveal", "leaderboard", "about")
    }
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(int(part) for part in background.removeprefix("rgb(").removesuffix(")").split(",")[:3])
    assert (lightness < 200) == dark
