"""Where scenes play: rooms, landscapes, roads, and the bystanding objects in them."""

from arena.generators.scenes.canvas import INK, WHITE, Canvas, Colour, blend, shade
from arena.generators.scenes.objects import ball, cat, clock, flower_pot, lamp, picture, shelf, toy_blocks, window
from arena.generators.scenes.variation import Variation

WALLS: tuple[Colour, ...] = (
    (250, 240, 215),
    (205, 232, 214),
    (205, 224, 245),
    (247, 214, 220),
    (214, 214, 216),
    (222, 212, 242),
)
FLOORS: tuple[Colour, ...] = (
    (176, 128, 84),
    (150, 111, 80),
    (201, 174, 139),
    (140, 140, 150),
    (186, 160, 140),
    (122, 90, 70),
)
MEADOW, SUNSET, BEACH, SNOW, CITY, NIGHT = range(6)
SKIES: tuple[Colour, ...] = (
    (178, 223, 250),
    (250, 205, 160),
    (190, 230, 250),
    (225, 235, 242),
    (190, 205, 220),
    (110, 120, 170),
)
GROUNDS: tuple[Colour, ...] = (
    (126, 190, 98),
    (150, 140, 90),
    (236, 214, 160),
    (245, 247, 250),
    (150, 150, 155),
    (80, 110, 90),
)


def indoor(canvas: Canvas, variation: Variation) -> None:
    """A room: wallpaper down to the horizon, a skirting board, and floorboards."""
    wall, floor, edge = WALLS[variation.setting], FLOORS[variation.floor], variation.horizon
    canvas.rectangle(-1, -1, 101, 101, wall)
    if variation.striped:
        for left in range(0, 100, 8):
            canvas.rectangle(left, 0, left + 3, edge, shade(wall, 0.965))
    canvas.rectangle(-1, edge, 101, 101, floor)
    for row in range(4):
        canvas.line([(-1, edge + 8 + row * 9), (101, edge + 8 + row * 9)], shade(floor, 0.91), 0.5, caps=False)
    canvas.rectangle(-1, edge - 2.2, 101, edge, (247, 247, 243))
    canvas.rectangle(-1, edge, 101, edge + 0.7, shade(floor, 0.8))


def outdoor(canvas: Canvas, variation: Variation) -> None:
    """A landscape under a sky: meadow, sunset, beach, snow, city or night."""
    place, edge, jitter = variation.setting, variation.horizon, variation.jitter
    sky, ground = SKIES[place], GROUNDS[place]
    canvas.rectangle(-1, -1, 101, 101, sky)
    canvas.rectangle(-1, edge - 22, 101, 101, blend(sky, WHITE, 0.22))
    _sun_or_moon(canvas, place, 12 + jitter[2] * 60)
    _clouds(canvas, variation, blend(sky, WHITE, 0.75))
    if place == CITY:
        _skyline(canvas, edge, jitter, shade(sky, 0.8))
    elif place == BEACH:
        canvas.rectangle(-1, edge - 9, 101, edge, (90, 170, 215))
        canvas.rectangle(-1, edge - 2, 101, edge, (150, 205, 230))
    else:
        canvas.ellipse(20 + jitter[0] * 10, edge + 4, 34, 12, shade(ground, 0.93))
        canvas.ellipse(78 + jitter[1] * 10, edge + 5, 36, 16, shade(ground, 0.88))
    canvas.rectangle(-1, edge, 101, 101, ground)


def road(canvas: Canvas, top: float, bottom: float = 101, *, dashes: bool = True) -> None:
    """Asphalt across the whole frame, with a kerb and a dashed line."""
    canvas.rectangle(-1, top, 101, bottom, (122, 124, 130))
    canvas.rectangle(-1, top, 101, top + 1.4, (176, 178, 182))
    if dashes:
        middle = top + 0.62 * (min(bottom, 100) - top)
        for left in range(-4, 100, 16):
            canvas.rectangle(left, middle, left + 9, middle + 1.3, (238, 236, 222))


def tree(canvas: Canvas, x: float, ground: float, scale: float = 1) -> None:
    canvas.ellipse(x, ground, 5 * scale, 0.9 * scale, (0, 0, 0, 38))
    canvas.rectangle(x - 1.3 * scale, ground - 9 * scale, x + 1.3 * scale, ground, (115, 78, 48))
    canvas.ellipse(x, ground - 13 * scale, 6 * scale, 7 * scale, (75, 150, 80))
    canvas.ellipse(x - 2 * scale, ground - 15 * scale, 3 * scale, 3 * scale, (100, 175, 100))


