"""Backdrops that several culture families share: a table from the side, a table from above, a place indoors or outdoors."""

from arena.generators.scenes.backdrops import indoor, on_the_floor, on_the_wall, outdoor, trees
from arena.generators.scenes.canvas import WHITE, Canvas, Colour, blend, shade
from arena.generators.scenes.variation import Variation

BRASS: Colour = (196, 152, 50)
PORCELAIN: Colour = (250, 250, 248)


def table_from_above(canvas: Canvas, variation: Variation) -> None:
    """A table top that fills the frame, with a cloth or a lighter mat."""
    wood = variation.wood
    canvas.rectangle(-1, -1, 101, 101, wood)
    for board in range(7):
        y = 6 + board * 16 + variation.jitter[7] * 6
        canvas.line([(-1, y), (101, y)], shade(wood, 0.9), 0.8, caps=False)
    cloth = blend(variation.colours[2], WHITE, 0.5) if variation.choices[5] % 2 else shade(wood, 1.15)
    canvas.rectangle(5, 11, 95, 94, cloth, 2.5)


def table_from_the_side(canvas: Canvas, variation: Variation, top: float = 73) -> None:
    """A room, and in its front a table across the frame, its board at `top`."""
    indoor(canvas, variation)
    on_the_wall(canvas, variation, 16, 17)
    wood = variation.wood
    for left in (8, 86):
        canvas.rectangle(left, top + 3, left + 6, 101, shade(wood, 0.75))
    canvas.rectangle(3, top + 3, 97, top + 9, shade(wood, 0.88))
    canvas.rectangle(1, top - 1, 99, top + 4, wood, 1)
    if variation.choices[5] % 2:
        runner = blend(variation.colours[2], WHITE, 0.4)
        canvas.rectangle(16, top - 1, 84, top + 15, runner, 0.8, shade(runner, 0.88), 0.6)
        canvas.line([(16, top + 12), (84, top + 12)], shade(runner, 0.8), 1, caps=False)


def anywhere(canvas: Canvas, variation: Variation) -> None:
    """A room or a landscape, as chance has it, with bystanding objects at its edges."""
    if variation.choices[5] % 2:
        indoor(canvas, variation)
        on_the_wall(canvas, variation, 14, 17)
        on_the_floor(canvas, variation, 9, 96)
    else:
        outdoor(canvas, variation)
        trees(canvas, variation, (9, 1.3), (92, 1.1))
