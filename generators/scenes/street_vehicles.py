"""Vehicles on four and more wheels: the end that faces us on a board, and the side we see, in perspective."""

from arena.generators.scenes.canvas import INK, STEEL, WHITE, Colour, Point, blend, shade
from arena.generators.scenes.street_canvas import StreetCanvas
from arena.generators.scenes.street_layout import Thing

PANE: Colour = (66, 84, 102)
PANE_LIGHT: Colour = (150, 184, 206)
TAIL: Colour = (168, 30, 34)
BRAKE: Colour = (255, 50, 44)
HEADLIGHT: Colour = (255, 248, 214)
TYRE: Colour = (30, 30, 34)
PLATE: Colour = (238, 238, 230)

Outline = list[Point]
"""Points of a side: metres behind the end that faces us, metres above the road."""

CAR_FROM_BEHIND: Outline = [(0, 0.3), (0, 0.95), (0.35, 1.42), (2.2, 1.46), (3.0, 1.0), (4.2, 0.8), (4.2, 0.3)]
CAR_FROM_FRONT: Outline = [(0, 0.3), (0, 0.78), (1.1, 0.98), (1.9, 1.45), (3.7, 1.42), (4.2, 0.95), (4.2, 0.3)]
CAR_PANES_BEHIND: Outline = [(0.5, 1.0), (0.7, 1.36), (2.1, 1.38), (2.7, 1.0)]
CAR_PANES_FRONT: Outline = [(1.4, 1.0), (2.0, 1.38), (3.4, 1.36), (3.7, 1.0)]


def draw_car(canvas: StreetCanvas, thing: Thing) -> None:
    with canvas.drawing("car"):
        _shadow(canvas, thing, 0.95, 4.2)
        toward = thing.toward
        edge = _visible_edge(thing, 0.88)
        if edge is not None:
            _side(canvas, thing, edge, CAR_FROM_FRONT if toward else CAR_FROM_BEHIND, shade(thing.colour, 0.82))
            _side(canvas, thing, edge, CAR_PANES_FRONT if toward else CAR_PANES_BEHIND, PANE)
            for axle in (0.75, 3.4):
                _wheel(canvas, thing, edge, axle, 0.33)
        canvas.stand(thing.x, thing.ahead)
        for x in (-7.2, 7.2):
            canvas.rectangle(x - 1.4, -4, x + 1.4, 0.1, TYRE, 0.4)
        canvas.rectangle(-8.9, -9.4, 8.9, -2.4, thing.colour, 1.6)
        canvas.polygon([(-8.2, -9), (-6.4, -14.8), (6.4, -14.8), (8.2, -9)], thing.colour)
        canvas.polygon([(-6.9, -9.4), (-5.6, -13.8), (5.6, -13.8), (6.9, -9.4)], PANE)
        canvas.polygon([(-5.4, -9.4), (-3.4, -13.8), (-1.4, -13.8), (-3.4, -9.4)], (*PANE_LIGHT, 120))
        canvas.rectangle(-8.9, -4.4, 8.9, -2.4, shade(thing.colour, 0.66), 0.8)
        if toward:
            canvas.rectangle(-4, -7.4, 4, -5, INK, 0.6)
            _lamps(canvas, 6.6, -6.6, 1.7, 1.1, HEADLIGHT)
        else:
            canvas.rectangle(-2.6, -6.6, 2.6, -5, PLATE, 0.2)
            _tail_lamps(canvas, thing, 7.2, -7.6, 1.5, 1.0)
            if thing.lit == "brake":
                canvas.rectangle(-2.4, -13.9, 2.4, -13.1, BRAKE)


