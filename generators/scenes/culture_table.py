"""What lies on the table: chopsticks or a fork, a glass or a cup of tea."""

import math

from arena.generators.scenes.canvas import Canvas, Colour, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.stages import BRASS, PORCELAIN, table_from_above, table_from_the_side
from arena.generators.scenes.variation import Variation

STEEL = (205, 210, 218)
MINT = (82, 168, 86)
TEA = (206, 138, 44)
GLASS_HALF = ((13, -40), (11, -22), (8.5, -10), (10.5, 0))
TEA_HALF = ((11.6, -33), (10, -22), (7.6, -10), (8.6, -3))


def draw_table(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A place set for one, seen from above; what lies beside the plate differs."""
    table_from_above(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, variation.shift_y, anchor=(50, 55))
    _plate(canvas, variation)
    canvas.ellipse(84, 17, 7, 7, PORCELAIN, (190, 190, 190), 0.7)
    canvas.ellipse(84, 17, 5, 5, (150, 190, 90) if variation.choices[2] % 2 else (120, 70, 40))
    canvas.region(69, 26.5, 87, 88.5)
    if flipped:
        _fork(canvas, 78)
    else:
        _chopsticks(canvas, 78, (120, 40, 30) if variation.choices[3] % 2 else (60, 35, 25))


def _plate(canvas: Canvas, variation: Variation) -> None:
    canvas.ellipse(38, 56, 25, 25, PORCELAIN, (200, 200, 200), 0.8)
    canvas.ellipse(38, 56, 19, 19, variation.colours[0] if variation.choices[0] % 2 else (242, 242, 240))
    dish = variation.choices[1] % 3
    if dish == 0:
        for grain in range(9):
            angle, reach = grain * 0.7 + variation.jitter[1] * 3, 4 + (grain % 3) * 3
            x, y = 38 + reach * math.cos(angle), 56 + reach * math.sin(angle)
            canvas.ellipse(x, y, 4.2, 4, (252, 250, 240), (220, 215, 200), 0.4)
    elif dish == 1:
        for turn in range(5):
            canvas.arc(34 + turn * 2, 54 + turn, 11 - turn, 9 - turn * 0.5, 0, 360, (235, 195, 90), 1.6)
    else:
        canvas.ellipse(33, 58, 7, 6, (170, 90, 60))
        canvas.ellipse(44, 52, 5, 5, (90, 170, 80))
        canvas.ellipse(44, 62, 4.5, 4.5, (235, 120, 50))


def _chopsticks(canvas: Canvas, x: float, lacquer: Colour) -> None:
    canvas.line([(x - 4, 29), (x - 2.4, 85)], lacquer, 2.6)
    canvas.line([(x + 5, 29), (x + 3, 85)], lacquer, 2.6)
    canvas.rectangle(x - 7.5, 69, x + 7.5, 75, (235, 235, 240), 1.6, (150, 150, 160), 0.6)


def _fork(canvas: Canvas, x: float) -> None:
    canvas.line([(x, 54), (x, 85)], STEEL, 3.8)
    canvas.rectangle(x - 7, 45, x + 7, 56, STEEL, 4)
    for tine in (-5.8, -1.95, 1.95, 5.8):
        canvas.line([(x + tine, 30), (x + tine, 48)], STEEL, 2.2)


def draw_tea(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """Hot tea on a table; what it is served in differs."""
    table_from_the_side(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 73))
    for x in (42, 50, 58):
        steam = [(x + 1.5 * math.sin(step * 0.6 + variation.jitter[0] * 3), 28 - step) for step in range(12)]
        canvas.line(steam, (255, 255, 255, 190), 1.5)
    canvas.region(22.5, 31, 79, 76.5)
    if flipped:
        _teacup(canvas, 50, 73, variation.colours[1])
    else:
        _tea_glass(canvas, 50, 73, variation.colours[1])


def _tea_glass(canvas: Canvas, x: float, bottom: float, ornament: Colour) -> None:
    """A slim-waisted glass with a gilt band and fresh mint, as tea is served in Morocco."""
    for half, fill in ((GLASS_HALF, (236, 244, 246)), (TEA_HALF, TEA)):
        right = [(x + dx, bottom + dy) for dx, dy in half]
        left = [(x - dx, bottom + dy) for dx, dy in reversed(half)]
        canvas.polygon(right + left, fill, (150, 170, 178) if half is GLASS_HALF else None, 1.2)
    upper, lower = bottom - 28, bottom - 20
    canvas.polygon([(x - 11.2, upper), (x + 11.2, upper), (x + 10.2, lower), (x - 10.2, lower)], ornament)
    canvas.line([(x - 11.2, upper), (x + 11.2, upper)], BRASS, 1.3)
    canvas.line([(x - 10.2, lower), (x + 10.2, lower)], BRASS, 1.3)
    for cx in (x - 7, x, x + 7):
        middle = bottom - 24
        canvas.polygon([(cx, middle - 3), (cx + 2.4, middle), (cx, middle + 3), (cx - 2.4, middle)], (250, 222, 130))
    for dx, dy in ((-6, -35), (0, -38), (6, -35), (-2, -33), (3, -34)):
        canvas.ellipse(x + dx, bottom + dy, 4.2, 2.6, MINT, shade(MINT, 0.75), 0.5)


def _teacup(canvas: Canvas, x: float, bottom: float, ornament: Colour) -> None:
    """A wide porcelain cup with a handle, on its saucer."""
    canvas.ellipse(x, bottom - 1.5, 26, 4, PORCELAIN, (160, 160, 170), 0.8)
    canvas.ellipse(x, bottom - 2.5, 15, 2, (228, 228, 232))
    canvas.ellipse(x + 20, bottom - 19, 7.5, 8, None, (170, 170, 180), 4)
    canvas.ellipse(x + 20, bottom - 19, 7, 7.5, None, PORCELAIN, 2.8)
    canvas.pie(x, bottom - 29, 20.8, 26.8, 0, 180, (160, 160, 170))
    canvas.pie(x, bottom - 29, 20, 26, 0, 180, PORCELAIN)
    for step in (-13, -4.5, 4.5, 13):
        y = bottom - 17 - abs(step) * 0.25
        for dx, dy in ((-2, 0), (2, 0), (0, -2), (0, 2)):
            canvas.ellipse(x + step + dx, y + dy, 1.7, 1.7, ornament)
        canvas.ellipse(x + step, y, 1.2, 1.2, (250, 222, 130))
    canvas.ellipse(x, bottom - 29, 20.8, 4.4, PORCELAIN, (160, 160, 170), 0.8)
    canvas.ellipse(x, bottom - 28.6, 18, 3, TEA)


FAMILIES = (
    Family(
        name="table",
        domain="culture",
        category="table manners",
        draw=draw_table,
        labels=("chopsticks", "fork"),
        captions=(
            (
                "a table set with chopsticks",
                "chopsticks lie next to a plate",
                "a meal served with a pair of chopsticks",
                "on the table there is a plate, and beside it two chopsticks on a rest",
            ),
            (
                "a table set with a fork",
                "a fork lies next to a plate",
                "a meal served with a metal fork",
                "on the table there is a plate, and beside it a fork",
            ),
        ),
    ),
    Family(
        name="tea",
        domain="culture",
        category="food and drink",
        draw=draw_tea,
        labels=("Moroccan tea glass", "English teacup"),
        captions=(
            (
                "tea in a Moroccan glass",
                "mint tea served in a Moroccan tea glass",
                "a Moroccan tea glass stands on the table",
                "hot tea in a small decorated glass with mint leaves, as in Morocco",
            ),
            (
                "tea in an English teacup",
                "tea served in an English teacup with a saucer",
                "an English teacup stands on the table",
                "hot tea in a porcelain cup with a handle and a saucer, as in England",
            ),
        ),
    ),
)
