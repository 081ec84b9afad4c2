"""Everyday objects, each at a point of the scene."""

from arena.generators.scenes.canvas import INK, WHITE, Canvas, Colour, Point, blend, shade

FLAME: tuple[Colour, ...] = ((235, 80, 20), (255, 150, 30), (255, 225, 90))
PANE: Colour = (150, 205, 240)


def picture(canvas: Canvas, x: float, y: float, colour: Colour) -> None:
    """A framed picture centred at (x, y)."""
    canvas.rectangle(x - 6, y - 7, x + 6, y + 7, (150, 98, 56), 0.6)
    canvas.rectangle(x - 4.6, y - 5.6, x + 4.6, y + 5.6, (240, 240, 235))
    canvas.polygon([(x - 4.6, y + 5.6), (x - 1, y), (x + 1.6, y + 3), (x + 2.8, y + 1.6), (x + 4.6, y + 5.6)], colour)
    canvas.ellipse(x + 1.8, y - 2.4, 1.5, 1.5, (255, 205, 90))


def clock(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x, y, 5.8, 5.8, (250, 250, 250), INK, 1)
    canvas.line([(x, y), (x, y - 3.7)], INK, 0.7)
    canvas.line([(x, y), (x + 2.5, y + 0.6)], INK, 0.7)


def window(canvas: Canvas, x: float, y: float) -> None:
    canvas.rectangle(x - 8, y - 8, x + 8, y + 8, (250, 250, 250), 0.5, (214, 216, 220), 0.4)
    canvas.rectangle(x - 6.8, y - 6.8, x + 6.8, y + 6.8, PANE)
    canvas.polygon([(x - 5.5, y + 5), (x + 0.5, y - 6), (x + 3, y - 6), (x - 3, y + 5)], (255, 255, 255, 90))
    canvas.line([(x, y - 7), (x, y + 7)], (250, 250, 250), 1, caps=False)
    canvas.line([(x - 7, y), (x + 7, y)], (250, 250, 250), 1, caps=False)


def shelf(canvas: Canvas, x: float, y: float, wood: Colour, colour: Colour) -> None:
    """A short board with books."""
    canvas.rectangle(x - 8, y + 4, x + 8, y + 5.6, wood)
    for left, top, fill in ((-7, -3, colour), (-4.6, -4.4, shade(colour, 0.7)), (-2.2, -2.4, (232, 214, 170))):
        canvas.rectangle(x + left, y + top, x + left + 2.1, y + 4, fill, 0.3)
    canvas.ellipse(x + 4, y + 1.4, 2.4, 2.6, (120, 178, 120))


def flower_pot(canvas: Canvas, x: float, ground: float) -> None:
    canvas.ellipse(x, ground, 4.6, 0.8, (0, 0, 0, 38))
    for dx in (-3, 0, 3):
        canvas.ellipse(x + dx, ground - 12 + abs(dx) * 0.5, 2.6, 6, shade((70, 150, 80), 1 + 0.03 * dx))
    canvas.polygon([(x - 4, ground - 7), (x + 4, ground - 7), (x + 3, ground), (x - 3, ground)], (190, 95, 60))
    canvas.rectangle(x - 4.5, ground - 8, x + 4.5, ground - 5.8, (205, 110, 72), 0.4)


def ball(canvas: Canvas, x: float, ground: float, colour: Colour) -> None:
    canvas.ellipse(x, ground, 4, 0.7, (0, 0, 0, 38))
    canvas.ellipse(x, ground - 4, 4, 4, colour)
    canvas.arc(x, ground - 4, 4, 4, 200, 340, WHITE, 0.8)


