"""Everything about a scene that chance decides, decided before the detail that differs is known.

Both sides of a pair are drawn from one `Variation`, so nothing random can tell them apart.
"""

import random
from dataclasses import dataclass
from enum import Enum

from PIL import Image

from arena.generators.scenes.canvas import Colour
from arena.generators.scenes.people import HAIRS, SKINS, Age, Hairstyle, Person

SETTINGS = 6
"""Number of indoor palettes, and of outdoor places."""
CLOTHES: tuple[Colour, ...] = (
    (214, 69, 65),
    (65, 131, 215),
    (38, 166, 91),
    (245, 171, 53),
    (142, 68, 173),
    (52, 73, 94),
    (240, 98, 146),
    (0, 150, 136),
)
TROUSERS: tuple[Colour, ...] = ((60, 80, 130), (70, 70, 75), (130, 100, 70), (45, 45, 60), (110, 120, 90))
WOODS: tuple[Colour, ...] = ((150, 98, 56), (190, 140, 90), (110, 70, 45), (165, 120, 80))
COATS: tuple[Colour, ...] = ((170, 115, 60), (230, 200, 150), (128, 98, 78), (245, 235, 220))


class Light(Enum):
    """The light that falls on the whole image: what is left of red, green and blue."""

    BRIGHT = (1.0, 1.0, 1.0)
    WARM = (1.0, 0.95, 0.84)
    DUSK = (0.85, 0.87, 0.97)

    def on(self, image: Image.Image) -> Image.Image:
        """`image` in this light. Pixels that were equal stay equal."""
        table = [round(level * share) for share in self.value for level in range(256)]
        return image if self is Light.BRIGHT else image.point(table)


@dataclass(frozen=True)
class Variation:
    """One throw of all the dice of a scene."""

    setting: int
    """Which indoor palette or outdoor place, 0 to 5."""
    horizon: float
    """Where the floor or the ground begins, in scene units."""
    scale: float
    shift_x: float
    shift_y: float
    mirror: bool
    light: Light
    striped: bool
    """Whether the wallpaper has stripes."""
    floor: int
    """Which floor, 0 to 5."""
    clouds: int
    """0 to 2."""
    people: tuple[Person, Person, Person]
    colours: tuple[Colour, Colour, Colour, Colour]
    """For the things of the scene: all different."""
    wood: Colour
    coat: Colour
    """An animal's."""
    distractors: tuple[int, int, int]
    """Which bystanding objects, 0 to 5 each."""
    jitter: tuple[float, ...]
    """Eight spare numbers from 0 to 1."""
    choices: tuple[int, ...]
    """Six spare numbers from 0 to 59: take them modulo 2, 3, 4, 5, 6."""


def vary(family: str, seed: int) -> Variation:
    """The variation of a family that belongs to a seed: always the same one."""
    dice = random.Random(f"{family}-{seed}")
    return Variation(
        setting=dice.randrange(SETTINGS),
        horizon=dice.uniform(58, 68),
        scale=dice.uniform(0.84, 1.03),
        shift_x=dice.uniform(-5, 5),
        shift_y=dice.uniform(-2.5, 2),
        mirror=dice.random() < 0.5,
        light=dice.choice((Light.BRIGHT, Light.BRIGHT, Light.WARM, Light.DUSK)),
        striped=dice.random() < 0.4,
        floor=dice.randrange(SETTINGS),
        clouds=dice.randrange(3),
        people=(somebody(dice), somebody(dice), somebody(dice)),
        colours=_four(dice),
        wood=dice.choice(WOODS),
        coat=dice.choice(COATS),
        distractors=(dice.randrange(6), dice.randrange(6), dice.randrange(6)),
        jitter=tuple(dice.random() for _ in range(8)),
        choices=tuple(dice.randrange(60) for _ in range(6)),
    )


def somebody(dice: random.Random) -> Person:
    """Somebody at random, whose hair stands out from the skin."""
    skin = dice.choice(SKINS)
    return Person(
        skin=skin,
        hair=dice.choice([hair for hair in HAIRS if _contrast(hair, skin) > 80]),
        hairstyle=dice.choice(tuple(Hairstyle)),
        shirt=dice.choice(CLOTHES),
        trousers=dice.choice(TROUSERS),
        age=dice.choice(tuple(Age)),
    )


def _four(dice: random.Random) -> tuple[Colour, Colour, Colour, Colour]:
    first, second, third, fourth = dice.sample(CLOTHES, 4)
    return first, second, third, fourth


def _contrast(first: Colour, second: Colour) -> int:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))
