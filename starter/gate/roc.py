"""The picture of how well the gate decides: receiver operating characteristics, as an SVG file."""

from collections.abc import Sequence
from html import escape

from arena.starter.gate.deciding import Curve, Point

SIDE, MARGIN = 420, 56
SHOWN = 6
"""Scores whose own curves are drawn: those with the largest areas."""
GREYS = ("#8ea3b8", "#b5a58c", "#9cb59a", "#b99bab", "#a3a3c4", "#bcbcbc")
STYLE = "font: 13px/1 system-ui, sans-serif"


def roc_svg(gate: Sequence[Point], chosen: Point, curves: Sequence[Curve]) -> str:
    """The gate's curve over those of its scores alone.

    Args:
        gate: the gate's curve, from the corner where nothing passes to that where everything does.
        chosen: where its thresholds lie.
        curves: of the scores, the best first.
    """
    width, height = SIDE + 2 * MARGIN + 240, SIDE + 2 * MARGIN
    drawn = [*_axes()]
    for curve, colour in reversed([*zip(curves[:SHOWN], GREYS, strict=False)]):
        drawn.append(_line(curve.points, colour, 1.5))
    drawn.append(_line(gate, "#1c5fa8", 3))
    drawn.append(
        f'<circle cx="{_x(chosen.broken)}" cy="{_y(chosen.good)}" r="6" fill="#1c5fa8" stroke="#fff" stroke-width="2"/>'
    )
    labels = [("the gate, all scores together", "#1c5fa8")]
    labels += [
        (f"{curve.score.replace('_', ' ')} ({curve.side}) {curve.area:.2f}", colour)
        for curve, colour in zip(curves, GREYS, strict=False)
    ]
    for row, (label, colour) in enumerate(labels):
        y = MARGIN + SIDE - 24 * (len(labels) - row)
        drawn.append(f'<rect x="{MARGIN + SIDE + 24}" y="{y}" width="22" height="4" fill="{colour}"/>')
        drawn.append(_text(MARGIN + SIDE + 54, y + 6, label))
    described = "The gate's curve lies above those of its scores alone"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{described}" '
        f'style="{STYLE}"><rect width="{width}" height="{height}" fill="#fff"/>{"".join(drawn)}</svg>\n'
    )


def _axes() -> list[str]:
    drawn = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        drawn.append(f'<path d="M{_x(tick)} {_y(0)}V{_y(1)}M{_x(0)} {_y(tick)}H{_x(1)}" stroke="#e4e4e4"/>')
        drawn.append(_text(_x(tick), _y(0) + 20, f"{tick:.0%}", "middle"))
        drawn.append(_text(_x(0) - 8, _y(tick) + 4, f"{tick:.0%}", "end"))
    drawn.append(f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#bbb" stroke-dasharray="4 4"/>')
    drawn.append(_text(_x(0.5), _y(0) + 42, "broken twins that pass", "middle"))
    drawn.append(_text(_x(0), MARGIN - 18, "good pairs that pass", "start"))
    return drawn


def _line(points: Sequence[Point], colour: str, width: float) -> str:
    way = "L".join(f"{_x(broken)} {_y(good)}" for broken, good in points)
    return f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#333">{escape(words)}</text>'


def _x(share: float) -> float:
    return round(MARGIN + SIDE * share, 1)


def _y(share: float) -> float:
    return round(MARGIN + SIDE * (1 - share), 1)
