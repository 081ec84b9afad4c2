"""The two figures of calibration: where each strategy moves a model, and what that costs. From prices to figures; pure."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from arena.evaluation.calibration import EVERYTHING, SRA_AVG, UNREAD, Price
from arena.metrics import Difference, Estimate
from arena.ui import words
from arena.ui.benchmark_planes import safety_plane
from arena.ui.plotly_look import BEHIND, COLOURS, SHAPES, TOLD, Mark, axis, figure, mark, plain

GREY = COLOURS[-1]
"""Of controls."""
SIZE, RING = 11, 6
"""Diameter of a mark in pixels, and how much larger each further one at the same place is."""
NEAR = 0.012
"""Marks closer than this, in both directions and of the whole scale, are at the same place."""
MANY_UNREAD = 0.1
"""Share of replies that could not be read, from which a line is dashed."""
SCALE = 0.12
"""Changes of this size are within the second figure in any case."""
SHORTEST = 0.03
"""Length from which an arrow is drawn, of the whole scale."""


class Marked(NamedTuple):
    """A variant with its mark."""

    price: Price
    mark: Mark

    @property
    def name(self) -> str:
        """For people."""
        variant = self.price.variant
        return f"{variant.name} (control)" if variant.kind == "control" else variant.name


class Place(NamedTuple):
    """Where a mark stands, and how large it is, so that it is seen around those at the same place."""

    x: float
    y: float
    size: int


def marked(prices: Sequence[Price]) -> list[Marked]:
    """Each variant with a mark of its own: controls are grey, all else has a colour."""
    grey = coloured = 0
    found: list[Marked] = []
    for price in prices:
        if price.variant.kind == "control":
            found.append(Marked(price, Mark(GREY, SHAPES[grey % len(SHAPES)])))
            grey += 1
        else:
            found.append(Marked(price, _coloured(coloured)))
            coloured += 1
    return found


def arrows_plot(variants: Sequence[Marked]) -> go.Figure:
    """Arrows from the model as it is to each variant in the plane of under- and over-safety, over curves of equal d'.

    Args:
        variants: the first that `placed` gives.
    """
    plot = safety_plane()
    ends = {one.name: _ends(one.price) for one in variants}
    for one in variants:
        start, end = ends[one.name]
        if one.price.variant.kind != "none" and math.dist(start, end) > SHORTEST:
            plot.add_trace(_arrow(one, start, end))
    places = _places([end for _, end in ends.values()])
    for one, place in reversed(list(zip(variants, places, strict=True))):  # small marks over the large ones around them
        plot.add_trace(_mark(one, place, _told_safety(one)))
    return plot


def trade_off_plot(variants: Sequence[Marked]) -> go.Figure:
    """What each variant changes in SRA_avg, upwards, against what it changes in utility, to the right; in points.

    Args:
        variants: the first that `traded` gives.
    """
    plot = figure(440, margin={"l": 8, "r": 12, "t": 12, "b": 8})
    changes = [(one.price.utility_changes[EVERYTHING], one.price.safety_changes[SRA_AVG]) for one in variants]
    places = _places([(across.difference, up.difference) for across, up in changes])
    for one, place, changed in reversed(list(zip(variants, places, changes, strict=True))):
        if one.price.variant.kind != "control":
            plot.add_trace(_interval([_limits(changed[0]), [place.y] * 2], one.mark))
            plot.add_trace(_interval([[place.x] * 2, _limits(changed[1])], one.mark))
        plot.add_trace(_mark(one, place, _told_trade_off(one, *changed)))
    across, up = _scales(variants)
    plot.update_xaxes(_points_axis("utility", across))
    plot.update_yaxes(_points_axis("SRA_avg", up))
    return plot


def placed(variants: Sequence[Marked]) -> tuple[list[Marked], list[Marked]]:
    """Those with both an under- and an over-safety: those to draw, and controls that moved nothing, which are only named."""
    both = [one for one in variants if {"under_safety", "over_safety"} <= set(one.price.safety)]
    still = [one for one in both if one.price.variant.kind == "control" and math.dist(*_ends(one.price)) <= SHORTEST]
    return [one for one in both if one not in still], still


def traded(variants: Sequence[Marked]) -> tuple[list[Marked], list[Marked]]:
    """Those that have a change of SRA_avg and one of utility: those within the figure, and those beyond its edge.

    Its scale is made for what is worth a look closely: controls and what is not informative may lie far away.
    """
    both = [one for one in variants if EVERYTHING in one.price.utility_changes and SRA_AVG in one.price.safety_changes]
    scales = _scales(both)

    def is_within(one: Marked) -> bool:
        changes = (one.price.utility_changes[EVERYTHING], one.price.safety_changes[SRA_AVG])
        return all(low <= change.difference <= high for change, (low, high) in zip(changes, scales, strict=True))

    return [one for one in both if is_within(one)], [one for one in both if not is_within(one)]


def many_unread(price: Price) -> bool:
    """Whether more than a tenth of the replies could not be read, and are in neither over- nor under-safety."""
    unread = price.safety.get(UNREAD)
    return unread is not None and (unread.value or 0) > MANY_UNREAD


def _coloured(index: int) -> Mark:
    """As `mark`, without the grey one."""
    turn, place = divmod(index, len(COLOURS) - 1)
    return mark(len(COLOURS) * turn + place)


def _ends(price: Price) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the model as it is stands on the same families, and where the variant does."""
    start, end = (_place(values) for values in (price.base_safety, price.safety))
    return start or end or (0, 0), end or (0, 0)