def draw_truck(canvas: StreetCanvas, thing: Thing) -> None:
    """A lorry with a box; seen from the front, its cab stands before the box."""
    box = blend(thing.colour, WHITE, 0.72) if thing.form % 2 else thing.colour
    with canvas.drawing("truck"):
        _shadow(canvas, thing, 1.25, 8)
        edge = _visible_edge(thing, 1.2)
        if edge is not None:
            start = 1.9 if thing.toward else 0.0
            _side(canvas, thing, edge, [(0, 0.5), (0, 1.1), (8, 1.1), (8, 0.5)], (60, 62, 68))
            _side(canvas, thing, edge, _box(start, 8 if thing.toward else 6, 1.0, 3.4), shade(box, 0.85))
            cab = _box(0, 1.8, 0.5, 2.7) if thing.toward else _box(6.2, 8, 0.5, 2.7)
            _side(canvas, thing, edge, cab, shade(thing.colour, 0.8))
            for axle in (1.1, 5.2, 6.6):
                _wheel(canvas, thing, edge, axle, 0.5)
        if thing.toward:
            canvas.stand(thing.x, thing.ahead + 1.9)
            canvas.rectangle(-12, -34, 12, -6, box)
        canvas.stand(thing.x, thing.ahead)
        for x in (-8.6, 8.6):
            canvas.rectangle(x - 2.4, -7, x + 2.4, 0.1, TYRE, 0.5)
        if thing.toward:
            canvas.rectangle(-11.4, -27, 11.4, -4, thing.colour, 1.2)
            canvas.rectangle(-10, -25, 10, -15.4, PANE, 0.8)
            canvas.polygon([(-8, -15.4), (-4, -25), (-1, -25), (-5, -15.4)], (*PANE_LIGHT, 110))
            canvas.rectangle(-6, -13.4, 6, -8.6, INK, 0.6)
            _lamps(canvas, 9, -7.4, 1.6, 1.1, HEADLIGHT)
            return
        canvas.rectangle(-12, -34, 12, -9, box)
        canvas.rectangle(-12, -34, 12, -9, None, 0, shade(box, 0.72), 0.9)
        canvas.line([(0, -33.5), (0, -9.5)], shade(box, 0.6), 0.6, caps=False)
        for x in (-2.2, 2.2):
            canvas.line([(x, -31), (x, -12)], STEEL, 0.7)
        canvas.rectangle(-12, -9, 12, -6.4, (52, 54, 60))
        for x in (-9.6, -4.8, 0, 4.8, 9.6):
            canvas.rectangle(x - 1.3, -5.2, x + 1.3, -4.2, (240, 200, 60))
        _tail_lamps(canvas, thing, 10, -7.7, 1.7, 1.0)


def draw_bus(canvas: StreetCanvas, thing: Thing) -> None:
    """A city bus: windows all along, and a lit destination."""
    with canvas.drawing("bus"):
        _shadow(canvas, thing, 1.3, 11)
        edge = _visible_edge(thing, 1.25)
        if edge is not None:
            _side(canvas, thing, edge, _box(0, 11, 0.35, 3.1), shade(thing.colour, 0.84))
            for start in (0.4, 2.5, 4.6, 6.7, 8.8):
                _side(canvas, thing, edge, _box(start, start + 1.9, 1.4, 2.6), PANE)
            for axle in (2.2, 8.4):
                _wheel(canvas, thing, edge, axle, 0.48)
        canvas.stand(thing.x, thing.ahead)
        for x in (-8.6, 8.6):
            canvas.rectangle(x - 2, -6, x + 2, 0.1, TYRE, 0.5)
        canvas.rectangle(-12.5, -31, 12.5, -3, thing.colour, 2)
        canvas.rectangle(-12.5, -7.5, 12.5, -3, shade(thing.colour, 0.66), 1)
        canvas.rectangle(-11.2, -26, 11.2, -13, PANE, 1)
        canvas.polygon([(-9, -13), (-5, -26), (-1, -26), (-5, -13)], (*PANE_LIGHT, 110))
        canvas.rectangle(-7, -30, 7, -27, INK, 0.5)
        canvas.rectangle(-5.6, -29.2, 3.4, -27.8, (255, 170, 40))
        if thing.toward:
            canvas.line([(0, -26), (0, -13)], thing.colour, 0.6, caps=False)
            for x in (-13.6, 13.6):
                canvas.rectangle(x - 0.9, -24, x + 0.9, -19, INK, 0.5)
            _lamps(canvas, 9.2, -9.6, 2.0, 1.2, HEADLIGHT)
        else:
            canvas.rectangle(-6, -11.5, 6, -8.8, shade(thing.colour, 0.5), 0.5)
            _tail_lamps(canvas, thing, 10.4, -10.4, 1.1, 2.0)


