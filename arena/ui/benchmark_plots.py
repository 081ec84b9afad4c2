"""Plots of one metric: its intervals, its curves over severities, its map of the world. From estimates to figures; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from arena.metrics import Estimate
from arena.ui import words, world
from arena.ui.plotly_look import (
    BEHIND,
    FONT,
    SCALE,
    TOLD,
    Mark,
    axis,
    error_bars,
    figure,
    lacks_interval,
    page_layout,
    plain,
    share_axis,
    symbol,
    told,
)

ROW = 44
"""Height of a line of an interval plot with its name above it, in pixels."""
SMALL = {**FONT, "size": 13}
LONGEST_NAME = 48
"""Characters of a name that fit on a phone."""


@dataclass(frozen=True)
class Row:
    """A line of an interval plot."""

    name: str
    estimate: Estimate
    mark: Mark


def interval_plot(rows: Sequence[Row], *, share: bool) -> go.Figure:
    """A mark and its interval for each row, from top to bottom, with its name above it; a tick at what guessing gives.

    Args:
        rows: what to draw, in order; those without a value are left out.
        share: whether values are shares from 0 to 1, and else plain numbers.
    """
    drawn = [row for row in rows if row.estimate.value is not None]
    hollow = [row.estimate for row in drawn if lacks_interval(row.estimate)]
    plot = figure(ROW * (len(drawn) + bool(hollow)) + 46, margin={"l": 0, "r": 14, "t": 4, "b": 8})
    for place, row in enumerate(drawn):
        plot.add_trace(_interval(row, place, share=share))
        plot.add_annotation(
            x=0, xref="paper", y=place, yshift=17, text=plain(_short(row.name)), showarrow=False, xanchor="left", font=FONT
        )
        if row.estimate.chance is not None:
            ends = {"x0": row.estimate.chance, "x1": row.estimate.chance, "y0": place - 0.22, "y1": place + 0.22}
            plot.add_shape(type="line", layer="below", line={"color": BEHIND, "width": 2, "dash": "dot"}, **ends)
    if hollow:
        note = "Hollow: no interval" + (", for it rests on one family" if all(one.families == 1 for one in hollow) else "")
        plot.add_annotation(
            x=0, xref="paper", y=len(drawn), text=note, showarrow=False, xanchor="left", font={**SMALL, "color": BEHIND}
        )
    plot.update_xaxes(_values_axis([row.estimate for row in drawn], share=share))
    plot.update_yaxes(
        axis(range=[len(drawn) + bool(hollow) - 0.5, -0.75], showticklabels=False, showgrid=False, automargin=False)
    )
    return plot


def _values_axis(estimates: Sequence[Estimate], *, share: bool) -> dict[str, object]:
    """From 0 to 100 % for shares, as far as they go for differences of shares and for other numbers."""
    ends = [end for one in estimates for end in (one.value, one.low, one.high) if end is not None]
    if share and all(0 <= end <= 1 for end in ends):
        return share_axis()
    return axis(zeroline=True, zerolinecolor=BEHIND, tickformat=".0%" if share else "", nticks=6)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def _interval(row: Row, place: int, *, share: bool) -> go.Scatter:
    return go.Scatter(
        x=[row.estimate.value],
        y=[place],
        error_x=error_bars([row.estimate], row.mark.colour),
        mode="markers",
        marker={
            "color": row.mark.colour,
            "symbol": symbol(row.mark, row.estimate),
            "size": 10,
            "line": {"color": row.mark.colour, "width": 2},
        },
        hovertext=told(row.name, row.estimate, share=share),
        hovertemplate=TOLD,
    )


@dataclass(frozen=True)
class Series:
    """A line over severities in the panels of a degradation plot."""

    name: str
    mark: Mark
    by_corruption: Mapping[str, Mapping[int, Estimate]]
    """Corruption -> severity -> estimate."""
    clean: Estimate | None
    """The same without corruption."""


def degradation_plot(series: Sequence[Series]) -> go.Figure:
    """Rates by severity, a panel for each corruption; a dotted line in the colour of each series is its clean level."""
    corruptions = list(dict.fromkeys(name for one in series for name in one.by_corruption))
    columns = min(2, max(1, len(corruptions)))
    rows = max(1, -(-len(corruptions) // columns))
    titles = [words.title(name) for name in corruptions]
    plot = make_subplots(
        rows, columns, subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.06, vertical_spacing=0.36 / rows
    )
    plot.update_layout(page_layout(60 + 270 * rows, margin={"l": 8, "r": 12, "t": 34, "b": 8}))
    for panel, corruption in enumerate(corruptions):
        row, column = divmod(panel, columns)
        for index, one in enumerate(series):
            shift = 0.07 * (index - (len(series) - 1) / 2)  # so that intervals stand side by side
            for trace in _curve(one, corruption, shift):
                plot.add_trace(trace, row=row + 1, col=column + 1)
    plot.update_xaxes(axis("Severity", range=[0.6, 5.4], tickvals=[1, 2, 3, 4, 5], showgrid=False))
    plot.update_yaxes(share_axis())
    plot.update_annotations(font=FONT)
    return plot


def _curve(series: Series, corruption: str, shift: float) -> list[go.Scatter]:
    found = {level: one for level, one in sorted(series.by_corruption.get(corruption, {}).items()) if one.value is not None}
    line = {"color": series.mark.colour, "width": 2}
    curve = go.Scatter(
        x=[level + shift for level in found],
        y=[one.value for one in found.values()],
        error_y=error_bars(list(found.values()), series.mark.colour),
        mode="lines+markers",
        line=line,
        marker={"color": series.mark.colour, "symbol": [symbol(series.mark, one) for one in found.values()], "size": 8},
        hovertext=[told(f"{series.name}, severity {level}", one, share=True) for level, one in found.items()],
        hovertemplate=TOLD,
    )
    if series.clean is None or series.clean.value is None:
        return [curve]
    clean = go.Scatter(
        x=[0.6, 5.4],
        y=[series.clean.value] * 2,
        mode="lines",
        line={**line, "width": 1.5, "dash": "dot"},
        hovertext=told(f"{series.name}, clean", series.clean, share=True),
        hovertemplate=TOLD,
    )
    return [clean, curve]


def world_plot(values: Mapping[str, Estimate]) -> go.Figure:
    """A map of the world with the countries coloured by their value, from 0 to 1.

    Args:
        values: country -> estimate; countries that are not on the map are left out.
    """
    plot = figure(None, margin={"l": 0, "r": 0, "t": 0, "b": 8})
    land = [[None if square == " " else 0 for square in row] for row in world.squares()]
    backdrop = [[0, BEHIND], [1, BEHIND]]
    plot.add_trace(_squares(land, colorscale=backdrop, opacity=0.28, showscale=False, hoverinfo="skip"))
    named = {_key(country): (country, one) for country, one in values.items() if one.value is not None}
    cells = [[named.get(_key(world.COUNTRIES.get(square, ""))) for square in row] for row in world.squares()]
    texts = [["" if cell is None else told(*cell, share=True) for cell in row] for row in cells]
    bar = {"orientation": "h", "thickness": 10, "len": 0.6, "y": -0.02, "yanchor": "top", "outlinewidth": 0, "tickfont": SMALL}
    ticks = {"tickvals": [0, 0.5, 1], "ticktext": ["0", "50", "100\N{NARROW NO-BREAK SPACE}%"]}
    plot.add_trace(
        _squares(
            [[None if cell is None else cell[1].value for cell in row] for row in cells],
            colorscale=SCALE,
            zmin=0,
            zmax=1,
            hovertext=texts,
            hovertemplate=TOLD,
            hoverongaps=False,
            colorbar={**bar, **ticks},
        )
    )
    hidden = {"visible": False, "fixedrange": True}
    plot.update_layout(xaxis=hidden, yaxis={**hidden, "scaleanchor": "x", "constrain": "domain"})
    return plot


def _squares(values: Sequence[Sequence[float | None]], **given: object) -> go.Heatmap:
    return go.Heatmap(z=values, x=world.longitudes(), y=world.latitudes(), xgap=0.5, ygap=0.5, **given)


def _key(country: str) -> str:
    return country.replace("_", " ").strip().casefold()
