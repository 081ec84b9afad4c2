"""How every plotly figure looks: marks and colours here, ink and lines in style.css, which knows light and dark.

A figure is drawn on the server, which does not know whether its reader likes dark pages. So text, axes and grid take their
colours from the page's style, and the colours of marks are dark enough for paper and light enough for ink: each has a contrast
of at least 3 to 1 with both (WCAG 2.2, 1.4.11). They keep apart for colour-blind readers (after Okabe & Ito 2008), and every
series has a shape of its own besides.
"""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from arena.metrics import Estimate
from arena.ui import words

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#c0609a", "#97720f", "#6f74c4", "#7f7f7f")
SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down", "star")
SCALE = ((0.0, "#5a63c8"), (0.5, "#2a8c8c"), (1.0, "#c08a12"))
"""Colours of a map, from 0 to 1: also apart for colour-blind readers, and neither paper nor ink."""
FONT = {"family": '"Source Sans 3", system-ui, sans-serif', "size": 14}
BEHIND = "#8a8f94"
"""Lines to read a plot by: chance, iso-lines, the clean level."""


class Mark(NamedTuple):
    """What one series is drawn with."""

    colour: str
    shape: str


def mark(index: int) -> Mark:
    """The mark of the series with this index; 49 indices have 49 marks."""
    turn = index // len(COLOURS)
    return Mark(COLOURS[index % len(COLOURS)], SHAPES[(index + turn) % len(SHAPES)])


def lacks_interval(estimate: Estimate) -> bool:
    """Whether it has a value, and nothing tells how far that can be trusted."""
    return estimate.value is not None and estimate.low is None and estimate.high is None


def symbol(mark: Mark, estimate: Estimate) -> str:
    """The shape of a mark in plotly's words: hollow where there is no interval."""
    return f"{mark.shape}-open" if lacks_interval(estimate) else mark.shape


def figure(height: int | None, **layout: object) -> go.Figure:
    """An empty figure without a width of its own, so that it takes that of the page.

    It does not zoom: on a phone a finger on it scrolls the page.

    Args:
        height: in pixels; None where the page's style gives it.
        layout: what else plotly's layout is given.
    """
    return go.Figure(layout=page_layout(height, **layout))


def page_layout(height: int | None, **layout: object) -> dict[str, object]:
    """The layout of `figure`, for figures that plotly makes itself."""
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": FONT,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"font": {**FONT, "color": "#ffffff"}, "bordercolor": "rgba(0,0,0,0)", "align": "left"},
        **layout,
    }


def axis(title: str = "", **given: object) -> dict[str, object]:
    """A plain axis that cannot be zoomed, with its title where there is one."""
    return {
        "title": {"text": title, "font": FONT, "standoff": 8},
        "fixedrange": True,
        "zeroline": False,
        "showline": False,
        "gridcolor": BEHIND,
        "automargin": True,
        "tickfont": {**FONT, "size": 13},
        **given,
    }


def share_axis(title: str = "", **given: object) -> dict[str, object]:
    """An axis from 0 to 100 %, with a little room for marks at its ends."""
    ticks = {"tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", "25", "50", "75", "100\N{NARROW NO-BREAK SPACE}%"]}
    return axis(title, range=[-0.03, 1.03], **ticks, **given)


TOLD = "%{hovertext}<extra></extra>"
"""`hovertemplate` of a trace whose `hovertext` is made by `told`: without the box that plotly adds."""


def told(name: str, estimate: Estimate, *, share: bool) -> str:
    """What a mark says when it is pointed at."""
    value, interval = words.score(estimate.value, share=share), words.between(estimate, share=share)
    lines = [f"<b>{plain(name)}</b>", f"{value} ({interval})", f"{estimate.pairs} items, {estimate.families} families"]
    return "<br>".join(lines)


def plain(text: str) -> str:
    """Text as text: plotly would read its tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def error_bars(estimates: Sequence[Estimate], colour: str) -> dict[str, object]:
    """Bars from the lower to the upper limits, for `error_x` or `error_y`; none where a limit is open."""
    up = [_reach(one.value, one.high) for one in estimates]
    down = [_reach(one.value, one.low) for one in estimates]
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": colour, "thickness": 1.6, "width": 0}


def _reach(value: float | None, limit: float | None) -> float:
    return 0.0 if value is None or limit is None else abs(limit - value)
