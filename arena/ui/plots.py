"""Plots as plain HTML: they follow the theme, the width of the page and the reader's font size, and need no script.

A plot is a list of rows on one scale, so it is read by a screen reader as the list it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from arena.ui import words


@dataclass(frozen=True)
class Interval:
    """One line of an interval plot."""

    name: str
    middle: float
    low: float | None
    high: float | None
    """Ends of the interval; None where it is open."""


def interval_plot(intervals: Sequence[Interval], title: str, reference: float) -> str:
    """A dot and its interval for each line, over one scale with round ticks.

    Args:
        intervals: what to draw, in order.
        title: what the scale measures.
        reference: a value to draw a line at, such as the average rating.
    """
    if not intervals:
        return ""
    values = [value for line in intervals for value in (line.middle, line.low, line.high) if value is not None]
    ticks = round_ticks(min([*values, reference]), max([*values, reference]))
    scale = Scale(ticks[0], ticks[-1])
    grid = "".join(
        f'<span class="tick{" reference" if tick == reference else ""}" style="left:{scale.percent(tick)}">'
        f"<b>{words.rating(tick)}</b></span>"
        for tick in ticks
    )
    rows = "".join(_row(line, scale) for line in intervals)
    return f"""
<figure class="interval-plot">
  <figcaption>{escape(title)}</figcaption>
  <div class="lines"><div class="scale" aria-hidden="true"><div class="ticks">{grid}</div></div><ol>{rows}</ol></div>
</figure>"""


@dataclass(frozen=True)
class Scale:
    """A linear scale from `first` to `last`."""

    first: float
    last: float

    def percent(self, value: float) -> str:
        """Where a value lies, as a CSS percentage; beyond the ends it stays on them."""
        share = (min(max(value, self.first), self.last) - self.first) / (self.last - self.first)
        return f"{100 * share:.2f}%"


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round, evenly spaced values that cover `low` to `high`: steps of 1, 2 or 5 times a power of ten, about `about` of them."""
    span = max(high - low, 1e-9)
    power = 10.0 ** math.floor(math.log10(span / about))
    step = min((factor * power for factor in (1, 2, 5, 10)), key=lambda candidate: abs(span / candidate - about))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def _row(line: Interval, scale: Scale) -> str:
    low, high = (scale.first if line.low is None else line.low), (scale.last if line.high is None else line.high)
    openness = f"{' open-low' if line.low is None else ''}{' open-high' if line.high is None else ''}"
    reading = f"{words.rating(line.middle)}, {words.bounds(line.low, line.high)}"
    return f"""<li title="{escape(line.name, quote=True)}: {reading}"><span class="name">{escape(line.name)}</span>
  <span class="track"><i class="span{openness}" style="left:{scale.percent(low)};right:calc(100% - {scale.percent(high)})"></i>
  <i class="dot" style="left:{scale.percent(line.middle)}"></i></span><span class="unseen">: {reading}</span></li>"""
