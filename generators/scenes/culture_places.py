"""What a place looks like: one gate, roof or window, or the other."""

from arena.generators.scenes.backdrops import indoor, on_the_floor, outdoor
from arena.generators.scenes.canvas import INK, WHITE, Canvas, Colour, blend, on_ellipse, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.stages import PORCELAIN
from arena.generators.scenes.variation import Variation

VERMILION = (224, 68, 38)
STONE = (188, 182, 170)
TILE = (52, 92, 88)
BRICK = (188, 84, 58)
STUCCO = (196, 112, 72)
ZELLIGE = ((30, 110, 170), (36, 140, 120))
PLASTER = (240, 240, 235)


def draw_gate(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A path leads through a gate; its architecture differs."""
    outdoor(canvas, variation)
    path = (214, 200, 172)
    canvas.polygon([(43, variation.horizon), (57, variation.horizon), (84, 101), (16, 101)], path)
    canvas.place(variation.scale * 0.84, variation.shift_x * 0.4, 0, anchor=(50, 90))
    canvas.region(12.5, 22, 87.5, 91)
    if flipped:
        _stone_arch(canvas, 50, 90)
    else:
        _torii(canvas, 50, 90)


def _torii(canvas: Canvas, x: float, bottom: float) -> None:
    """Two round posts, a tie beam, and a curved double lintel that reaches past the posts."""
    for side in (-1, 1):
        post = ((22, 0), (28, 0), (24.5, -52), (19, -52))
        canvas.polygon([(x + side * dx, bottom + dy) for dx, dy in post], VERMILION)
        canvas.rectangle(x + side * 25 - 4, bottom - 5, x + side * 25 + 4, bottom, INK, 0.6)
    canvas.rectangle(x - 29, bottom - 44, x + 29, bottom - 38, VERMILION)
    canvas.rectangle(x - 2.6, bottom - 53, x + 2.6, bottom - 42, VERMILION)
    for curve, drop, reach, fill in (((60, 57, 56.4), 7.4, 33, VERMILION), ((66, 61.6, 60.8), 6, 36, INK)):
        end, bend, middle = (bottom - height for height in curve)
        upper = [(x - reach, end), (x - 17, bend), (x, middle), (x + 17, bend), (x + reach, end)]
        lower = [(x + 0.95 * (px - x), py + drop) for px, py in reversed(upper)]
        canvas.polygon(upper + lower, fill)


def _stone_arch(canvas: Canvas, x: float, bottom: float) -> None:
    """A round arch of wedge-shaped stones under a cornice, as the Romans built."""
    joint = shade(STONE, 0.72)
    opening = [on_ellipse(x, bottom - 27, 18, 18, -degrees) for degrees in range(0, 181, 10)]
    walls = [(x - 18, bottom), (x - 33, bottom), (x - 33, bottom - 60), (x + 33, bottom - 60), (x + 33, bottom)]
    canvas.polygon([*walls, (x + 18, bottom), *opening], STONE, joint, 1)
    canvas.rectangle(x - 36, bottom - 66, x + 36, bottom - 59, shade(STONE, 1.08), 0.6, joint, 0.8)
    for degrees in range(0, 181, 20):
        near, far = (on_ellipse(x, bottom - 27, radius, radius, -degrees) for radius in (18, 25.5))
        canvas.line([near, far], joint, 0.9)
    canvas.arc(x, bottom - 27, 25.5, 25.5, 180, 360, joint, 0.9)
    for row, y in enumerate((bottom - 9, bottom - 18, bottom - 27)):
        for side in (-1, 1):
            upright = x + side * (24 + 4 * (row % 2))
            canvas.line([(x + side * 18.5, y), (x + side * 33, y)], joint, 0.7)
            canvas.line([(upright, y), (upright, y + 9)], joint, 0.7)


def draw_roof(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A small house; its roof differs."""
    outdoor(canvas, variation)
    canvas.place(variation.scale, variation.shift_x * 0.5, 0, anchor=(50, 90))
    wall = blend(variation.colours[0], WHITE, 0.72)
    canvas.rectangle(24, 58, 76, 90, wall, 0, shade(wall, 0.75), 0.8)
    canvas.rectangle(44, 68, 56, 90, variation.wood, 0.6, shade(variation.wood, 0.7), 0.8)
    canvas.ellipse(53.4, 80, 1, 1, (240, 200, 90))
    for x in (29, 61):
        canvas.rectangle(x, 67, x + 10, 79, PORCELAIN, 0.4, (170, 170, 170), 0.6)
        canvas.rectangle(x + 1.4, 68.4, x + 8.6, 77.6, (160, 208, 238))
    canvas.region(8, 20, 92, 63.5)
    if flipped:
        _gable_roof(canvas, 50, 60)
    else:
        _curved_roof(canvas, 50, 60)


def _curved_roof(canvas: Canvas, x: float, eaves: float) -> None:
    """A tiled roof with a level ridge whose corners sweep upward, as on East Asian temples."""
    half = [(13, -34), (15, -25), (19, -17), (26, -10), (34, -7), (40, -9), (38, -3), (30, 0)]
    right = [(x + dx, eaves + dy) for dx, dy in half]
    left = [(x - dx, eaves + dy) for dx, dy in reversed(half)]
    canvas.polygon(right + left, TILE, shade(TILE, 0.6), 1.2)
    for share in (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75):
        ribs = ((14, -32), (18, -18), (30, -3))
        canvas.line([(x + share * dx, eaves + dy) for dx, dy in ribs], shade(TILE, 0.78), 0.9)
    canvas.line([(x - 30, eaves - 1), (x + 30, eaves - 1)], VERMILION, 2.6)
    canvas.rectangle(x - 14, eaves - 36, x + 14, eaves - 32, shade(TILE, 0.75), 1)
    for side in (-1, 1):
        horn = ((11, -35), (17, -39), (15, -32))
        canvas.polygon([(x + side * dx, eaves + dy) for dx, dy in horn], shade(TILE, 0.75))


def _gable_roof(canvas: Canvas, x: float, eaves: float) -> None:
    """Two straight slopes that meet in a point, with a chimney."""
    canvas.rectangle(x + 15, eaves - 35, x + 23, eaves - 16, shade(BRICK, 0.8), 0, shade(BRICK, 0.6), 0.8)
    canvas.rectangle(x + 13.6, eaves - 37, x + 24.4, eaves - 34, shade(BRICK, 0.65))
    canvas.polygon([(x, eaves - 38), (x + 34, eaves + 2), (x - 34, eaves + 2)], BRICK, shade(BRICK, 0.65), 1.2)
    for share in (0.25, 0.5, 0.75):
        y, half = eaves - 38 + 40 * share, 34 * share - 1
        canvas.line([(x - half, y), (x + half, y)], shade(BRICK, 0.84), 1)
    canvas.ellipse(x, eaves - 12, 5, 5, (160, 208, 238), PORCELAIN, 1.6)


def draw_window(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A room with a view; the frame around the view differs."""
    indoor(canvas, variation)
    on_the_floor(canvas, variation, 84, 96)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 62))
    canvas.region(26, 7, 74, 60.5)
    if flipped:
        _sash_window(canvas, 50)
    else:
        _horseshoe_window(canvas, 50, ZELLIGE[variation.choices[0] % 2])
    canvas.rectangle(24, 59.5, 76, 64, PORCELAIN, 0.8, (190, 190, 185), 0.6)
    canvas.reset()
    wood = variation.wood
    canvas.rectangle(10, 82, 46, 86, wood, 1, shade(wood, 0.7))
    for x in (13, 39):
        canvas.rectangle(x, 86, x + 4, 97, shade(wood, 0.8))
    canvas.rectangle(20, 76, 34, 82, variation.colours[0], 1)
    canvas.rectangle(22, 71, 36, 76, variation.colours[1], 1)


def _horseshoe_window(canvas: Canvas, x: float, tiles: Colour) -> None:
    """An arch that is wider than its foot, in a band of glazed tiles, as in Morocco."""
    canvas.rectangle(x - 23, 8, x + 23, 60, STUCCO, 1, shade(STUCCO, 0.7), 1)
    for radius, foot, fill in ((20, 15.5, tiles), (17.2, 13, PLASTER), (14.6, 10.5, (120, 196, 240))):
        canvas.ellipse(x, 30, radius, radius, fill)
        canvas.rectangle(x - foot, 40, x + foot, 60, fill)
    canvas.rectangle(x - 10.5, 50, x + 10.5, 60, (150, 190, 120))
    for corner in (-19.5, 19.5):
        for y in (11.5, 56.5):
            cx = x + corner
            canvas.polygon([(cx, y - 2.4), (cx + 2.4, y), (cx, y + 2.4), (cx - 2.4, y)], PLASTER)
    canvas.line([(x, 16), (x, 60)], shade(STUCCO, 0.55), 1.2, caps=False)
    for y in (30, 44):
        half = 14 if y == 30 else 10.5
        canvas.line([(x - half, y), (x + half, y)], shade(STUCCO, 0.55), 1.2, caps=False)


def _sash_window(canvas: Canvas, x: float) -> None:
    """Two rectangular sashes of six panes in a white frame."""
    canvas.rectangle(x - 21, 8, x + 21, 60, PORCELAIN, 0.6, (175, 178, 182), 1)
    canvas.rectangle(x - 17.5, 11.5, x + 17.5, 60, (120, 196, 240))
    canvas.rectangle(x - 17.5, 50, x + 17.5, 60, (150, 190, 120))
    for offset in (-6, 6):
        canvas.line([(x + offset, 11), (x + offset, 60)], PORCELAIN, 1.8, caps=False)
    for y, width in ((23, 1.8), (35, 4), (47.5, 1.8)):
        canvas.line([(x - 18, y), (x + 18, y)], PORCELAIN, width, caps=False)


FAMILIES = (
    Family(
        name="gate",
        domain="culture",
        category="architecture",
        draw=draw_gate,
        labels=("Japanese torii", "Roman arch"),
        captions=(
            (
                "a Japanese torii gate",
                "a path leads through a red torii",
                "a torii stands over the path",
                "a tall red wooden gate with a curved lintel, a Japanese torii",
            ),
            (
                "a Roman stone arch",
                "a path leads through a stone arch",
                "a round arch stands over the path",
                "a tall grey stone gate with a round opening, a Roman arch",
            ),
        ),
    ),
    Family(
        name="roof",
        domain="culture",
        category="architecture",
        draw=draw_roof,
        labels=("East Asian curved roof", "European gable roof"),
        captions=(
            (
                "a house with a curved East Asian roof",
                "the corners of the roof sweep upward",
                "a building under a curved tiled roof",
                "a small house whose green roof bends up at the ends, as on East Asian temples",
            ),
            (
                "a house with a European gable roof",
                "the slopes of the roof meet in a point",
                "a building under a straight gable roof",
                "a small house whose red roof is a plain triangle with a chimney, as in European villages",
            ),
        ),
    ),
    Family(
        name="window",
        domain="culture",
        category="architecture",
        draw=draw_window,
        labels=("Moroccan horseshoe arch", "English sash window"),
        captions=(
            (
                "a room with a Moroccan horseshoe arch window",
                "the window is a horseshoe arch framed with tiles",
                "a window in the form of a horseshoe arch",
                "through a tiled horseshoe arch, as in Morocco, one sees the sky",
            ),
            (
                "a room with an English sash window",
                "the window is a white rectangle with panes",
                "a rectangular sash window",
                "through a white sash window, as in England, one sees the sky",
            ),
        ),
    ),
)