def trees(canvas: Canvas, variation: Variation, *places: tuple[float, float]) -> None:
    """A tree at some of the `places` (x, scale), as chance has it, a little below the horizon."""
    for kind, (x, scale) in zip(variation.distractors, places, strict=False):
        if kind % 2:
            tree(canvas, x, variation.horizon + 4, scale)


def on_the_wall(canvas: Canvas, variation: Variation, x: float, y: float, which: int = 0) -> None:
    """A bystanding object on the wall around (x, y), 16 units wide at most, or nothing; `which` of the variation's three."""
    kind, colour = variation.distractors[which], variation.colours[3]
    if kind == 0:
        picture(canvas, x, y, colour)
    elif kind == 1:
        clock(canvas, x, y)
    elif kind == 2:
        window(canvas, x, y)
    elif kind == 3:
        shelf(canvas, x, y, variation.wood, colour)


def on_the_floor(canvas: Canvas, variation: Variation, x: float, ground: float, which: int = 1) -> None:
    """A bystanding object that stands at (x, ground), 16 units wide at most, or nothing; `which` of the variation's three."""
    kind, colour = variation.distractors[which], variation.colours[3]
    if kind == 0:
        flower_pot(canvas, x, ground)
    elif kind == 1:
        ball(canvas, x, ground, colour)
    elif kind == 2:
        cat(canvas, x, ground, variation.coat)
    elif kind == 3:
        toy_blocks(canvas, x, ground)
    elif kind == 4:
        lamp(canvas, x, ground, colour)


def _sun_or_moon(canvas: Canvas, place: int, x: float) -> None:
    if place in (MEADOW, BEACH):
        canvas.ellipse(x, 12, 8.5, 8.5, (255, 236, 150, 110))
        canvas.ellipse(x, 12, 6, 6, (255, 220, 90))
    elif place == SUNSET:
        canvas.ellipse(x, 14, 6.5, 6.5, (250, 130, 70))
    elif place == NIGHT:
        canvas.ellipse(x, 12, 5, 5, (245, 245, 225))


def _clouds(canvas: Canvas, variation: Variation, colour: Colour) -> None:
    for index in range(variation.clouds):
        x = 15 + index * 34 + variation.jitter[3] * 22
        y = 10 + variation.jitter[index] * 12
        for dx, radius in ((-5, 3.4), (0, 4.6), (5, 3.4)):
            canvas.ellipse(x + dx, y, radius + 1, radius * 0.75, colour)


def _skyline(canvas: Canvas, ground: float, jitter: tuple[float, ...], colour: Colour) -> None:
    for index in range(8):
        left = index * 15 - 8 + jitter[0] * 6
        height = 14 + (index * 37 + int(jitter[1] * 50)) % 22
        canvas.rectangle(left, ground - height, left + 12, ground, colour)
        for row in range((height - 3) // 6):
            for column in (3, 7):
                top = ground - height + 3 + row * 6
                canvas.rectangle(left + column, top, left + column + 2, top + 3, blend(colour, (250, 240, 180), 0.75))


def table(canvas: Canvas, left: float, right: float, top: float, ground: float, wood: Colour) -> None:
    """A table seen from the side: a board at `top`, two legs down to `ground`."""
    canvas.ellipse((left + right) / 2, ground, (right - left) / 2, 1, (0, 0, 0, 34))
    for leg in (left + 3, right - 6.5):
        canvas.rectangle(leg, top + 2, leg + 3.5, ground, shade(wood, 0.82))
    canvas.rectangle(left + 3, top + 3, right - 3, top + 6, shade(wood, 0.9))
    canvas.rectangle(left, top, right, top + 3.4, wood, 0.8)
    canvas.line([(left + 1, top + 0.7), (right - 1, top + 0.7)], shade(wood, 1.15), 0.5)


def counter(canvas: Canvas, top: float, colour: Colour) -> None:
    """A kitchen counter across the whole frame, with a worktop and cupboard doors."""
    canvas.rectangle(-1, top, 101, 101, blend(colour, WHITE, 0.78))
    for left in range(3, 100, 24):
        canvas.rectangle(left, top + 8, left + 21, 99, None, 1, blend(colour, WHITE, 0.5), 0.6)
        canvas.line([(left + 8, top + 11), (left + 13, top + 11)], INK, 0.9)
    canvas.rectangle(-1, top, 101, top + 4.4, shade(colour, 0.78))
    canvas.rectangle(-1, top, 101, top + 0.9, shade(colour, 0.95))
