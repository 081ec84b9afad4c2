"""What people celebrate with: oil lamps or a candlestick."""

from arena.generators.scenes.canvas import Canvas, Colour, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.stages import BRASS, PORCELAIN, table_from_the_side
from arena.generators.scenes.variation import Variation

CLAY = (178, 92, 52)
GOLD = (250, 206, 84)


def draw_lights(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A table with burning lights; what holds the flames differs."""
    table_from_the_side(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 73))
    canvas.region(14, 24, 86, 74.5)
    if flipped:
        _menorah(canvas, 50, 73)
    else:
        for x in (26, 50, 74):
            _diya(canvas, x, 73, variation.colours[1])


def _flame(canvas: Canvas, x: float, bottom: float, half: float) -> None:
    for share, fill in ((1.0, (255, 140, 30)), (0.6, (255, 226, 110))):
        wide, tall = half * share, half * 3.4 * share
        low = bottom - tall * 0.35
        drop = [(x, bottom - tall), (x + wide, low), (x + wide * 0.5, bottom), (x - wide * 0.5, bottom), (x - wide, low)]
        canvas.polygon(drop, fill)


def _diya(canvas: Canvas, x: float, bottom: float, paint: Colour) -> None:
    """A clay oil lamp, a shallow bowl with a burning wick."""
    canvas.pie(x, bottom - 10, 10.5, 10, 0, 180, CLAY)
    canvas.ellipse(x, bottom - 10, 10.5, 2.8, shade(CLAY, 1.25), shade(CLAY, 0.7), 0.7)
    canvas.ellipse(x, bottom - 9.8, 8, 1.7, (236, 190, 90))
    for step in (-5.5, 0, 5.5):
        canvas.ellipse(x + step, bottom - 5 - (1 if step == 0 else 1.8) + 2, 1.3, 1.3, GOLD if step else paint)
    _flame(canvas, x, bottom - 9.6, 4.4)


def _menorah(canvas: Canvas, x: float, bottom: float) -> None:
    """A nine-branched candelabrum with every candle lit."""
    canvas.pie(x, bottom, 13, 7, 180, 360, BRASS)
    canvas.line([(x, bottom - 5), (x, bottom - 36)], BRASS, 2.8)
    for reach in (7, 14, 21, 28):
        canvas.arc(x, bottom - 29, reach, 6 + reach * 0.55, 0, 180, BRASS, 2.2)
    for branch in range(-4, 5):
        cx, foot = x + branch * 7, bottom - (36 if branch == 0 else 29)
        canvas.ellipse(cx, foot, 2.6, 1.4, BRASS)
        canvas.rectangle(cx - 1.3, foot - 6, cx + 1.3, foot, PORCELAIN, 0, (150, 165, 200), 0.4)
        _flame(canvas, cx, foot - 6, 1.7)


FAMILIES = (
    Family(
        name="lights",
        domain="culture",
        category="festivals",
        draw=draw_lights,
        labels=("Diwali diyas", "Hanukkah menorah"),
        captions=(
            (
                "Diwali diyas on a table",
                "three clay lamps burn on the table for Diwali",
                "oil lamps for Diwali shine in the room",
                "small clay bowls with a flame, the diyas of Diwali, stand side by side",
            ),
            (
                "a Hanukkah menorah on a table",
                "a candelabrum of nine candles burns on the table for Hanukkah",
                "candles for Hanukkah shine in the room",
                "a brass stand with nine branches, the menorah of Hanukkah, has all candles lit",
            ),
        ),
    ),
)
