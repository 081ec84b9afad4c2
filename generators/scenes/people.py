"""People of all skin tones and three ages, in one flat style."""

from dataclasses import dataclass, replace
from enum import StrEnum

from arena.generators.scenes.canvas import INK, WHITE, Canvas, Colour, Point, blend, shade

SKINS: tuple[Colour, ...] = (
    (255, 219, 172),
    (241, 194, 125),
    (224, 172, 105),
    (198, 134, 66),
    (141, 85, 36),
    (96, 60, 36),
)
HAIRS: tuple[Colour, ...] = ((40, 26, 13), (90, 56, 37), (20, 20, 24), (196, 150, 80), (120, 40, 20))
GREY_HAIR: Colour = (186, 188, 194)


class Age(StrEnum):
    CHILD = "child"
    ADULT = "adult"
    ELDER = "elder"


class Hairstyle(StrEnum):
    SHORT = "short"
    LONG = "long"
    CURLY = "curly"
    BUN = "bun"


@dataclass(frozen=True)
class Person:
    """What somebody looks like."""

    skin: Colour
    hair: Colour
    hairstyle: Hairstyle
    shirt: Colour
    trousers: Colour
    age: Age

    @property
    def visible_hair(self) -> Colour:
        """The colour of the hair at this age."""
        return GREY_HAIR if self.age is Age.ELDER else self.hair

    def aged(self, age: Age) -> "Person":
        """The same person at another age."""
        return replace(self, age=age)


@dataclass(frozen=True)
class Build:
    """Proportions of a body, in heights of the person."""

    head: float
    """Radius of the head."""
    neck: float
    """Height of the chin above the ground."""
    hip: float
    """Height of the hips above the ground."""
    width: float
    """Half the width of the torso."""


BUILDS = {
    Age.CHILD: Build(head=0.165, neck=0.69, hip=0.36, width=0.15),
    Age.ADULT: Build(head=0.118, neck=0.775, hip=0.44, width=0.135),
    Age.ELDER: Build(head=0.122, neck=0.765, hip=0.42, width=0.14),
}
RELAXED: tuple[Point, Point] = ((-0.2, 0.28), (0.2, 0.28))
"""Both arms hanging: where the hands are, as seen from the shoulders, in heights of the person."""


def person(
    canvas: Canvas, look: Person, x: float, ground: float, height: float, facing: int = 1, hands: tuple[Point, ...] = RELAXED
) -> tuple[Point, ...]:
    """Draw somebody who stands.

    Args:
        canvas: where to draw.
        look: what the person looks like.
        x: middle of the body.
        ground: where the feet are.
        height: from the ground to the top of the head.
        facing: 1 looks to the right, -1 to the left.
        hands: for each arm the hand's offset from the shoulder, in heights; the sign of its x tells which shoulder.

    Returns:
        Where the hands are, in the order of `hands`.
    """
    build = BUILDS[look.age]
    hip = ground - build.hip * height
    canvas.ellipse(x, ground, 0.24 * height, 0.03 * height, (0, 0, 0, 38))
    for left, right in ((-0.11, -0.012), (0.012, 0.11)):
        canvas.rectangle(x + left * height, hip - 0.02 * height, x + right * height, ground, look.trousers, 0.02 * height)
    for foot in (-0.06, 0.065):
        canvas.ellipse(x + (foot + 0.025 * facing) * height, ground, 0.075 * height, 0.033 * height, INK)
    return upper_body(canvas, look, x, hip, height, facing, hands)


def upper_body(
    canvas: Canvas, look: Person, x: float, hip: float, height: float, facing: int = 1, hands: tuple[Point, ...] = RELAXED
) -> tuple[Point, ...]:
    """Draw torso, arms and head of somebody whose hips are at `hip`: behind a table, in a seat. See `person`."""
    build = BUILDS[look.age]
    neck = hip - (build.neck - build.hip) * height
    shoulder = neck + 0.055 * height
    face_at = (x, neck - build.head * 0.86 * height, build.head * height)
    back_of_head(canvas, look, *face_at, facing)
    canvas.rectangle(x - 0.035 * height, neck - 0.06 * height, x + 0.035 * height, neck + 0.05 * height, shade(look.skin, 0.88))
    canvas.rectangle(x - build.width * height, neck, x + build.width * height, hip + 0.03 * height, look.shirt, 0.075 * height)
    canvas.line(
        [(x - 0.04 * height, neck + 0.005 * height), (x + 0.04 * height, neck + 0.005 * height)], look.skin, 0.035 * height
    )
    positions = []
    for dx, dy in hands:
        side = 1 if dx > 0 else -1
        start = (x + side * (build.width - 0.035) * height, shoulder)
        hand = (x + dx * height, shoulder + dy * height)
        arm(canvas, look, start, hand, 0.07 * height)
        positions.append(hand)
    front_of_head(canvas, look, *face_at, facing)
    return tuple(positions)


