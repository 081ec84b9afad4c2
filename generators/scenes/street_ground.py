"""The street itself and what lines it: sky, road, sidewalks, buildings, walls, fences, parks."""

import random

from arena.generators.scenes.canvas import WHITE, Colour, blend, shade
from arena.generators.scenes.street_canvas import ASPECT, StreetCanvas
from arena.generators.scenes.street_layout import FARTHEST, LANE, LEAVES, NEAREST, ROAD, SIDEWALK, Block, Layout

SKIES: dict[str, tuple[Colour, Colour]] = {
    "clear": ((92, 160, 226), (196, 226, 246)),
    "overcast": ((168, 178, 190), (214, 218, 222)),
    "evening": ((110, 130, 190), (250, 206, 160)),
    "haze": ((186, 206, 216), (232, 234, 228)),
    "autumn": ((130, 180, 220), (226, 230, 232)),
}
"""Weather -> colour overhead, colour at the horizon."""
GRASS: dict[str, Colour] = {
    "clear": (132, 186, 88),
    "overcast": (128, 158, 96),
    "evening": (138, 150, 82),
    "haze": (158, 182, 120),
    "autumn": (178, 166, 92),
}
ASPHALT: Colour = (98, 100, 106)
PAVING: Colour = (186, 180, 176)
PAINT: Colour = (236, 236, 230)
GLASS: Colour = (120, 156, 186)
BEHIND = 2.0
"""Where the ground begins to be drawn, in metres ahead: below the lower edge of the frame."""
VERGE = 1.2
SEEN = 75.0
"""How far ahead windows are still drawn."""


def sky(canvas: StreetCanvas, layout: Layout) -> None:
    """From overhead to the horizon, with some clouds, and with the far end of the street."""
    top, bottom = SKIES[layout.weather]
    bands = 24
    canvas.reset()
    with canvas.drawing("sky"):
        for band in range(bands):
            edge = (layout.horizon + 4) * band / bands
            canvas.rectangle(-1, edge, 100 * ASPECT + 1, layout.horizon + 5, blend(top, bottom, band / bands))
        for index in range(0 if layout.weather == "haze" else 4):
            x, y = 200 * layout.jitter[index], 4 + 22 * layout.jitter[(index + 2) % 6]
            for dx, radius in ((-9, 3), (-3, 4.6), (4, 4), (10, 2.6)):
                canvas.ellipse(x + dx, y, 1.6 * radius, radius * 0.8, blend(bottom, WHITE, 0.55))
    _far_end(canvas, layout)


def _far_end(canvas: StreetCanvas, layout: Layout) -> None:
    """The street does not run on for ever: houses or trees close it."""
    leafy = layout.place in ("park", "suburb")
    colour = blend(LEAVES[layout.weather] if leafy else (150, 142, 138), SKIES[layout.weather][1], 0.45)
    with canvas.drawing("vegetation" if leafy else "building"):
        for index in range(9):
            x = -44 + 11 * index
            height = (7 if leafy else 11) + 7 * layout.jitter[index % 6]
            canvas.stand(x, FARTHEST)
            if leafy:
                canvas.ellipse(0, -height * 5, 90, height * 6, colour)
                canvas.rectangle(-90, -height * 4, 90, 20, colour)
            else:
                canvas.rectangle(-56, -height * 10, 56, 20, shade(colour, 1 - 0.06 * (index % 3)))


def ground(canvas: StreetCanvas, layout: Layout) -> None:
    """Grass as far as the eye reaches, the sidewalks, and the road with all that is painted on it."""
    canvas.reset()
    with canvas.drawing("terrain"):
        canvas.rectangle(-1, layout.horizon + 165 * 1.5 / FARTHEST, 201, 101, GRASS[layout.weather])
    if layout.sidewalks:
        with canvas.drawing("sidewalk"):
            _sidewalks(canvas)
    with canvas.drawing("road"):
        _strip(canvas, *ROAD, ASPHALT)
        _paint(canvas, layout)


def _sidewalks(canvas: StreetCanvas) -> None:
    for start, kerb in ((ROAD[0] - SIDEWALK, ROAD[0] - 0.18), (ROAD[1], ROAD[1])):
        _strip(canvas, start, start + SIDEWALK, PAVING)
        for ahead in range(4, 40, 2):
            _strip(canvas, start, start + SIDEWALK, shade(PAVING, 0.93), ahead, 1.012 * ahead)
        _strip(canvas, kerb, kerb + 0.18, (214, 212, 208))


