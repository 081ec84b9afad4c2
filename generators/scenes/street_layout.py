"""What stands where in a street, decided from a seed before anything is drawn.

The world is measured in metres, to the right of the middle of our lane and ahead of the camera. Traffic keeps to the right;
a mirrored street is one where it keeps to the left.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from arena.generators.scenes.canvas import Colour, shade
from arena.generators.scenes.people import Age, Person
from arena.generators.scenes.variation import CLOTHES, somebody

LANE = 3.4
ROAD = (-7.0, 3.9)
"""Left and right kerb: a parking lane, two lanes, a parking lane."""
SIDEWALK = 3.2
"""Its width."""
NEAREST, FARTHEST = 3.0, 130.0
CLEAR_AHEAD = 26.0
"""Without a hazard our lane is empty up to here."""

HAZARDS = ("person ahead", "cyclist ahead", "red light", "vehicle stopped close ahead")
"""What makes a street unsafe to drive on in; a street has one of them or none."""
PLACES = ("avenue", "shops", "suburb", "park")
WEATHERS = ("clear", "overcast", "evening", "haze", "autumn")
LEAVES: dict[str, Colour] = {
    "clear": (66, 140, 66),
    "overcast": (72, 120, 72),
    "evening": (78, 116, 60),
    "haze": (104, 146, 92),
    "autumn": (206, 128, 44),
}
BODIES: tuple[Colour, ...] = (
    (196, 40, 44),
    (44, 92, 168),
    (236, 238, 240),
    (52, 56, 64),
    (160, 166, 174),
    (38, 118, 92),
    (226, 170, 48),
    (112, 60, 110),
    (120, 84, 60),
)
FACADES: tuple[Colour, ...] = (
    (214, 190, 160),
    (196, 122, 96),
    (224, 208, 176),
    (176, 168, 164),
    (188, 148, 120),
    (206, 214, 216),
    (232, 200, 150),
    (170, 110, 92),
    (190, 200, 180),
)
LIVERIES: tuple[Colour, ...] = ((246, 190, 40), (206, 48, 52), (40, 122, 180), (44, 150, 96))


@dataclass(frozen=True)
class Thing:
    """One object of a street."""

    kind: str
    """What `street_objects` and `street_vehicles` draw by this name."""
    x: float
    ahead: float
    toward: bool = False
    """It faces us, rather than away from us."""
    colour: Colour = (120, 120, 120)
    somebody: Person | None = None
    form: int = 0
    """Which of the kind's forms."""
    lit: str = ""
    """`red` or `green` for a traffic light, `brake` for a vehicle that stops."""


@dataclass(frozen=True)
class Block:
    """What lines one side of the street from `start` to `end` metres ahead."""

    kind: str
    """`building`, `shop`, `wall`, `fence`, `park`."""
    right: bool
    start: float
    end: float
    height: float
    colour: Colour
    form: int


@dataclass(frozen=True)
class Layout:
    """One throw of all the dice of a street."""

    place: str
    weather: str
    hazard: str | None
    mirror: bool
    horizon: float
    vanishing_x: float
    blocks: tuple[Block, ...]
    things: tuple[Thing, ...]
    crossing: float | None
    """Where a zebra crossing begins, in metres ahead."""
    tracks: bool
    """Rails for trams."""
    sidewalks: bool
    """Without them grass reaches to the kerb."""
    verge: bool
    """Grass between the sidewalks and what lines the street."""
    jitter: tuple[float, ...]
    """Six spare numbers from 0 to 1."""


def lay_out(seed: int) -> Layout:
    """The street that belongs to a seed: always the same one. Half of all seeds have a hazard."""
    dice = random.Random(f"street-{seed}")
    hazard = dice.choice(HAZARDS) if dice.random() < 0.5 else None
    place, weather = dice.choice(PLACES), dice.choice(WEATHERS)
    tracks = dice.random() < 0.25
    signals = hazard == "red light" or dice.random() < 0.45
    crossing = dice.uniform(11, 15) if signals or (hazard == "person ahead" and dice.random() < 0.6) else None
    things = [
        *_furniture(dice, weather, crossing, signals, hazard),
        *_traffic(dice, tracks, crossing, hazard),
        *_passers_by(dice),
        *_hazard(dice, hazard, crossing),
    ]
    return Layout(
        place=place,
        weather=weather,
        hazard=hazard,
        mirror=dice.random() < 0.3,
        horizon=dice.uniform(43, 49),
        vanishing_x=dice.uniform(92, 108),
        blocks=(*_blocks(dice, place, right=False), *_blocks(dice, place, right=True)),
        things=tuple(sorted(things, key=lambda thing: -thing.ahead)),
        crossing=crossing,
        tracks=tracks,
        sidewalks=place not in ("suburb", "park") or dice.random() < 0.4,
        verge=place in ("suburb", "park") or dice.random() < 0.3,
        jitter=tuple(dice.random() for _ in range(6)),
    )


def _blocks(dice: random.Random, place: str, *, right: bool) -> Iterator[Block]:
    """Far ones first, as painters need them."""
    kinds = {
        "avenue": ("building", "building", "building", "wall", "shop"),
        "shops": ("shop", "shop", "building"),
        "suburb": ("building", "fence", "park", "wall"),
        "park": ("park", "fence", "wall", "park"),
    }[place]
    edges = [NEAREST]
    while edges[-1] < FARTHEST:
        edges.append(edges[-1] + dice.uniform(7, 18))
    for start, end in zip(edges[-2::-1], edges[:0:-1], strict=True):
        kind = dice.choice(kinds)
        low = place in ("suburb", "park")
        height = {"wall": dice.uniform(1.9, 2.7), "fence": dice.uniform(1.2, 1.7)}.get(
            kind, dice.uniform(5.5, 8) if low else dice.uniform(8, 19)
        )
        yield Block(kind, right, start, end, height, dice.choice(FACADES), dice.randrange(12))