def arm(canvas: Canvas, look: Person, shoulder: Point, hand: Point, thickness: float) -> None:
    """A sleeve from the shoulder to the hand, and the hand."""
    wrist = (shoulder[0] + 0.86 * (hand[0] - shoulder[0]), shoulder[1] + 0.86 * (hand[1] - shoulder[1]))
    canvas.line([wrist, hand], look.skin, 0.75 * thickness)
    canvas.line([shoulder, wrist], shade(look.shirt, 0.85), thickness)
    canvas.ellipse(*hand, 0.6 * thickness, 0.6 * thickness, look.skin)


def head(canvas: Canvas, look: Person, x: float, y: float, radius: float, facing: int = 1) -> None:
    """A head centred at (x, y), three quarters turned to `facing`."""
    back_of_head(canvas, look, x, y, radius, facing)
    front_of_head(canvas, look, x, y, radius, facing)


def back_of_head(canvas: Canvas, look: Person, x: float, y: float, radius: float, facing: int = 1) -> None:
    """The hair behind a head, which a body covers: draw it first."""
    _hair_behind(canvas, look.hairstyle, look.visible_hair, x - 0.12 * radius * facing, y, radius, facing)


def front_of_head(
    canvas: Canvas, look: Person, x: float, y: float, radius: float, facing: int = 1, *, hair: bool = True
) -> None:
    """Ears, face and fringe. Without `hair` the dome is left bare, for something worn on it."""
    for ear in (-1, 1):
        canvas.ellipse(x + ear * 0.97 * radius, y + 0.12 * radius, 0.17 * radius, 0.22 * radius, shade(look.skin, 0.9))
    canvas.ellipse(x, y, radius, radius, look.skin)
    if hair:
        _hair_in_front(canvas, look.hairstyle, look.visible_hair, look.skin, x, y, radius, facing)
    face(canvas, x, y + 0.12 * radius, radius, look.skin, facing, glasses=look.age is Age.ELDER)


def face(canvas: Canvas, x: float, y: float, radius: float, skin: Colour, facing: int = 1, *, glasses: bool = False) -> None:
    """Eyes, cheeks and a smile, for a head of this radius."""
    ink = INK if sum(skin) > 330 else (24, 20, 20)
    middle = x + 0.18 * radius * facing
    for eye in (-0.36, 0.36):
        canvas.ellipse(middle + eye * radius, y - 0.05 * radius, 0.115 * radius, 0.15 * radius, ink)
        canvas.ellipse(middle + (eye + 0.035) * radius, y - 0.1 * radius, 0.035 * radius, 0.045 * radius, WHITE)
        canvas.ellipse(
            middle + 1.45 * eye * radius, y + 0.28 * radius, 0.15 * radius, 0.1 * radius, blend(skin, (235, 90, 90), 0.28)
        )
        if glasses:
            canvas.ellipse(middle + eye * radius, y - 0.03 * radius, 0.29 * radius, 0.27 * radius, None, INK, 0.06 * radius)
    if glasses:
        canvas.line(
            [(middle - 0.08 * radius, y - 0.03 * radius), (middle + 0.08 * radius, y - 0.03 * radius)], INK, 0.06 * radius
        )
    canvas.arc(middle, y + 0.24 * radius, 0.34 * radius, 0.3 * radius, 20, 160, ink, max(0.35, 0.11 * radius))


def _hair_behind(canvas: Canvas, style: Hairstyle, colour: Colour, x: float, y: float, radius: float, facing: int) -> None:
    if style is Hairstyle.LONG:
        canvas.rectangle(x - 1.12 * radius, y - 0.6 * radius, x + 1.12 * radius, y + 1.25 * radius, colour, 0.55 * radius)
    elif style is Hairstyle.CURLY:
        for dx, dy in ((-0.95, -0.15), (-0.8, -0.65), (-0.3, -0.95), (0.3, -0.98), (0.8, -0.7), (1.05, -0.15)):
            canvas.ellipse(x + dx * radius, y + dy * radius, 0.46 * radius, 0.46 * radius, colour)
    elif style is Hairstyle.BUN:
        canvas.ellipse(x - 0.55 * radius * facing, y - 1.08 * radius, 0.48 * radius, 0.46 * radius, colour)
        canvas.ellipse(x, y - 0.1 * radius, 1.08 * radius, 1.02 * radius, colour)
    else:
        canvas.ellipse(x, y - 0.08 * radius, 1.07 * radius, 1.04 * radius, colour)


def _hair_in_front(
    canvas: Canvas, style: Hairstyle, colour: Colour, skin: Colour, x: float, y: float, radius: float, facing: int
) -> None:
    """The dome of hair, with the forehead cut out of it below a fringe."""
    canvas.pie(x, y - 0.06 * radius, 1.05 * radius, 1.04 * radius, 180, 360, colour)
    forehead = -0.02 if style is not Hairstyle.CURLY else -0.1
    canvas.ellipse(x + 0.22 * radius * facing, y + forehead * radius, 0.76 * radius, 0.5 * radius, skin)
