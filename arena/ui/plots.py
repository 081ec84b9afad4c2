"""Plots as plain HTML: they follow the theme, the width of the page and the reader's font size, and need no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arena.ui.markup import render

NARROWEST = 10.0
"""A scale covers at least this much, so that its ticks are whole numbers."""


@dataclass(frozen=True)
class Interval:
    """One line of an interval plot."""

    name: str
    middle: float
    low: float | None
    high: float | None
    """Ends of the interval; None where it is open."""


@dataclass(frozen=True)
class Scale:
    """A linear scale from `first` to `last`."""

    first: float
    last: float

    def percent(self, value: float | None, otherwise: float = 0.0) -> str:
        """Where a value lies, as a CSS percentage; beyond the ends it stays on them. None lies where `otherwise` does."""
        inside = min(max(otherwise if value is None else value, self.first), self.last)
        return f"{100 * (inside - self.first) / (self.last - self.first):.2f}%"


def interval_plot(intervals: Sequence[Interval], title: str, reference: float) -> str:
    """A dot and its interval for each line, over one scale with round ticks; empty where there are no lines.

    Args:
        intervals: what to draw, in order.
        title: what the scale measures.
        reference: a value to draw a line at, if a tick falls on it, such as the average rating.
    """
    if not intervals:
        return ""
    values = [value for line in intervals for value in (line.middle, line.low, line.high) if value is not None]
    ticks = round_ticks(min([*values, reference]), max([*values, reference]))
    scale = Scale(ticks[0], ticks[-1])
    return render("interval_plot.html", intervals=intervals, title=title, reference=reference, ticks=ticks, scale=scale)


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Some `about` evenly spaced values that cover `low` to `high`, in steps of 1, 2 or 5 times a power of ten."""
    span = max(high - low, NARROWEST)
    power = 10.0 ** math.floor(math.log10(span / about))
    step = min((factor * power for factor in (1, 2, 5, 10)), key=lambda candidate: abs(span / candidate - about))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]