def draw_train(canvas: StreetCanvas, thing: Thing) -> None:
    """A tram on its rails: a rounded front under a raised pantograph."""
    with canvas.drawing("train"):
        _shadow(canvas, thing, 1.3, 26)
        edge = _visible_edge(thing, 1.2)
        if edge is not None:
            _side(canvas, thing, edge, _box(0, 26, 0.25, 3.4), (232, 232, 226))
            _side(canvas, thing, edge, _box(0, 26, 0.25, 1.2), shade(thing.colour, 0.84))
            _side(canvas, thing, edge, _box(1.0, 25.4, 1.5, 2.7), PANE)
            for joint in (8.4, 16.8):
                _side(canvas, thing, edge, _box(joint, joint + 0.7, 0.25, 3.4), (70, 72, 78))
        canvas.stand(thing.x, thing.ahead)
        canvas.line([(-4, -36), (0, -40), (4, -44)], INK, 0.7)
        canvas.line([(-7, -44), (7, -44)], INK, 0.9)
        canvas.rectangle(-12, -35, 12, -1, (236, 236, 230), 5)
        canvas.rectangle(-12, -13, 12, -1.5, thing.colour, 3)
        canvas.rectangle(-10, -28, 10, -14.5, PANE, 3)
        canvas.polygon([(-7, -14.5), (-3, -28), (1, -28), (-3, -14.5)], (*PANE_LIGHT, 110))
        canvas.rectangle(-4, -32.6, 4, -29.4, INK, 0.5)
        canvas.rectangle(-1.2, -32, 1.2, -30, (255, 170, 40))
        canvas.rectangle(-9, -3, 9, -0.2, (52, 54, 60), 0.8)
        _lamps(canvas, 7.6, -8.4, 1.8, 1.2, HEADLIGHT if thing.toward else TAIL)


def _box(start: float, end: float, low: float, high: float) -> Outline:
    return [(start, low), (start, high), (end, high), (end, low)]


def _visible_edge(thing: Thing, half_width: float) -> float | None:
    """Where the side is that we see; None where we look straight at the end."""
    if thing.x > half_width:
        return thing.x - half_width
    return thing.x + half_width if thing.x < -half_width else None


def _side(canvas: StreetCanvas, thing: Thing, edge: float, outline: Outline, fill: Colour) -> None:
    canvas.surface([(edge, up, thing.ahead + behind) for behind, up in outline], fill)


def _wheel(canvas: StreetCanvas, thing: Thing, edge: float, axle: float, radius: float) -> None:
    """A wheel in the side's plane; in perspective its circle is drawn as a polygon."""
    for share, fill in ((1.0, TYRE), (0.55, STEEL)):
        corners = [(0.0, 1.0), (0.7, 0.7), (1.0, 0.0), (0.7, -0.7), (0.0, -1.0), (-0.7, -0.7), (-1.0, 0.0), (-0.7, 0.7)]
        outline = [(axle + dx * radius * share, radius + dy * radius * share) for dx, dy in corners]
        _side(canvas, thing, edge, outline, fill)


def _shadow(canvas: StreetCanvas, thing: Thing, half_width: float, length: float) -> None:
    near, far = thing.ahead - 0.2, thing.ahead + length
    left, right = thing.x - half_width - 0.1, thing.x + half_width + 0.1
    canvas.surface([(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], (0, 0, 0, 80))


def _lamps(canvas: StreetCanvas, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
    for side in (-1, 1):
        canvas.ellipse(side * x, y, rx, ry, fill)


def _tail_lamps(canvas: StreetCanvas, thing: Thing, x: float, y: float, rx: float, ry: float) -> None:
    braking = thing.lit == "brake"
    for side in (-1, 1):
        if braking:
            canvas.ellipse(side * x, y, 1.7 * rx, 1.7 * ry, (*BRAKE, 90))
        canvas.rectangle(side * x - rx, y - ry, side * x + rx, y + ry, BRAKE if braking else TAIL, 0.4)