def cat(canvas: Canvas, x: float, ground: float, coat: Colour) -> None:
    canvas.ellipse(x, ground, 7, 0.8, (0, 0, 0, 38))
    canvas.line([(x - 5, ground - 3), (x - 8, ground - 9)], coat, 1.3)
    canvas.ellipse(x, ground - 4, 5.5, 4, coat)
    for left, tip, right in ((2.4, 2.9, 5), (5.4, 7.4, 7.8)):
        canvas.polygon([(x + left, ground - 9), (x + tip, ground - 13.4), (x + right, ground - 10)], coat)
    canvas.ellipse(x + 5, ground - 8, 3.1, 2.9, coat)
    for eye in (4.2, 6.2):
        canvas.ellipse(x + eye, ground - 8.4, 0.4, 0.5, INK)


def toy_blocks(canvas: Canvas, x: float, ground: float) -> None:
    for left, bottom, colour in ((-5, 0, (214, 69, 65)), (0.2, 0, (65, 131, 215)), (-2.4, 5, (245, 190, 60))):
        canvas.rectangle(x + left, ground - bottom - 5, x + left + 5, ground - bottom, colour, 0.5, shade(colour, 0.8), 0.4)


def lamp(canvas: Canvas, x: float, ground: float, colour: Colour) -> None:
    """A floor lamp, 26 units high."""
    canvas.ellipse(x, ground - 0.6, 4, 1, INK)
    canvas.line([(x, ground - 1), (x, ground - 20)], INK, 0.9)
    canvas.polygon([(x - 3, ground - 26), (x + 3, ground - 26), (x + 5.5, ground - 18), (x - 5.5, ground - 18)], colour)


def flame(canvas: Canvas, x: float, bottom: float, width: float, height: float) -> None:
    """Fire that rises from (x, bottom); `width` is half of its width."""
    outline: tuple[Point, ...] = (
        (-1, 0),
        (-1.05, 0.35),
        (-0.45, 0.62),
        (-0.2, 0.45),
        (0, 1),
        (0.28, 0.5),
        (0.6, 0.72),
        (1.05, 0.3),
        (1, 0),
    )
    for layer, colour in enumerate(FLAME):
        share = 1 - 0.3 * layer
        canvas.polygon([(x + dx * width * share, bottom - dy * height * share) for dx, dy in outline], colour)


def medicine_bottle(canvas: Canvas, x: float, ground: float, scale: float = 1, colour: Colour = (240, 130, 40)) -> None:
    """A bottle with a red cross on its label, 12 units high at scale 1."""
    white_cap, edge, red = (250, 250, 250), (150, 150, 150), (220, 40, 40)
    canvas.rectangle(x - 3.4 * scale, ground - 9 * scale, x + 3.4 * scale, ground, colour, 0.9 * scale)
    canvas.rectangle(
        x - 3.8 * scale, ground - 12 * scale, x + 3.8 * scale, ground - 8.6 * scale, white_cap, 0.6 * scale, edge, 0.4
    )
    canvas.rectangle(x - 3.4 * scale, ground - 6.9 * scale, x + 3.4 * scale, ground - 2 * scale, WHITE)
    canvas.rectangle(x - 0.7 * scale, ground - 6.4 * scale, x + 0.7 * scale, ground - 2.5 * scale, red)
    canvas.rectangle(x - 2 * scale, ground - 5.1 * scale, x + 2 * scale, ground - 3.8 * scale, red)


def dog_head(canvas: Canvas, x: float, y: float, coat: Colour) -> None:
    """A friendly dog that looks at us: head 15 units wide, with a bit of its chest below."""
    canvas.ellipse(x, y + 9, 9, 6.5, coat)
    canvas.ellipse(x, y, 7.8, 7, coat)
    for ear in (-7.2, 7.2):
        canvas.ellipse(x + ear, y + 1, 2.6, 5.6, shade(coat, 0.7))
    canvas.ellipse(x, y + 3.5, 3.9, 3.1, blend(coat, WHITE, 0.5))
    canvas.ellipse(x, y + 6, 1.4, 2, (230, 100, 110))
    canvas.ellipse(x, y + 2.2, 1.6, 1.2, INK)
    for eye in (-3, 3):
        canvas.ellipse(x + eye, y - 2, 1, 1.2, INK)
        canvas.ellipse(x + eye + 0.3, y - 2.4, 0.35, 0.4, WHITE)
