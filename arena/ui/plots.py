"""Plots as plain HTML: they follow the theme, the width of the page and the reader's font size, and need no script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from arena.ui import words
from arena.ui.markup import render

NARROWEST = 10.0
"""A scale covers at least this much, so that its ticks are whole numbers."""
ROOM = 0.12
"""Share of the scale that is kept free beyond the outermost bound, for a line that goes on."""
LEGEND = {"hollow": "No interval", "up": "At least this good", "down": "At most this good"}
"""What marks other than a plain dot say."""


@dataclass(frozen=True)
class Interval:
    """One line of an interval plot."""

    name: str
    middle: float | None
    """None where there is a bound only: the lower one, or the upper one."""
    low: float | None
    high: float | None
    """Ends of the interval; None where it is open."""
    reason: str = ""
    """Why it has no interval, or what its bound rests on."""

    @property
    def mark(self) -> str:
        """What is drawn: a `dot`, a `hollow` one where nothing tells how sure it is, an arrow `up` or `down` from a bound."""
        if self.middle is None:
            return "down" if self.low is None else "up"
        return "hollow" if self.low is None and self.high is None else "dot"

    @property
    def place(self) -> float:
        """Where the mark stands: at least one of the three numbers is there."""
        return next(value for value in (self.middle, self.low, self.high) if value is not None)

    @property
    def reading(self) -> str:
        """The line in words."""
        if self.middle is None:
            return f"{words.rating_or_bound(None, self.low, self.high)}, {self.reason}"
        line = f"{words.rating(self.middle)}, {words.bounds(self.low, self.high)}"
        return f"{line}: {self.reason}" if self.mark == "hollow" and self.reason else line


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
    first, last = min([*values, reference]), max([*values, reference])
    room = ROOM * max(last - first, NARROWEST)
    marks = {line.mark for line in intervals}
    ticks = round_ticks(first - room * ("down" in marks), last + room * ("up" in marks))
    scale = Scale(ticks[0], ticks[-1])
    legend = [(mark, reason) for mark in LEGEND if (reason := _legend(mark, intervals))]
    return render(
        "interval_plot.html", intervals=intervals, title=title, reference=reference, ticks=ticks, scale=scale, legend=legend
    )


def _legend(mark: str, intervals: Sequence[Interval]) -> str:
    """What a mark means, with the reasons of the lines that have it; empty where none has."""
    lines = [line for line in intervals if line.mark == mark]
    reasons = "; ".join(dict.fromkeys(line.reason for line in lines if line.reason))
    return f"{LEGEND[mark]}: {reasons}" if reasons else LEGEND[mark] if lines else ""


def round_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Some `about` evenly spaced values that cover `low` to `high`, in steps of 1, 2 or 5 times a power of ten."""
    span = max(high - low, NARROWEST)
    power = 10.0 ** math.floor(math.log10(span / about))
    step = min((factor * power for factor in (1, 2, 5, 10)), key=lambda candidate: abs(span / candidate - about))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]
