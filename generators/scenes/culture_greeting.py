"""How people greet: two who meet, with a bow or a handshake; one who meets us, with joined palms or a wave."""

from arena.generators.scenes.canvas import INK, Canvas, Colour, Point, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.people import BUILDS, Age, Hairstyle, Person, arm, person, upper_body
from arena.generators.scenes.stages import anywhere
from arena.generators.scenes.variation import Variation

GROUND = 94.0
ADULT = BUILDS[Age.ADULT]
APART = 25.0
"""From the middle of the frame to each of two people who meet."""


def draw_meeting(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """Two people face each other; only what is above their hips differs."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x * 0.6, 0, anchor=(50, GROUND))
    height = 58.0
    hip = GROUND - ADULT.hip * height
    couple = tuple(somebody.aged(Age.ADULT) for somebody in variation.people[:2])
    for somebody, side in zip(couple, (-1, 1), strict=True):
        _legs(canvas, somebody, 50 + side * APART, hip, height, -side)
    canvas.region(9, 31, 91, 76)
    for somebody, side in zip(couple, (-1, 1), strict=True):
        if flipped:
            hands = ((side * 0.2, 0.28), (-side * (APART - 0.6) / height, 0.15))
            upper_body(canvas, somebody, 50 + side * APART, hip, height, -side, hands)
        else:
            _bow(canvas, somebody, 50 + side * APART, hip, height, -side)


def _legs(canvas: Canvas, look: Person, x: float, hip: float, height: float, facing: int) -> None:
    canvas.ellipse(x, GROUND, 0.24 * height, 0.03 * height, (0, 0, 0, 38))
    for left, right in ((-0.11, -0.012), (0.012, 0.11)):
        canvas.rectangle(x + left * height, hip - 0.02 * height, x + right * height, GROUND, look.trousers, 0.02 * height)
    for foot in (-0.06, 0.065):
        canvas.ellipse(x + (foot + 0.025 * facing) * height, GROUND, 0.075 * height, 0.033 * height, INK)


def _bow(canvas: Canvas, look: Person, x: float, hip: float, height: float, facing: int) -> None:
    """A straight back inclined towards the other, the eyes lowered, the hands on the thighs."""
    shoulder = (x + facing * 0.13 * height, hip - 0.2 * height)
    canvas.line([(x - facing * 0.01 * height, hip - 0.06 * height), shoulder], look.shirt, 0.235 * height)
    canvas.rectangle(x - 0.12 * height, hip - 0.07 * height, x + 0.12 * height, hip + 0.03 * height, look.shirt, 0.04 * height)
    hand = (x + facing * 0.13 * height, hip + 0.06 * height)
    arm(canvas, look, (shoulder[0] + facing * 0.015 * height, shoulder[1] + 0.04 * height), hand, 0.07 * height)
    crown = (shoulder[0] + facing * 0.105 * height, shoulder[1] - 0.075 * height)
    _bowed_head(canvas, look, crown, ADULT.head * height, facing)


def _bowed_head(canvas: Canvas, look: Person, middle: Point, radius: float, facing: int) -> None:
    """A head from the side, the face turned to the ground."""
    x, y = middle
    canvas.ellipse(x - facing * 0.14 * radius, y - 0.16 * radius, 1.04 * radius, 1.02 * radius, look.hair)
    if look.hairstyle is Hairstyle.BUN:
        canvas.ellipse(x - facing * 0.95 * radius, y - 0.85 * radius, 0.48 * radius, 0.46 * radius, look.hair)
    elif look.hairstyle is Hairstyle.CURLY:
        for dx, dy in ((-0.9, -0.5), (-0.4, -1), (0.25, -1.05), (0.8, -0.65), (-1.1, 0.05)):
            canvas.ellipse(x + facing * dx * radius, y + dy * radius, 0.4 * radius, 0.4 * radius, look.hair)
    canvas.ellipse(x + facing * 0.2 * radius, y + 0.26 * radius, 0.84 * radius, 0.8 * radius, look.skin)
    canvas.ellipse(x - facing * 0.45 * radius, y + 0.2 * radius, 0.2 * radius, 0.26 * radius, shade(look.skin, 0.88))
    canvas.ellipse(x + facing * 0.98 * radius, y + 0.5 * radius, 0.2 * radius, 0.17 * radius, look.skin)
    eye = x + facing * 0.55 * radius
    canvas.arc(eye, y + 0.22 * radius, 0.2 * radius, 0.16 * radius, 10, 170, INK, 0.1 * radius)
    canvas.arc(x + facing * 0.5 * radius, y + 0.6 * radius, 0.24 * radius, 0.2 * radius, 20, 150, INK, 0.1 * radius)


def draw_welcome(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """One person greets us; only the arms differ."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 98))
    look, height = variation.people[0].aged(Age.ADULT), 88.0
    person(canvas, look, 50, 98, height, 1, ())
    shoulder = 98 - (ADULT.neck - 0.055) * height
    left, right = ((50 + side * (ADULT.width - 0.035) * height, shoulder) for side in (-1, 1))
    canvas.region(25, 14.5, 90, 64.5)
    if flipped:
        arm(canvas, look, left, (31, 59), 6.4)
        _bent_arm(canvas, look, right, (75, 47), (77, 32))
        _open_palm(canvas, 77, 26, look.skin)
    else:
        for start, side in ((left, -1), (right, 1)):
            _bent_arm(canvas, look, start, (50 + side * 17, 57), (50 + side * 3, 49))
        _joined_palms(canvas, 50, 48, look.skin)


def _bent_arm(canvas: Canvas, look: Person, shoulder: Point, elbow: Point, wrist: Point) -> None:
    sleeve = shade(look.shirt, 0.85)
    canvas.line([shoulder, elbow, wrist], shade(look.shirt, 0.7), 7.6)
    canvas.line([shoulder, elbow, wrist], sleeve, 6.4)


def _open_palm(canvas: Canvas, x: float, y: float, skin: Colour) -> None:
    """A raised hand with spread fingers, and arcs that show it moves."""
    for dx, dy in ((-4.6, -6.6), (-1.6, -8.6), (1.6, -8.6), (4.6, -6.6)):
        canvas.line([(x + dx * 0.6, y), (x + dx, y + dy)], skin, 2.4)
    canvas.line([(x - 2, y + 2), (x - 6.6, y - 1)], skin, 2.4)
    canvas.ellipse(x, y + 0.5, 4.3, 4.6, skin)
    for side, start in ((-1, 150), (1, -30)):
        canvas.arc(x + side * 2, y - 2, 9.6, 10.5, start, start + 60, INK, 0.9)


def _joined_palms(canvas: Canvas, x: float, y: float, skin: Colour) -> None:
    """Two hands pressed together, the fingers pointing up."""
    edge = shade(skin, 0.72)
    outline = [(x, y - 12), (x + 2.6, y - 9), (x + 4.4, y), (x + 4.4, y + 4), (x - 4.4, y + 4), (x - 4.4, y), (x - 2.6, y - 9)]
    canvas.polygon(outline, skin, edge, 0.9)
    canvas.line([(x, y - 11), (x, y + 4)], edge, 0.9)


FAMILIES = (
    Family(
        name="greeting",
        domain="culture",
        category="greetings",
        draw=draw_meeting,
        labels=("bow", "handshake"),
        captions=(
            (
                "two people greet with a bow",
                "two people bow to each other",
                "a bow as a greeting",
                "the two lean forward and bow when they meet",
            ),
            (
                "two people greet with a handshake",
                "two people shake hands with each other",
                "a handshake as a greeting",
                "the two stand upright and shake hands when they meet",
            ),
        ),
    ),
    Family(
        name="welcome",
        domain="culture",
        category="greetings",
        draw=draw_welcome,
        labels=("namaste", "wave"),
        captions=(
            (
                "a person greets with a namaste",
                "someone says hello with the palms joined",
                "a namaste as a greeting",
                "the person welcomes us with both palms pressed together, a namaste",
            ),
            (
                "a person greets with a wave",
                "someone says hello with a raised hand",
                "a wave as a greeting",
                "the person welcomes us with one hand in the air, waving",
            ),
        ),
    ),
)
