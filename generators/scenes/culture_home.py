"""What a home looks like: mats or a carpet, a lantern or a chandelier."""

from arena.generators.scenes.backdrops import indoor, on_the_wall
from arena.generators.scenes.canvas import INK, WHITE, Canvas, Colour, blend, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.stages import BRASS, PORCELAIN
from arena.generators.scenes.variation import Variation

STRAW = (208, 206, 140)
SELVAGE = (64, 92, 58)
GOLD_THREAD = (245, 215, 140)


def draw_floor(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A sparsely furnished room; what covers its floor differs."""
    indoor(canvas, variation)
    on_the_wall(canvas, variation, 22, 22)
    top = variation.horizon + 3
    canvas.region(4, top - 2, 96, 99)
    if flipped:
        _carpet(canvas, top, variation.colours[0])
    else:
        _tatami(canvas, top)
    canvas.place(variation.scale * 0.85, variation.shift_x, -6, anchor=(50, 90))
    sofa = variation.colours[1]
    if variation.choices[0] % 2:
        canvas.rectangle(24, 50, 76, 68, sofa, 4, shade(sofa, 0.7))
        canvas.rectangle(22, 60, 78, 78, shade(sofa, 0.9), 3)
        for x in (28, 68):
            canvas.rectangle(x, 78, x + 4, 82, INK)
    else:
        canvas.rectangle(30, 68, 70, 72, variation.wood, 1, shade(variation.wood, 0.7))
        for x in (34, 62):
            canvas.rectangle(x, 72, x + 4, 82, shade(variation.wood, 0.8))
        canvas.ellipse(50, 65, 5, 3, sofa)


def _tatami(canvas: Canvas, top: float) -> None:
    """Straw mats edged with dark cloth, laid in two staggered rows."""
    bottom, middle = 97.0, top + (97 - top) * 0.42

    def across(share: float, y: float) -> tuple[float, float]:
        depth = (y - top) / (bottom - top)
        left, right = 18 - 12 * depth, 82 + 12 * depth
        return left + (right - left) * share, y

    canvas.polygon([across(0, top), across(1, top), across(1, bottom), across(0, bottom)], STRAW)
    y = top + 2
    while y < bottom - 1:
        canvas.line([across(0.01, y), across(0.99, y)], shade(STRAW, 0.92), 0.5, caps=False)
        y += 2.6
    for y in (top, middle, bottom):
        canvas.line([across(0, y), across(1, y)], SELVAGE, 2)
    for shares, low, high in (((0, 0.5, 1), top, middle), ((0, 0.25, 0.75, 1), middle, bottom)):
        for share in shares:
            canvas.line([across(share, low), across(share, high)], SELVAGE, 2)


def _carpet(canvas: Canvas, top: float, ground: Colour) -> None:
    """A woven carpet with a border, a medallion and fringes."""
    canvas.polygon([(18, top), (82, top), (94, 95), (6, 95)], ground, blend(ground, WHITE, 0.6), 1.6)
    depth = 95 - top
    outer = [(23, top + depth * 0.12), (77, top + depth * 0.12), (86, 95 - depth * 0.12), (14, 95 - depth * 0.12)]
    canvas.polygon(outer, GOLD_THREAD)
    inner = [(25, top + depth * 0.19), (75, top + depth * 0.19), (82.5, 95 - depth * 0.19), (17.5, 95 - depth * 0.19)]
    canvas.polygon(inner, shade(ground, 0.85))
    middle = top + depth * 0.6
    for half, fill in ((26, GOLD_THREAD), (20, ground), (11, PORCELAIN)):
        tall = half * depth / 82
        canvas.polygon([(50 - half, middle), (50, middle - tall), (50 + half, middle), (50, middle + tall)], fill)
    for x in (25, 75):
        canvas.ellipse(x, 95 - depth * 0.3, 3.6, 1.8, GOLD_THREAD)
    for thread in range(30):
        x = 7 + thread * 2.97
        canvas.line([(x, 95.6), (x - 0.4, 98)], (240, 235, 220), 0.9, caps=False)


def draw_lantern(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A living room; the lamp at its ceiling differs."""
    indoor(canvas, variation)
    on_the_wall(canvas, variation, 88, 18)
    _armchair(canvas, 77, variation.horizon + 20, variation.colours[1])
    canvas.rectangle(12, 76, 42, 80, variation.wood, 1)
    for x in (15, 36):
        canvas.rectangle(x, 80, x + 3, 93, shade(variation.wood, 0.8))
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(46, 0))
    canvas.line([(46, -2), (46, 9)], INK, 1.4)
    canvas.region(22.5, 2.5, 69.5, 56.5)
    if flipped:
        _chandelier(canvas, 46)
    else:
        _paper_lantern(canvas, 46, (225, 60, 45) if variation.choices[0] % 2 else (250, 232, 190))