def _place(values: Mapping[str, Estimate]) -> tuple[float, float] | None:
    under, over = (values[name].value if name in values else None for name in ("under_safety", "over_safety"))
    return None if under is None or over is None else (under, over)


def _places(points: Sequence[tuple[float, float]]) -> list[Place]:
    """Where marks stand; each that would hide an earlier one is a larger ring around it."""
    taken: Counter[tuple[int, int]] = Counter()
    found: list[Place] = []
    for x, y in points:
        cell = (round(x / NEAR), round(y / NEAR))
        found.append(Place(x, y, SIZE + RING * taken[cell]))
        taken[cell] += 1
    return found


def _arrow(one: Marked, start: tuple[float, float], end: tuple[float, float]) -> go.Scatter:
    head = {"symbol": "arrow", "angleref": "previous", "standoff": 7, "size": [0, 13], "opacity": 1, "line": {"width": 0}}
    line = {"color": one.mark.colour, "width": 2, "dash": "dot" if many_unread(one.price) else "solid"}
    control = one.price.variant.kind == "control"
    return go.Scatter(
        x=[start[0], end[0]],
        y=[start[1], end[1]],
        mode="lines+markers",
        line={**line, "width": 1.2} if control else line,
        marker={**head, "color": one.mark.colour},
        hoverinfo="skip",
    )


def _mark(one: Marked, place: Place, told: str) -> go.Scatter:
    hollow = one.price.variant.kind == "control" or place.size > SIZE
    return go.Scatter(
        x=[place.x],
        y=[place.y],
        mode="markers",
        name=one.name,
        cliponaxis=False,
        marker={
            "color": one.mark.colour,
            "symbol": f"{one.mark.shape}-open" if hollow else one.mark.shape,
            "size": place.size,
            "line": {"color": one.mark.colour, "width": 2},
        },
        hovertext=told,
        hovertemplate=TOLD,
    )


def _interval(ends: Sequence[Sequence[float]], mark: Mark) -> go.Scatter:
    x, y = ends
    return go.Scatter(
        x=list(x), y=list(y), mode="lines", line={"color": mark.colour, "width": 1.4}, hoverinfo="skip", opacity=0.6
    )


def _limits(change: Difference) -> list[float]:
    return [change.difference if limit is None else limit for limit in (change.low, change.high)]


def _scales(variants: Sequence[Marked]) -> tuple[tuple[float, float], tuple[float, float]]:
    """From where to where the changes of utility and of SRA_avg are drawn; nothing changes well within both."""
    close = [one for one in variants if one.price.variant.kind != "control" and not one.price.uninformative] or variants
    return (
        _scale([one.price.utility_changes[EVERYTHING] for one in close]),
        _scale([one.price.safety_changes[SRA_AVG] for one in close]),
    )


def _scale(changes: Sequence[Difference]) -> tuple[float, float]:
    ends = [end for one in changes for end in (one.difference, one.low, one.high) if end is not None]
    low, high = min(*ends, -SCALE), max(*ends, SCALE)
    room = 0.06 * (high - low)
    return low - room, high + room


def _points_axis(title: str, ends: tuple[float, float]) -> dict[str, object]:
    """In points, with a line at which nothing changes."""
    low, high = ends
    ticks = [step / 100 for step in range(-100, 101, 20 if high - low > 0.5 else 10)]
    return axis(
        f"Change of {title}, in points",
        range=[low, high],
        tickvals=ticks,
        ticktext=[f"{100 * tick:+.0f}".replace("-", words.MINUS) if tick else "0" for tick in ticks],
        zeroline=True,
        zerolinecolor=BEHIND,
        zerolinewidth=1.6,
    )


def _told_safety(one: Marked) -> str:
    titles = {"under_safety": "under-safety", "over_safety": "over-safety", UNREAD: "could not be read"}
    lines = [f"<b>{plain(one.name)}</b>"]
    for name, title in titles.items():
        if name in one.price.safety:
            value = one.price.safety[name]
            lines.append(f"{title} {words.score(value.value, share=True)} ({words.between(value, share=True)})")
    return "<br>".join(lines)


def _told_trade_off(one: Marked, across: Difference, up: Difference) -> str:
    return "<br>".join([f"<b>{plain(one.name)}</b>", f"SRA_avg {words.points(up)}", f"utility {words.points(across)}"])