def _strip(canvas: StreetCanvas, left: float, right: float, fill: Colour, start: float = BEHIND, end: float = FARTHEST) -> None:
    canvas.surface([(left, 0, start), (right, 0, start), (right, 0, end), (left, 0, end)], fill)


def _paint(canvas: StreetCanvas, layout: Layout) -> None:
    for patch in range(3):
        x, ahead = -5 + 7 * layout.jitter[patch], 5 + 20 * layout.jitter[patch + 3]
        _strip(canvas, x, x + 1.6, shade(ASPHALT, 0.93), ahead, ahead + 3)
    if layout.tracks:
        for rail in (-LANE - 0.75, -LANE + 0.68, -0.75, 0.68):
            _strip(canvas, rail - 0.06, rail + 0.12, (70, 70, 74))
            _strip(canvas, rail, rail + 0.07, (196, 198, 204))
    for ahead in range(1, 110, 6):
        if layout.crossing is None or not layout.crossing - 6 < ahead < layout.crossing + 4:
            _strip(canvas, -LANE / 2 - 0.08, -LANE / 2 + 0.08, PAINT, ahead + 1.5, ahead + 4.5)
    for edge in (-1.5 * LANE, LANE / 2):
        _strip(canvas, edge - 0.06, edge + 0.06, shade(PAINT, 0.88))
    if layout.crossing is not None:
        _strip(canvas, -LANE / 2 + 0.2, ROAD[1] - 0.3, PAINT, layout.crossing - 1.6, layout.crossing - 1.1)
        x = ROAD[0] + 0.4
        while x < ROAD[1] - 0.5:
            _strip(canvas, x, x + 0.5, PAINT, layout.crossing, layout.crossing + 3.2)
            x += 1.0


def block(canvas: StreetCanvas, layout: Layout, block: Block) -> None:
    """One stretch of a side of the street."""
    line = ROAD[1] + SIDEWALK if block.right else ROAD[0] - SIDEWALK
    outwards = 1 if block.right else -1
    if layout.verge:
        line += outwards * VERGE
    if block.kind in ("building", "shop"):
        _building(canvas, block, line, outwards)
        return
    _trees_behind(canvas, layout, block, line, outwards)
    if block.kind == "wall":
        _wall(canvas, block, line, outwards)
    elif block.kind == "fence":
        _fence(canvas, block, line)


def _building(canvas: StreetCanvas, block: Block, line: float, outwards: int) -> None:
    facade = block.colour if block.right else shade(block.colour, 0.9)
    with canvas.drawing("building"):
        far = line + outwards * 14
        front = [
            (line, 0, block.start),
            (far, 0, block.start),
            (far, block.height, block.start),
            (line, block.height, block.start),
        ]
        canvas.surface(front, shade(block.colour, 0.8))
        _face(canvas, line, block.start, block.end, 0, block.height, facade)
        _face(canvas, line, block.start, block.end, block.height - 0.5, block.height, shade(facade, 0.78))
        if block.start > SEEN:
            return
        columns = max(2, round((block.end - block.start) / 2.6))
        wide = (block.end - block.start) / columns
        floors = max(1, int((block.height - 0.6) / 3))
        for floor in range(1 if block.kind == "shop" else 0, floors):
            for column in range(columns):
                _window(canvas, block, line, block.start + (column + 0.5) * wide, 3 * floor + 0.9, facade)
        if block.kind == "shop":
            _shop(canvas, block, line, outwards)


def _face(canvas: StreetCanvas, line: float, start: float, end: float, low: float, high: float, fill: Colour) -> None:
    canvas.surface([(line, low, start), (line, low, end), (line, high, end), (line, high, start)], fill)


def _window(canvas: StreetCanvas, block: Block, line: float, middle: float, sill: float, facade: Colour) -> None:
    _face(canvas, line, middle - 0.72, middle + 0.72, sill - 0.12, sill + 1.72, blend(facade, WHITE, 0.45))
    lighted = (block.form * 7 + round(middle * 3) + round(sill)) % 5 == 0
    _face(canvas, line, middle - 0.55, middle + 0.55, sill, sill + 1.6, (246, 222, 150) if lighted else (84, 104, 126))
    if middle < 40:
        _face(canvas, line, middle - 0.05, middle + 0.05, sill, sill + 1.6, blend(facade, WHITE, 0.45))


