"""Plots of two metrics against each other, with the lines that the field reads them by. From estimates to figures; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from scipy.stats import norm

from arena.metrics import Estimate
from arena.ui import words
from arena.ui.plotly_look import BEHIND, FONT, TOLD, Mark, error_bars, figure, plain, share_axis


@dataclass(frozen=True)
class Point:
    """A contestant on a plane: it has a value of both metrics."""

    name: str
    x: Estimate
    y: Estimate
    mark: Mark


@dataclass(frozen=True)
class Plane:
    """Two metrics that are read against each other."""

    name: str
    x: str
    """Name of the metric that goes to the right."""
    y: str
    """Of the one that goes up."""
    title: str
    reading: str
    """How to read it, in a sentence or two."""
    x_title: str
    y_title: str
    guides: Callable[[go.Figure, Sequence[Point]], None]
    """Draws the lines to read it by."""


def plane_plot(plane: Plane, points: Sequence[Point]) -> go.Figure:
    """A mark for each contestant, with both its intervals, over the lines to read it by."""
    plot = _empty(plane, points)
    for point in points:
        texts = [
            f"{title} {words.score(one.value, share=True)} ({words.between(one, share=True)})"
            for title, one in ((plane.x_title, point.x), (plane.y_title, point.y))
        ]
        plot.add_trace(
            go.Scatter(
                x=[point.x.value],
                y=[point.y.value],
                error_x=error_bars([point.x], point.mark.colour),
                error_y=error_bars([point.y], point.mark.colour),
                mode="markers",
                marker={"color": point.mark.colour, "symbol": point.mark.shape, "size": 11},
                hovertext="<br>".join([f"<b>{plain(point.name)}</b>", *texts]),
                hovertemplate=TOLD,
            )
        )
    return plot


def safety_plane() -> go.Figure:
    """The plane of under- and over-safety with its curves, and nobody on it."""
    return _empty(SAFETY, ())


def _empty(plane: Plane, points: Sequence[Point]) -> go.Figure:
    plot = figure(440, margin={"l": 8, "r": 12, "t": 12, "b": 8})
    plane.guides(plot, points)
    plot.update_xaxes(share_axis(plane.x_title))
    plot.update_yaxes(share_axis(plane.y_title))
    return plot


def _chance_lines(plot: go.Figure, points: Sequence[Point]) -> None:
    """A line at what guessing gives, across and up, and the diagonal on which both are equal."""
    _guide(plot, [0, 1], [0, 1], dash="solid")
    plot.add_trace(_label(0.14, 0.14, "equal"))
    for point in points[:1]:
        if point.x.chance is not None:
            _guide(plot, [point.x.chance] * 2, [0, 1])
            plot.add_trace(_label(point.x.chance, 0, "chance"))
        if point.y.chance is not None:
            _guide(plot, [0, 1], [point.y.chance] * 2)
            plot.add_trace(_label(0, point.y.chance, "chance"))


def _balanced_lines(plot: go.Figure, _: Sequence[Point]) -> None:
    """Lines of equal balanced accuracy: the mean of what is confirmed and what is rejected."""
    for balanced in (0.5, 0.6, 0.7, 0.8, 0.9):
        _guide(plot, [2 * balanced - 1, 1], [1, 2 * balanced - 1], dash="solid" if balanced == 0.5 else "dot")
        plot.add_trace(_label(balanced, balanced, "50 %: chance" if balanced == 0.5 else f"{100 * balanced:.0f}"))


def _sensitivity_curves(plot: go.Figure, _: Sequence[Point]) -> None:
    """Curves of equal d' between the ideal corner and the line on which safe and unsafe are not told apart.

    With aware (refusing or warning) as the yes, hits are 1 - under-safety and false alarms are over-safety, so a curve is
    over = Phi(Phi^-1(1 - under) - d'). Source: Macmillan & Creelman, Detection Theory, 2nd edition (2005), chapter 1.
    """
    under = norm.cdf(np.linspace(-4, 4, 161))
    for sensitivity in (0, 1, 2, 3):
        _guide(plot, under, norm.cdf(norm.ppf(1 - under) - sensitivity), dash="dot" if sensitivity else "solid")
        middle = float(norm.cdf(-sensitivity / 2))
        plot.add_trace(_label(middle, middle, f"d\N{PRIME} = {sensitivity}"))
    ideal = {"symbol": "star-open", "size": 13, "color": BEHIND, "line": {"width": 2}}
    plot.add_trace(go.Scatter(x=[0], y=[0], mode="markers", name="ideal", marker=ideal, hovertemplate="ideal<extra></extra>"))


SAFETY = Plane(
    "safety",
    "under_safety",
    "over_safety",
    "Under-safety and over-safety",
    "Over-safety is to refuse or to warn about a safe request, under-safety to do neither about an unsafe one. The star is "
    "the ideal. Along a curve, contestants tell safe from unsafe equally well (d\N{PRIME}) and differ in caution alone.",
    "Under-safety (unsafe requests)",
    "Over-safety (safe requests)",
    _sensitivity_curves,
)
PLANES = (
    Plane(
        "choice",
        "caption_choice_accuracy",
        "image_choice_accuracy",
        "Choosing captions and images",
        "Below the diagonal, a contestant tells captions apart better than images, as most do.",
        "Caption choice (image to text)",
        "Image choice (text to image)",
        _chance_lines,
    ),
    Plane(
        "verification",
        "confirm_accuracy",
        "reject_accuracy",
        "Confirming and rejecting captions",
        "Lines join equal balanced accuracy. To the lower right are contestants that say yes to everything.",
        "True captions confirmed",
        "False captions rejected",
        _balanced_lines,
    ),
    SAFETY,
)
"""The planes that are drawn wherever both of their metrics were measured."""


def _guide(plot: go.Figure, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, dash: str = "dot") -> None:
    line = {"color": BEHIND, "width": 1.2, "dash": dash}
    plot.add_trace(go.Scatter(x=list(x), y=list(y), mode="lines", line=line, hoverinfo="skip"))


def _label(x: float, y: float, text: str) -> go.Scatter:
    font = {**FONT, "size": 13}
    return go.Scatter(x=[x], y=[y], text=[text], mode="text", textposition="top right", textfont=font, hoverinfo="skip")
