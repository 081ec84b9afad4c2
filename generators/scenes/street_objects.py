"""Who walks and rides in a street, and what stands at its kerbs. All in decimetres on a board that faces us."""

from arena.generators.scenes.canvas import INK, STEEL, WHITE, Colour, blend, on_ellipse, shade
from arena.generators.scenes.people import BUILDS, Age, Person, back_of_head, person, upper_body
from arena.generators.scenes.street_canvas import StreetCanvas
from arena.generators.scenes.street_ground import crown
from arena.generators.scenes.street_layout import Thing

POST: Colour = (84, 90, 98)
HEIGHTS = {Age.CHILD: 12.5, Age.ADULT: 17.5, Age.ELDER: 16.8}
RED: Colour = (236, 44, 40)
GREEN: Colour = (44, 220, 110)
SIGN_RED: Colour = (206, 32, 38)
SIGN_BLUE: Colour = (28, 88, 180)


def shadow(canvas: StreetCanvas, width: float) -> None:
    """What the thing darkens on the ground: translucent, so it changes no class."""
    canvas.ellipse(0, 0, width, 0.1 * width, (0, 0, 0, 60))


def draw_person(canvas: StreetCanvas, thing: Thing) -> None:
    """Somebody on foot: stands or walks towards us or away (forms 0, 1), or walks across (forms 2, 3)."""
    look = _of(thing)
    height = HEIGHTS[look.age]
    with canvas.drawing("person"):
        if thing.form < 2:
            person(canvas, look, 0, 0, height, 1 if thing.form else -1)
            if not thing.toward:
                _turned_away(canvas, look, 0, 0, height)
            return
        facing = 1 if thing.form == 2 else -1
        shadow(canvas, 0.3 * height)
        hip = -BUILDS[look.age].hip * height
        for reach, tone in ((-0.17, 0.8), (0.17, 1.0)):
            foot = reach * height * facing
            canvas.line([(0, hip), (0.6 * foot, 0.5 * hip), (foot, -0.5)], shade(look.trousers, tone), 0.1 * height)
            canvas.ellipse(foot + 0.04 * height * facing, -0.4, 0.07 * height, 0.03 * height, INK)
        upper_body(canvas, look, 0, hip, height, facing, ((-0.24, 0.24), (0.24, 0.22)))


def _turned_away(canvas: StreetCanvas, look: Person, x: float, ground: float, height: float) -> None:
    build = BUILDS[look.age]
    radius = build.head * height
    canvas.ellipse(x, ground - build.neck * height - 0.86 * radius, 1.06 * radius, 1.06 * radius, look.visible_hair)


def _of(thing: Thing) -> Person:
    assert thing.somebody, f"{thing.kind}: needs somebody"
    return thing.somebody


def draw_rider(canvas: StreetCanvas, thing: Thing) -> None:
    """Somebody on a bicycle, from behind or from the front; every third form on a motorcycle; form 2 rides across."""
    if thing.form == 2:
        _rider_across(canvas, thing)
    elif thing.form % 3 == 1:
        _on_two_wheels(canvas, thing, "motorcycle")
    else:
        _on_two_wheels(canvas, thing, "bicycle")


def _on_two_wheels(canvas: StreetCanvas, thing: Thing, vehicle: str) -> None:
    look = _of(thing)
    shadow(canvas, 5)
    heavy = vehicle == "motorcycle"
    with canvas.drawing(vehicle):
        canvas.ellipse(0, -3.6, 1.4 if heavy else 0.85, 3.6, INK)
        canvas.line([(-5.4, -10.6), (5.4, -10.6)], INK, 1.0 if heavy else 0.8)
        canvas.line([(0, -10.2), (0, -5)], thing.colour, 1.6 if heavy else 1.0)
        if heavy:
            canvas.polygon([(-2.8, -5), (2.8, -5), (2.2, -10), (-2.2, -10)], thing.colour)
            canvas.ellipse(0, -7.4, 1.2, 0.9, (255, 240, 200) if thing.toward else RED)
    with canvas.drawing("rider"):
        for side in (-1, 1):
            canvas.line([(side * 1.4, -9), (side * 2.7, -6.4), (side * 1.7, -2.4 if side > 0 else -3.6)], look.trousers, 1.9)
            canvas.ellipse(side * 1.9, -2.0 if side > 0 else -3.2, 1.1, 0.7, INK)
        upper_body(canvas, look, 0, -9, 16, 1, ((-0.24, 0.13), (0.24, 0.13)))
        head = BUILDS[look.age]
        radius = head.head * 16
        y = -9 - (head.neck - head.hip) * 16 - 0.86 * radius
        if not thing.toward:
            canvas.ellipse(0, y, 1.06 * radius, 1.06 * radius, look.visible_hair)
        canvas.pie(0, y - 0.15 * radius, 1.15 * radius, 1.15 * radius, 180, 360, thing.colour if not heavy else INK)
    if not thing.toward:
        with canvas.drawing(vehicle):
            canvas.ellipse(0, -5.2, 0.7, 0.7, RED)