def _armchair(canvas: Canvas, x: float, ground: float, cloth: Colour) -> None:
    canvas.ellipse(x, ground, 19, 1.6, (0, 0, 0, 38))
    for leg in (-14, 11):
        canvas.rectangle(x + leg, ground - 4, x + leg + 3, ground, INK)
    canvas.rectangle(x - 14, ground - 37, x + 14, ground - 8, blend(cloth, WHITE, 0.15), 5)
    canvas.rectangle(x - 15, ground - 17, x + 15, ground - 3, shade(cloth, 0.85), 2)
    canvas.rectangle(x - 12, ground - 19, x + 12, ground - 13, cloth, 2.4)
    for side in (-1, 1):
        canvas.rectangle(x + side * 15 - 4, ground - 25, x + side * 15 + 4, ground - 3, shade(cloth, 0.78), 3.6)


def _paper_lantern(canvas: Canvas, x: float, paper: Colour) -> None:
    canvas.rectangle(x - 7, 8, x + 7, 12, INK, 0.8)
    canvas.ellipse(x, 27, 20, 17, paper, shade(paper, 0.7), 1)
    canvas.ellipse(x, 28, 12, 11, blend(paper, (255, 245, 170), 0.35))
    for share in (0.35, 0.72):
        canvas.ellipse(x, 27, 20 * share, 17, None, shade(paper, 0.78), 0.8)
    canvas.line([(x, 10), (x, 44)], shade(paper, 0.78), 0.8)
    canvas.rectangle(x - 7, 42, x + 7, 46, INK, 0.8)
    canvas.line([(x, 46), (x, 54)], (240, 190, 60), 2.4)


def _chandelier(canvas: Canvas, x: float) -> None:
    """Brass arms with candle bulbs and glass drops."""
    canvas.line([(x, 5), (x, 40)], BRASS, 2.4)
    canvas.arc(x, 22, 20, 20, 0, 180, BRASS, 2.2)
    canvas.arc(x, 22, 10, 20, 0, 180, BRASS, 2.2)
    canvas.ellipse(x, 42, 3.4, 3.4, BRASS)
    for offset in (-19, -9, 9, 19):
        canvas.ellipse(x + offset, 22.5, 3.2, 1.8, BRASS)
        canvas.rectangle(x + offset - 1.6, 14, x + offset + 1.6, 22, (252, 250, 240), 0, (205, 190, 160), 0.5)
        canvas.ellipse(x + offset, 10.5, 2.6, 4, (255, 205, 70))
        canvas.ellipse(x + offset, 11, 1.3, 2.2, (255, 245, 190))
    for offset, y in ((-17, 37), (-10, 45), (0, 50), (10, 45), (17, 37)):
        canvas.ellipse(x + offset, y, 1.7, 3, (185, 222, 246), (120, 170, 205), 0.5)


FAMILIES = (
    Family(
        name="floor",
        domain="culture",
        category="home",
        draw=draw_floor,
        labels=("tatami", "carpet"),
        captions=(
            (
                "a room with tatami mats",
                "Japanese tatami mats lie on the floor",
                "straw tatami covers the floor of the room",
                "the furniture stands on pale straw mats with dark edges, Japanese tatami",
            ),
            (
                "a room with a carpet",
                "a patterned carpet lies on the floor",
                "a woven carpet covers the floor of the room",
                "the furniture stands on a colourful woven carpet with fringes",
            ),
        ),
    ),
    Family(
        name="lantern",
        domain="culture",
        category="home",
        draw=draw_lantern,
        labels=("paper lantern", "chandelier"),
        captions=(
            (
                "a room lit by a paper lantern",
                "a round paper lantern hangs from the ceiling",
                "a paper lantern above a room",
                "the lamp of the living room is a round lantern made of paper",
            ),
            (
                "a room lit by a chandelier",
                "a brass chandelier hangs from the ceiling",
                "a chandelier above a room",
                "the lamp of the living room is a chandelier with candles and glass drops",
            ),
        ),
    ),
)