def _furniture(dice: random.Random, weather: str, crossing: float | None, signals: bool, hazard: str | None) -> Iterator[Thing]:
    """Lamps, trees, signs and lights along the kerbs."""
    for right in (False, True):
        kerb = ROAD[1] + 0.6 if right else ROAD[0] - 0.6
        kinds = dice.choice((("lamp", "tree"), ("lamp",), ("lamp",), ("tree",), ("lamp", "bush"), (), ()))
        ahead = dice.uniform(9, 14)
        while kinds and ahead < 80:
            # Nothing stands before the lights: what they show must be seen.
            if crossing is None or ahead > crossing + 6:
                leaf = shade(LEAVES[weather], dice.uniform(0.85, 1.1))
                yield Thing(dice.choice(kinds), kerb, ahead, colour=leaf, form=dice.randrange(12))
            ahead += dice.uniform(9, 16)
    for x in dice.sample((ROAD[1] + 1.2, ROAD[0] - 0.5), dice.choice((0, 1, 1, 2))):
        ahead = (crossing + 4 if crossing else 9) + dice.uniform(0, 5)
        yield Thing("sign", x, ahead, form=dice.randrange(6))
    if signals and crossing is not None:
        lit = "red" if hazard == "red light" else "green"
        yield Thing("signals", ROAD[1] + 0.5, crossing + 0.2, lit=lit, form=dice.randrange(2))
        if dice.random() < 0.5:
            yield Thing("signals", ROAD[0] - 0.5, crossing + 0.4, lit=lit)


def _traffic(dice: random.Random, tracks: bool, crossing: float | None, hazard: str | None) -> Iterator[Thing]:
    """Parked vehicles, oncoming ones, and one far ahead of us."""
    for right in (False, True):
        x = ROAD[1] - 1.15 if right else ROAD[0] + 1.15
        ahead = dice.uniform(7, 12)
        end = dice.choice((0, 60, 60))
        while ahead < end and dice.random() < 0.66:
            kind = dice.choices(("car", "truck", "motorcycle", "bicycle"), (6, 1, 2, 1.4))[0]
            if crossing is None or not crossing - 7 < ahead < crossing + 5:
                yield _vehicle(dice, kind, x, ahead, toward=not right)
            ahead += {"truck": 11, "car": 6.4}.get(kind, 3.4) + dice.uniform(0, 6)
    ahead = dice.uniform(11, 28)
    while ahead < 90 and dice.random() < (0.9 if tracks else 0.6):
        kind = dice.choices(("car", "truck", "bus", "rider"), (5, 1.5, 2, 2))[0]
        if tracks and dice.random() < 0.75:
            kind = "train"
        yield _vehicle(dice, kind, -LANE, ahead, toward=True)
        ahead += {"train": 32, "bus": 18, "truck": 16}.get(kind, 9) + dice.uniform(2, 22)
    if hazard != "vehicle stopped close ahead" and dice.random() < 0.5:
        kind = dice.choices(("car", "truck", "bus"), (6, 1.5, 1.5))[0]
        yield _vehicle(dice, kind, dice.uniform(-0.3, 0.3), dice.uniform(CLEAR_AHEAD, 55), toward=False)


def _vehicle(dice: random.Random, kind: str, x: float, ahead: float, *, toward: bool, lit: str = "") -> Thing:
    colour = dice.choice(LIVERIES if kind in ("bus", "train") else BODIES)
    return Thing(kind, x, ahead, toward, colour, somebody(dice), dice.randrange(12), lit)


def _passers_by(dice: random.Random) -> Iterator[Thing]:
    """People on the sidewalks, some with a bicycle left beside them."""
    for _ in range(dice.choice((0, 0, 1, 2, 3, 4))):
        side = dice.choice((ROAD[0] - SIDEWALK + 0.5, ROAD[1] + 1.0))
        ahead = dice.uniform(8, 30)
        toward = dice.random() < 0.6
        yield Thing(
            "person", side + dice.uniform(0, 1.7), ahead, toward, dice.choice(CLOTHES), somebody(dice), dice.randrange(2)
        )
    if dice.random() < 0.3:
        x = dice.choice((ROAD[0] - 1.4, ROAD[1] + 1.4))
        yield Thing("bicycle", x, dice.uniform(8, 14), colour=dice.choice(BODIES), form=1)


def _hazard(dice: random.Random, hazard: str | None, crossing: float | None) -> Iterator[Thing]:
    """What makes the street unsafe, in our lane and within some seconds of it."""
    x = dice.uniform(-1.1, 1.1)
    if hazard == "person ahead":
        ahead = crossing + dice.uniform(0.5, 2.5) if crossing else dice.uniform(7, 13)
        yield Thing("person", x, ahead, dice.random() < 0.4, somebody=somebody(dice), form=2 + dice.randrange(2))
        if dice.random() < 0.35:
            child = somebody(dice).aged(Age.CHILD)
            yield Thing("person", x - 0.9, ahead + 0.3, somebody=child, form=2 + dice.randrange(2))
    elif hazard == "cyclist ahead":
        form = dice.choice((0, 0, 2))
        yield Thing("rider", x, dice.uniform(7, 12), False, dice.choice(BODIES), somebody(dice), form=form)
    elif hazard == "vehicle stopped close ahead":
        kind = dice.choices(("car", "truck", "bus"), (6, 2, 2))[0]
        nearest = 6.0 if kind == "car" else 8.0
        yield _vehicle(dice, kind, 0.3 * x, nearest + dice.uniform(0, 2.5), toward=False, lit="brake")
