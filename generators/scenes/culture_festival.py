"""What people celebrate with: lamps and candlesticks, red envelopes and gift boxes."""

from generators.scenes.canvas import Canvas, Colour, shade
from generators.scenes.family import Family
from generators.scenes.people import Age, person
from generators.scenes.stages import BRASS, PORCELAIN, anywhere, table_from_the_side
from generators.scenes.variation import Variation

CLAY = (178, 92, 52)
RED = (214, 32, 38)
GOLD = (250, 206, 84)


def draw_lights(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A table with burning lights; what holds the flames differs."""
    table_from_the_side(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 73))
    canvas.region(13, 24, 87, 75)
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


def draw_present(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """Somebody offers a present with both hands; the present differs."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 93))
    person(canvas, variation.people[0].aged(Age.ADULT), 50, 94, 86, 1, ((-0.19, 0.2), (0.19, 0.2)))
    canvas.region(29, 44, 71, 80)
    if flipped:
        _gift_box(canvas, 50, 62)
    else:
        _red_envelope(canvas, 50, 62)
    for x in (34, 66):
        canvas.ellipse(x, 58, 3.6, 3.6, variation.people[0].skin)


def _red_envelope(canvas: Canvas, x: float, y: float) -> None:
    """A tall red envelope with a golden seal and a rim, money inside."""
    canvas.rectangle(x - 13, y - 16.5, x + 13, y + 16.5, RED, 1.4, shade(RED, 0.7), 0.9)
    canvas.rectangle(x - 10.6, y - 14, x + 10.6, y + 14, None, 1, GOLD, 0.9)
    canvas.polygon([(x - 13, y - 16.5), (x + 13, y - 16.5), (x, y - 6)], shade(RED, 0.85), GOLD, 0.9)
    canvas.ellipse(x, y + 1, 6.4, 6.4, GOLD)
    canvas.rectangle(x - 2.4, y - 1.4, x + 2.4, y + 3.4, RED)
    canvas.line([(x - 5, y + 10.5), (x + 5, y + 10.5)], GOLD, 1.6)


def _gift_box(canvas: Canvas, x: float, y: float) -> None:
    """A box in blue paper, tied with a white ribbon and a bow."""
    paper, ribbon = (58, 128, 214), (252, 250, 244)
    canvas.rectangle(x - 16, y - 6, x + 16, y + 16.5, paper, 1, shade(paper, 0.7), 0.9)
    canvas.rectangle(x - 18, y - 9.5, x + 18, y - 2, shade(paper, 1.12), 1, shade(paper, 0.7), 0.9)
    canvas.rectangle(x - 3, y - 9.5, x + 3, y + 16.5, ribbon)
    canvas.line([(x - 16, y + 6.5), (x + 16, y + 6.5)], ribbon, 4, caps=False)
    for side in (-1, 1):
        canvas.polygon([(x, y - 9), (x + side * 11, y - 16.5), (x + side * 12, y - 8.6)], ribbon, (170, 175, 190), 0.8)
    canvas.ellipse(x, y - 10, 3, 2.6, ribbon, (170, 175, 190), 0.8)


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
    Family(
        name="present",
        domain="culture",
        category="festivals",
        draw=draw_present,
        labels=("red envelope", "gift box"),
        captions=(
            (
                "a person gives a red envelope",
                "the present is a red envelope with a golden seal",
                "someone holds a red envelope, as given at Lunar New Year",
                "in both hands a flat red envelope sealed with a golden coin",
            ),
            (
                "a person gives a gift box",
                "the present is a blue box with a white ribbon",
                "someone holds a wrapped gift box, as given at birthdays",
                "in both hands a box in blue paper tied with a bow",
            ),
        ),
    ),
)
