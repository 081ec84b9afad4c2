import json
import re

import pytest

from arena.ui.page_head import LOOK
from arena.ui.plotly_look import BEHIND, COLOURS, SCALE, figure, mark

PAPERS = [*dict.fromkeys(re.findall(r"--paper: (#[0-9a-f]{6})", (LOOK / "style.css").read_text()))]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("paper", PAPERS, ids=["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_marks_are_seen_on_light_and_on_dark_pages(colour, paper):
    assert contrast(colour, paper) >= 3


@pytest.mark.parametrize("paper", PAPERS, ids=["light", "dark"])
@pytest.mark.parametrize("colour", [BEHIND, *(colour for _, colour in SCALE)])
def test_lines_and_areas_are_seen_on_light_and_on_dark_pages(colour, paper):
    assert contrast(colour, paper) >= 2.5


def test_no_two_of_49_series_have_the_same_mark():
    assert len({mark(index) for index in range(49)}) == 49
    assert len({mark(index).shape for index in range(7)}) == 7


def test_a_figure_takes_the_width_of_the_page_and_its_colours():
    layout = json.loads(figure(300).to_json() or "")["layout"]
    assert "width" not in layout
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["dragmode"] is False  # so that a finger scrolls the page