def _shop(canvas: StreetCanvas, block: Block, line: float, outwards: int) -> None:
    """Shop windows, and an awning over the sidewalk."""
    awning = ((196, 52, 56), (44, 110, 96), (52, 84, 150), (222, 160, 52))[block.form % 4]
    _face(canvas, line, block.start, block.end, 0, 2.9, shade(block.colour, 0.7))
    _face(canvas, line, block.start + 0.6, block.end - 0.6, 0.6, 2.5, (150, 186, 204))
    _face(canvas, line, block.start + 0.6, block.end - 0.6, 0.6, 1.3, blend((150, 186, 204), awning, 0.45))
    over = line - outwards * 1.0
    step = (block.end - block.start) / 8
    for stripe in range(8):
        near, far = block.start + stripe * step, block.start + (stripe + 1) * step
        canvas.surface(
            [(line, 3.4, near), (line, 3.4, far), (over, 2.6, far), (over, 2.6, near)],
            awning if stripe % 2 else (240, 236, 226),
        )


def _wall(canvas: StreetCanvas, block: Block, line: float, outwards: int) -> None:
    stone = ((150, 96, 76), (158, 154, 148), (180, 164, 138))[block.form % 3]
    with canvas.drawing("wall"):
        far = line + outwards * 0.35
        end = [
            (line, 0, block.start),
            (far, 0, block.start),
            (far, block.height, block.start),
            (line, block.height, block.start),
        ]
        canvas.surface(end, shade(stone, 0.75))
        _face(canvas, line, block.start, block.end, 0, block.height, stone)
        rows = 7
        for row in range(1, rows):
            high = block.height * row / rows
            _face(canvas, line, block.start, block.end, high - 0.03, high + 0.03, shade(stone, 0.8))
            joint = block.start + (0.6 if row % 2 else 0)
            while joint < min(block.end, 34) and block.start < 34:
                _face(
                    canvas,
                    line,
                    joint,
                    joint + 0.02 + 0.003 * joint,
                    high,
                    high + block.height / rows,
                    shade(stone, 0.8),
                )
                joint += 1.2
        _face(canvas, line, block.start, block.end, block.height - 0.14, block.height, shade(stone, 1.15))


def _fence(canvas: StreetCanvas, block: Block, line: float) -> None:
    """Pickets with points, close together, on two rails."""
    wood = ((240, 238, 230), (150, 104, 64), (92, 112, 96))[block.form % 3]
    pitch = 0.42
    with canvas.drawing("fence"):
        for rail in (0.3, 0.72):
            high = block.height * rail
            _face(canvas, line, block.start, block.end, high - 0.09, high + 0.09, shade(wood, 0.72))
        at = block.end - pitch
        while at >= block.start:
            near, far, top = at, at + 0.8 * pitch, block.height
            corners = [(0.06, near), (0.06, far), (top - 0.2, far), (top, (near + far) / 2), (top - 0.2, near)]
            canvas.surface([(line, up, ahead) for up, ahead in corners], wood)
            at -= pitch


def _trees_behind(canvas: StreetCanvas, layout: Layout, block: Block, line: float, outwards: int) -> None:
    """A park: far trees, then near ones, on grass."""
    dice = random.Random(f"{block.start}-{block.form}-{block.right}")
    leaf = LEAVES[layout.weather]
    with canvas.drawing("vegetation"):
        for row, distance in enumerate((11, 6)):
            ahead = block.end
            while ahead > block.start:
                if row == 0 or dice.random() < 0.6:
                    canvas.stand(line + outwards * (distance + dice.uniform(0, 2)), max(NEAREST, ahead))
                    tint = shade(leaf, (0.72 if row == 0 else 0.9) + 0.2 * dice.random())
                    crown(canvas, tint, 40 + 20 * dice.random(), round(10 * dice.random()))
                ahead -= dice.uniform(3, 5.5)


def crown(canvas: StreetCanvas, leaf: Colour, height: float, form: int) -> None:
    """A tree on the board that stands now, about 1.4 x `height` + 20 decimetres high: trunk and crown."""
    canvas.rectangle(-2.2, -height, 2.2, 0, (112, 82, 58))
    if form % 4 == 3:
        for level in range(3):
            top, wide = -1.5 * height + 14 * level, 9 + 6 * level
            canvas.polygon([(0, top - 14), (wide, top + 13), (-wide, top + 13)], shade(leaf, 0.78 + 0.1 * level))
        return
    for dx, dy, radius, tone in ((-9, 0, 15, 0.86), (9, -2, 15, 0.92), (0, 8, 15, 0.82), (0, -12, 16, 1.04), (5, -8, 9, 1.14)):
        canvas.ellipse(dx, dy - 1.05 * height, radius, 0.9 * radius, shade(leaf, tone))