def _rider_across(canvas: StreetCanvas, thing: Thing) -> None:
    look = _of(thing)
    bicycle_from_the_side(canvas, thing.colour)
    with canvas.drawing("rider"):
        canvas.line([(-1.9, -9.4), (1.6, -7), (0, -2.8)], look.trousers, 1.7)
        canvas.ellipse(0.4, -2.5, 1.2, 0.6, INK)
        back_of_head(canvas, look, 0, -17.6, 2.1)
        canvas.line([(-1.9, -9.6), (-0.2, -14.4)], look.shirt, 3.4)
        canvas.line([(0, -13.8), (4.2, -10.4)], shade(look.shirt, 0.85), 1.3)
        canvas.ellipse(0.2, -17.4, 2.0, 2.1, look.skin)
        canvas.pie(0.1, -17.8, 2.4, 2.2, 180, 360, thing.colour)


def bicycle_from_the_side(canvas: StreetCanvas, colour: Colour) -> None:
    """A bicycle, 18 decimetres long, that faces right."""
    with canvas.drawing("bicycle"):
        canvas.ellipse(0, 0, 8, 0.5, (0, 0, 0, 60))
        for x in (-5.2, 5.2):
            canvas.ellipse(x, -3.5, 3.5, 3.5, None, INK, 0.7)
            for degrees in range(0, 180, 45):
                canvas.line([on_ellipse(x, -3.5, 3.2, 3.2, degrees), on_ellipse(x, -3.5, 3.2, 3.2, degrees + 180)], STEEL, 0.18)
        for tube in ([(-5.2, -3.5), (-2.2, -8), (3.6, -8.4), (0, -3.2), (-5.2, -3.5)], [(-2.5, -9.2), (0, -3.2)]):
            canvas.line(tube, colour, 0.8)
        canvas.line([(5.2, -3.5), (3.5, -9.8), (4.8, -10.6)], colour, 0.8)
        canvas.line([(-3.8, -9.4), (-1.4, -9.4)], INK, 1.0)
        canvas.ellipse(0, -3.2, 1.0, 1.0, INK)


def draw_bicycle(canvas: StreetCanvas, thing: Thing) -> None:
    """A bicycle that somebody left."""
    bicycle_from_the_side(canvas, thing.colour)


def draw_motorcycle(canvas: StreetCanvas, thing: Thing) -> None:
    """A parked motorcycle, from the side."""
    with canvas.drawing("motorcycle"):
        canvas.ellipse(0, 0, 10, 0.6, (0, 0, 0, 70))
        for x in (-6.8, 6.8):
            canvas.ellipse(x, -3.2, 3.2, 3.2, INK)
            canvas.ellipse(x, -3.2, 1.7, 1.7, STEEL)
        canvas.polygon([(-4.4, -2.4), (3.6, -2.4), (4.6, -6.6), (-4.8, -6.6)], (70, 72, 80))
        canvas.polygon([(-9.4, -7.4), (-2, -6.2), (-1.6, -8), (-8.6, -9.2)], INK)
        canvas.ellipse(1.4, -8, 3.6, 2.1, thing.colour)
        canvas.polygon([(3.6, -9.6), (7.4, -9.2), (6.2, -6), (3.8, -6.4)], thing.colour)
        canvas.line([(6.9, -3.2), (4.4, -11)], STEEL, 0.9)
        canvas.line([(4.6, -11), (2.6, -11.6)], INK, 0.8)
        canvas.line([(-6.4, -2.2), (-1, -2.6)], STEEL, 1.1)


def draw_lamp(canvas: StreetCanvas, thing: Thing) -> None:
    """A street lamp whose arm reaches over the road."""
    reach = 14 if thing.x < 0 else -14
    with canvas.drawing("pole"):
        canvas.rectangle(-1.0, -62, 1.0, 0, POST)
        canvas.rectangle(-1.7, -9, 1.7, 0, shade(POST, 0.8))
        canvas.line([(0, -61.5), (reach, -65)], POST, 1.4)
        canvas.rectangle(min(reach, 0.35 * reach), -66.4, max(reach, 0.35 * reach), -64.2, shade(POST, 0.85), 0.6)


