"""What music is made with: a goblet drum or a barrel drum, a sitar or a guitar."""

from arena.generators.scenes.canvas import Canvas, Colour, on_ellipse, shade
from arena.generators.scenes.family import Family
from arena.generators.scenes.stages import anywhere
from arena.generators.scenes.variation import Variation

HIDE = (246, 232, 204)
LACQUER = (120, 46, 30)
SPRUCE = (232, 170, 92)
TUN = (150, 78, 34)
IVORY = (248, 238, 212)
STRING = (238, 232, 215)


def draw_drum(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A drum that waits for a player; its kind differs."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 93))
    canvas.ellipse(50, 92, 33, 4.5, (0, 0, 0, 40))
    canvas.region(22, 35, 78, 95)
    if flipped:
        _taiko(canvas, 50, 92)
    else:
        _djembe(canvas, 50, 92, variation.colours[0])


def _djembe(canvas: Canvas, x: float, bottom: float, rope: Colour) -> None:
    """A goblet drum of wood, its skin drawn tight by ropes."""
    wood, top = (150, 90, 48), bottom - 51
    half = [(19, 0), (16, 16), (7.5, 28), (7.5, 33), (12.5, 51)]
    right = [(x + dx, top + dy) for dx, dy in half]
    left = [(x - dx, top + dy) for dx, dy in reversed(half)]
    canvas.polygon(right + left, wood, shade(wood, 0.65), 1)
    zigzag = [(x - 17.5 + 5 * step, top + (5 if step % 2 == 0 else 21 - abs(step - 3.5) * 1.6)) for step in range(8)]
    canvas.line(zigzag, (250, 240, 215), 1.5)
    canvas.line([(x - 18.4, top + 5), (x + 18.4, top + 5)], rope, 3)
    canvas.line([(x - 9.4, top + 26), (x + 9.4, top + 26)], rope, 3)
    canvas.ellipse(x, top, 19.5, 4.2, HIDE, shade(HIDE, 0.6), 1)
    for cx in (x - 6, x, x + 6):
        middle = bottom - 7
        canvas.polygon([(cx, middle - 3), (cx + 2.2, middle), (cx, middle + 3), (cx - 2.2, middle)], (236, 180, 90))


def _taiko(canvas: Canvas, x: float, bottom: float) -> None:
    """A barrel drum on a low stand, its skin nailed on with black studs, two sticks before it."""
    frame = shade(LACQUER, 0.6)
    for side in (-1, 1):
        canvas.line([(x + side * 24, bottom - 1), (x + side * 17, bottom - 20)], frame, 4)
    canvas.line([(x - 25, bottom - 1.5), (x + 25, bottom - 1.5)], frame, 3.4)
    canvas.ellipse(x, bottom - 29, 25, 24.5, LACQUER, frame, 1)
    canvas.ellipse(x, bottom - 29, 19.5, 19.5, HIDE, shade(HIDE, 0.7), 0.8)
    for degrees in range(0, 360, 20):
        canvas.ellipse(*on_ellipse(x, bottom - 29, 22.2, 22, degrees), 1.7, 1.7, (24, 20, 22))
    for side in (-1, 1):
        stick = [(x + side * 14, bottom - 17), (x - side * 9, bottom - 40)]
        canvas.line(stick, (150, 104, 60), 3.4)
        canvas.line(stick, (226, 190, 138), 2.2)


def draw_strings(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A string instrument, upright; its kind differs."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 95))
    canvas.ellipse(50, 93, 26, 4, (0, 0, 0, 40))
    canvas.region(30, 5.5, 71.5, 94.5)
    if flipped:
        _guitar(canvas, 50, 93)
    else:
        _sitar(canvas, 50, 93)


def _sitar(canvas: Canvas, x: float, bottom: float) -> None:
    """A round gourd body, a broad fretted neck with side pegs, and a small gourd at the top."""
    canvas.ellipse(x + 12, bottom - 74, 8, 8, TUN, shade(TUN, 0.65), 1)
    canvas.rectangle(x - 4.6, bottom - 86, x + 4.6, bottom - 26, (112, 58, 30), 1.6, (70, 36, 20), 0.8)
    canvas.ellipse(x, bottom - 18.5, 18.5, 18.5, TUN, shade(TUN, 0.65), 1)
    canvas.polygon([(x - 4.6, bottom - 42), (x + 4.6, bottom - 42), (x + 10, bottom - 30), (x - 10, bottom - 30)], TUN)
    canvas.ellipse(x, bottom - 18.5, 13.5, 13.5, SPRUCE, IVORY, 1)
    for step in range(11):
        y = bottom - 82 + step * 4.7
        canvas.line([(x - 4.4, y), (x + 4.4, y)], (235, 200, 90), 1.3)
    for y in (82, 74, 66):
        canvas.line([(x - 5, bottom - y), (x - 10, bottom - y)], IVORY, 1.8)
        canvas.ellipse(x - 11, bottom - y, 2, 2.4, IVORY, shade(IVORY, 0.6), 0.5)
    for y in (56, 49, 42):
        canvas.line([(x - 5, bottom - y), (x - 8.5, bottom - y)], IVORY, 1.4)
    for offset in (-1.6, 0, 1.6):
        canvas.line([(x + offset, bottom - 84), (x + offset, bottom - 14)], STRING, 0.6, caps=False)
    canvas.rectangle(x - 5.5, bottom - 15.5, x + 5.5, bottom - 12, IVORY, 0.6, shade(IVORY, 0.6), 0.6)


def _guitar(canvas: Canvas, x: float, bottom: float) -> None:
    """A waisted body with a round sound hole, a slim neck and a head with six pegs."""
    rim = (128, 70, 30)
    for grow, fill in ((1.4, rim), (0, SPRUCE)):
        canvas.ellipse(x, bottom - 16, 18.6 + grow - 1.4, 16 + grow - 1.4, fill)
        canvas.ellipse(x, bottom - 37, 13.6 + grow - 1.4, 12.5 + grow - 1.4, fill)
        canvas.rectangle(x - 11.6 - grow, bottom - 36, x + 11.6 + grow, bottom - 20, fill, 3)
    canvas.ellipse(x, bottom - 31, 6.4, 6.4, (60, 32, 20), (250, 222, 160), 1.2)
    canvas.rectangle(x - 2.6, bottom - 76, x + 2.6, bottom - 34, (84, 50, 34))
    for step in range(9):
        canvas.line([(x - 2.6, bottom - 74 + step * 4), (x + 2.6, bottom - 74 + step * 4)], STRING, 0.6, caps=False)
    canvas.polygon([(x - 2.8, bottom - 74), (x - 4.6, bottom - 86), (x + 4.6, bottom - 86), (x + 2.8, bottom - 74)], rim)
    for y in (76.5, 80, 83.5):
        for side in (-1, 1):
            canvas.ellipse(x + side * 6, bottom - y, 1.7, 1.5, IVORY, shade(IVORY, 0.6), 0.4)
    canvas.rectangle(x - 8, bottom - 12.5, x + 8, bottom - 9, (84, 50, 34), 1)
    for offset in (-1.5, 0, 1.5):
        canvas.line([(x + offset, bottom - 82), (x + offset, bottom - 11)], STRING, 0.6, caps=False)


FAMILIES = (
    Family(
        name="drum",
        domain="culture",
        category="music",
        draw=draw_drum,
        labels=("West African djembe", "Japanese taiko"),
        captions=(
            (
                "a West African djembe",
                "the drum is a djembe from West Africa",
                "a goblet drum with ropes, a djembe",
                "a djembe stands ready to be played with bare hands",
            ),
            (
                "a Japanese taiko",
                "the drum is a taiko from Japan",
                "a barrel drum on a stand, a taiko",
                "a taiko stands ready to be played with sticks",
            ),
        ),
    ),
    Family(
        name="strings",
        domain="culture",
        category="music",
        draw=draw_strings,
        labels=("Indian sitar", "Spanish guitar"),
        captions=(
            (
                "an Indian sitar",
                "the instrument is a sitar from India",
                "a sitar with a round gourd and a broad neck",
                "a sitar stands there, waiting for a player",
            ),
            (
                "a Spanish guitar",
                "the instrument is a guitar from Spain",
                "a guitar with a round sound hole and a slim neck",
                "a guitar stands there, waiting for a player",
            ),
        ),
    ),
)
