"""What people wear: a wide hat against the sun, a cloth around the head, a wedding dress."""

from dataclasses import replace

from generators.scenes.canvas import WHITE, Canvas, Colour, Point, blend, shade, smooth
from generators.scenes.family import Family
from generators.scenes.people import Age, Hairstyle, Person, back_of_head, face, front_of_head, head
from generators.scenes.stages import anywhere
from generators.scenes.variation import Variation

STRAW = (232, 200, 128)
GOLD = (246, 200, 80)
IVORY = (252, 250, 244)
SARI = (206, 24, 44)
RADIUS = 15.0


def draw_hat(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """Somebody from the chest up, under one wide hat or the other."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 100))
    look = variation.people[0]
    flat = Hairstyle.LONG if look.hairstyle in (Hairstyle.LONG, Hairstyle.BUN) else Hairstyle.SHORT
    y = _bust(canvas, replace(look, hairstyle=flat), hair=True)
    canvas.region(10, 5, 90, 47)
    if flipped:
        _sombrero(canvas, 50, y - 11, variation.colours[0])
    else:
        _conical_hat(canvas, 50, y - 9)


def _bust(canvas: Canvas, look: Person, *, hair: bool) -> float:
    """Shoulders and a head, in the middle of the frame; returns the height of the middle of the head."""
    if hair:
        back_of_head(canvas, look, 50, 48, RADIUS)
    canvas.rectangle(45, 58, 55, 76, shade(look.skin, 0.88))
    canvas.rectangle(24, 70, 76, 130, look.shirt, 15)
    canvas.polygon([(43, 69.5), (57, 69.5), (50, 78)], look.skin)
    front_of_head(canvas, look, 50, 48, RADIUS, hair=hair)
    return 48


def _conical_hat(canvas: Canvas, x: float, y: float) -> None:
    """A pointed cone of palm leaves, as worn in Vietnam."""
    cone = [(x, y - 28), (x + 32, y), (x + 16, y + 3), (x, y + 4), (x - 16, y + 3), (x - 32, y)]
    canvas.polygon(cone, STRAW, shade(STRAW, 0.65), 1.2)
    for share in (0.25, 0.5, 0.75):
        half, height = 32 * share, y - 28 + 28 * share
        canvas.arc(x, height, half, 3.6 * share, 0, 180, shade(STRAW, 0.84), 0.9)
    for share in (-0.66, -0.33, 0, 0.33, 0.66):
        canvas.line([(x, y - 27), (x + share * 32, y + 3 - abs(share) * 2)], shade(STRAW, 0.9), 0.6)


def _sombrero(canvas: Canvas, x: float, y: float, band: Colour) -> None:
    """A tall rounded cone on a very wide brim with a turned-up, stitched edge, as worn in Mexico."""
    felt = (232, 196, 116)
    edge = shade(felt, 0.6)
    brim = _mirrored(x, y, (-38, -9), (-29, 2), (-14, 7), (0, 8))
    rear = reversed(_mirrored(x, y, (-38, -9), (-30, -8.5), (-16, -4), (0, -3)))
    canvas.polygon([*brim, *rear], felt, edge, 1.2)
    crown = _mirrored(x, y, (-15, 1), (-12, -11), (-7.5, -22), (-3.5, -26.5), (0, -27.5))
    canvas.polygon([*crown, (x, y + 4)], felt, edge, 1.2)
    for low, high, narrow, fill in ((-1, -6.5, 1.3, band), (-7.5, -10, 1.6, shade(band, 0.7))):
        half, top = 14.2 + low * 0.2, 14.2 - narrow
        stripe = [(x - half, y + low), (x - top, y + high), (x + top, y + high), (x + half, y + low), (x, y + low + 3)]
        canvas.polygon(stripe, fill)
    for cx in (x - 6, x, x + 6):
        canvas.polygon([(cx, y - 12), (cx + 2.2, y - 15), (cx, y - 18), (cx - 2.2, y - 15)], band)
    for dx, dy in ((34, -5.5), (28, 0), (20, 3), (10, 4.8), (0, 5.2)):
        for side in (-1, 1):
            canvas.ellipse(x + side * dx, y + dy, 1.7, 1.7, band)


def _mirrored(x: float, y: float, *left: Point) -> list[Point]:
    """A smooth outline around (x, y) from its left half; the last point of that lies on the axis."""
    right = [(-dx, dy) for dx, dy in reversed(left[:-1])]
    return smooth([(x + dx, y + dy) for dx, dy in (*left, *right)])


def draw_headscarf(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """Somebody from the chest up, the hair covered by one cloth or the other."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 100))
    look = variation.people[0].aged(Age.ADULT)
    _bust(canvas, look, hair=False)
    cloth = next(colour for colour in variation.colours if colour != look.shirt)
    canvas.region(26, 19, 74, 92)
    if flipped:
        _turban(canvas, 50, 48, cloth)
    else:
        _hijab(canvas, look, 50, 48, cloth)


def _hijab(canvas: Canvas, look: Person, x: float, y: float, cloth: Colour) -> None:
    """A scarf around head and neck that leaves the face free and falls over the chest."""
    fall = _mirrored(x, y, (-16, 4), (-19, 20), (-22, 30), (-13, 39), (0, 43))
    canvas.polygon(fall, cloth, shade(cloth, 0.75), 1)
    canvas.ellipse(x, y - 1.5, 18, 19, cloth, shade(cloth, 0.75), 1)
    canvas.rectangle(x - 15, y + 6, x + 15, y + 20, cloth, 4)
    canvas.ellipse(x + 1, y + 1, 12.2, 13.8, shade(cloth, 0.8))
    canvas.ellipse(x + 1, y + 1.4, 11.4, 13, look.skin)
    face(canvas, x + 0.6, y + 2, RADIUS * 0.86, look.skin)
    for fold in (((-13, 16), (-2, 23), (12, 24)), ((-17, 24), (-4, 31), (12, 32)), ((14, 12), (8, 19), (-4, 21))):
        canvas.line([(x + dx, y + dy) for dx, dy in fold], shade(cloth, 0.78), 1.1)


def _turban(canvas: Canvas, x: float, y: float, cloth: Colour) -> None:
    """A long cloth wound around the head in slanting layers that meet above the forehead."""
    edge = shade(cloth, 0.68)
    dome = _mirrored(x, y, (-16, -2), (-20, -12), (-15, -22), (0, -27))
    canvas.polygon([*dome, (x + 9, y - 7), (x, y - 12), (x - 9, y - 7)], cloth, edge, 1.2)
    for rise in (0, 5, 10):
        for side in (-1, 1):
            layer = ((18.5 - rise * 0.15, -6 - rise), (10, -11.5 - rise), (0, -16 - rise * 0.75))
            canvas.line(smooth([(x + side * dx, y + dy) for dx, dy in layer]), edge, 1)
    canvas.polygon([(x - 3.4, y - 15), (x, y - 20), (x + 3.4, y - 15), (x, y - 12.5)], blend(cloth, WHITE, 0.35))


def draw_wedding(canvas: Canvas, variation: Variation, flipped: bool) -> None:
    """A bride with flowers, in one dress or the other."""
    anywhere(canvas, variation)
    canvas.place(variation.scale, variation.shift_x, 0, anchor=(50, 97))
    look = replace(variation.people[0], age=Age.ADULT, hairstyle=Hairstyle.SHORT)
    canvas.ellipse(50, 96, 20, 2, (0, 0, 0, 38))
    canvas.region(27, 14, 73, 98)
    if flipped:
        _sari(canvas, look.skin)
    else:
        _gown(canvas, look.skin)
    for side in (-1, 1):
        canvas.line([(50 + side * 9.5, 43), (50 + side * 11.5, 54), (50 + side * 3, 58)], look.skin, 4.4)
    head(canvas, look, 50, 27.5, 9.6)
    canvas.line([(50, 58), (50, 66)], (80, 150, 80), 2)
    for dx, dy in ((-5, -1), (0, -4), (5, -1), (-2.6, 2.4), (2.6, 2.4)):
        canvas.ellipse(50 + dx, 56 + dy, 3.4, 3.2, variation.colours[1], shade(variation.colours[1], 0.75), 0.5)
        canvas.ellipse(50 + dx, 56 + dy, 1.2, 1.2, GOLD)


def _gown(canvas: Canvas, skin: Colour) -> None:
    """A white gown with a wide skirt, and a veil."""
    edge = (196, 198, 210)
    veil = _mirrored(50, 0, (-17, 62), (-13, 32), (-9, 20), (0, 16))
    canvas.polygon(veil, (255, 255, 255, 205), edge, 0.8)
    canvas.rectangle(47, 33, 53, 42, shade(skin, 0.88))
    canvas.polygon([(40, 41), (60, 41), (57, 58), (43, 58)], skin)
    skirt = _mirrored(50, 0, (-21, 96), (-18, 84), (-12, 68), (-7, 56), (0, 55.5))
    canvas.polygon(skirt, IVORY, edge, 1)
    canvas.polygon([(40.5, 46), (46, 44.5), (50, 47), (54, 44.5), (59.5, 46), (57, 58), (43, 58)], IVORY, edge, 0.8)
    for top, low in (((46, 60), (40, 94)), ((50, 66), (50, 95)), ((54, 60), (60, 94))):
        canvas.line([top, low], (222, 224, 232), 1)
    for x in range(32, 70, 5):
        canvas.ellipse(x + 0.5, 94.4, 2.7, 1.8, WHITE, edge, 0.5)


def _sari(canvas: Canvas, skin: Colour) -> None:
    """A red sari with golden borders, one end laid over the shoulder and the head."""
    dark = shade(SARI, 0.7)
    cover = _mirrored(50, 0, (-16, 56), (-13, 32), (-9, 20), (0, 16))
    canvas.polygon(cover, SARI, GOLD, 1.4)
    canvas.rectangle(47, 33, 53, 42, shade(skin, 0.88))
    canvas.polygon([(40, 41), (60, 41), (57, 60), (43, 60)], skin)
    canvas.polygon([(40, 42), (46, 41), (50, 44.5), (54, 41), (60, 42), (58, 52), (42, 52)], dark)
    skirt = _mirrored(50, 0, (-17, 96), (-15, 84), (-11, 68), (-7.5, 56), (0, 55.5))
    canvas.polygon(skirt, SARI, dark, 1)
    canvas.polygon([(34.2, 90), (65.8, 90), (66.8, 95), (33.2, 95)], GOLD)
    for x in (-6, -2, 2, 6):
        canvas.line([(50 + x * 0.4, 60), (50 + x, 89)], dark, 1)
    canvas.polygon([(60, 41), (53, 41), (42, 56), (43, 66), (52, 61)], SARI, GOLD, 1.3)
    canvas.arc(50, 38.5, 5, 5.5, 10, 170, GOLD, 1.6)


FAMILIES = (
    Family(
        name="hat",
        domain="culture",
        category="dress",
        draw=draw_hat,
        labels=("Vietnamese conical hat", "Mexican sombrero"),
        captions=(
            (
                "a person in a Vietnamese conical hat",
                "someone wears a conical hat from Vietnam",
                "a pointed straw cone on the head",
                "the hat is a plain straw cone, a Vietnamese non la",
            ),
            (
                "a person in a Mexican sombrero",
                "someone wears a sombrero from Mexico",
                "a tall hat with a wide curved brim on the head",
                "the hat has a wide curved brim, a Mexican sombrero",
            ),
        ),
    ),
    Family(
        name="headscarf",
        domain="culture",
        category="dress",
        draw=draw_headscarf,
        labels=("hijab", "turban"),
        captions=(
            (
                "a person wearing a hijab",
                "someone with a hijab around head and neck",
                "the hair is covered by a hijab",
                "a portrait of somebody whose scarf, a hijab, falls over the chest",
            ),
            (
                "a person wearing a turban",
                "someone with a turban wound around the head",
                "the hair is covered by a turban",
                "a portrait of somebody whose scarf, a turban, is wrapped above the forehead",
            ),
        ),
    ),
    Family(
        name="wedding",
        domain="culture",
        category="dress",
        draw=draw_wedding,
        labels=("white gown", "red sari"),
        captions=(
            (
                "a bride in a white gown",
                "the wedding dress is a white gown with a veil",
                "a person gets married in white",
                "for the wedding she wears a wide white gown, and she carries flowers",
            ),
            (
                "a bride in a red sari",
                "the wedding dress is a red sari with golden borders",
                "a person gets married in red",
                "for the wedding she wears an Indian red sari, and she carries flowers",
            ),
        ),
    ),
)