def draw_tree(canvas: StreetCanvas, thing: Thing) -> None:
    with canvas.drawing("vegetation"):
        shadow(canvas, 8)
        crown(canvas, thing.colour, 30 + thing.form, thing.form)


def draw_bush(canvas: StreetCanvas, thing: Thing) -> None:
    with canvas.drawing("vegetation"):
        for dx, radius, tone in ((-5, 5, 0.9), (5, 5, 0.95), (0, 6.5, 1.05)):
            canvas.ellipse(dx, -0.8 * radius, radius, 0.95 * radius, shade(thing.colour, tone))


def draw_signals(canvas: StreetCanvas, thing: Thing) -> None:
    """A traffic light on its post; one of its lamps is lit."""
    with canvas.drawing("pole"):
        canvas.rectangle(-0.9, -34, 0.9, 0, POST)
    with canvas.drawing("traffic light"):
        canvas.rectangle(-3.1, -42.5, 3.1, -25, (34, 36, 42), 1.2, (16, 17, 20), 0.5)
        for y, name, colour in ((-39.4, "red", RED), (-33.8, "amber", (250, 190, 40)), (-28.2, "green", GREEN)):
            lit = thing.lit == name
            canvas.ellipse(0, y, 2.3, 2.3, colour if lit else blend(colour, (40, 42, 48), 0.84))
            if lit:
                canvas.ellipse(0, y, 1.3, 1.3, blend(colour, WHITE, 0.45))


def draw_sign(canvas: StreetCanvas, thing: Thing) -> None:
    """A traffic sign on its post: one of six that ask nobody to stop, so that they change no verdict."""
    with canvas.drawing("pole"):
        canvas.rectangle(-0.6, -24, 0.6, 0, STEEL)
    with canvas.drawing("traffic sign"):
        _SIGNS[thing.form % len(_SIGNS)](canvas)


def _warning(canvas: StreetCanvas) -> None:
    canvas.polygon([(0, -33), (5.6, -23), (-5.6, -23)], SIGN_RED)
    canvas.polygon([(0, -30.6), (3.6, -24.2), (-3.6, -24.2)], WHITE)
    canvas.line([(0, -28.4), (0, -26.4)], INK, 0.9)
    canvas.ellipse(0, -25.1, 0.5, 0.5, INK)


def _no_stopping(canvas: StreetCanvas) -> None:
    canvas.ellipse(0, -27, 4.8, 4.8, SIGN_RED)
    canvas.ellipse(0, -27, 3.7, 3.7, SIGN_BLUE)
    for dy in (-1, 1):
        canvas.line([(-2.8, -27 - dy * 2.8), (2.8, -27 + dy * 2.8)], SIGN_RED, 1.0, caps=False)


def _straight_on(canvas: StreetCanvas) -> None:
    canvas.ellipse(0, -27, 4.8, 4.8, SIGN_BLUE, WHITE, 0.4)
    canvas.line([(0, -24.2), (0, -27.6)], WHITE, 1.3, caps=False)
    canvas.polygon([(0, -30.6), (2.5, -27.2), (-2.5, -27.2)], WHITE)


def _priority(canvas: StreetCanvas) -> None:
    canvas.polygon([(0, -32), (5, -27), (0, -22), (-5, -27)], WHITE)
    canvas.polygon([(0, -30.4), (3.4, -27), (0, -23.6), (-3.4, -27)], (246, 196, 40))


def _crossing(canvas: StreetCanvas) -> None:
    canvas.rectangle(-4.4, -31.4, 4.4, -22.6, SIGN_BLUE, 0.8, WHITE, 0.4)
    canvas.polygon([(0, -30.4), (3.6, -23.8), (-3.6, -23.8)], WHITE)
    canvas.ellipse(0, -28, 0.6, 0.6, INK)
    canvas.line([(0, -27.2), (0, -25.8), (1, -24.4)], INK, 0.6)


def _limit(canvas: StreetCanvas) -> None:
    canvas.ellipse(0, -27, 4.8, 4.8, SIGN_RED)
    canvas.ellipse(0, -27, 3.5, 3.5, WHITE)
    for x in (-1.5, 1.5):
        canvas.ellipse(x, -27, 0.9, 1.5, None, INK, 0.6)


_SIGNS = (_warning, _no_stopping, _straight_on, _priority, _crossing, _limit)
