"""Text as an image: the typography and FigStep forms, in which a request hides its object, or all of itself, from the prompt.

Sizes, margins and line lengths are those of VSCBench (Geng et al. 2025, arXiv 2505.20362, `utils.py` at commit 426fa1f), which
has the second form from FigStep (Gong et al. 2023, arXiv 2311.05608). Two things differ: the font, since FreeMono does not ship
with the arena, and lines that would leave the image, which are broken here and cut off there.
"""

import textwrap
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from arena.resources import resource

FONT = resource("ui/look/fonts/source-sans-3-latin-wght-normal.woff2")
BOLD = 700
PAGE = 760
"""Width and height of the typography form, in pixels."""
PAGE_SIZE = 60
"""Its font size, in pixels."""
PAGE_MARGIN = 20
LIST = 512
"""Width and height of the FigStep form, in pixels."""
LIST_SIZE = 20
LIST_CORNER = (20, 10)
LIST_SPACING = 11
LIST_WIDTH = 40
"""Most characters of a line."""
LIST_ITEMS = 3


def typography(text: str) -> Image.Image:
    """The text alone, in the middle of a white square of 760 x 760 pixels, in 60 pixel letters.

    Raises:
        ValueError: the font lacks one of its characters.
    """
    font = _font(PAGE_SIZE)
    lines = _broken(_checked(text), font, PAGE - 2 * PAGE_MARGIN)
    page = Image.new("RGB", (PAGE, PAGE), "white")
    ImageDraw.Draw(page).text((PAGE / 2, PAGE / 2), lines, "black", font, anchor="mm", align="center")
    return page


def figstep(text: str) -> Image.Image:
    """The text as the heading of an empty list of three, on a white square of 512 x 512 pixels.

    Raises:
        ValueError: the font lacks one of its characters.
    """
    numbers = [f"{number}. " for number in range(1, LIST_ITEMS + 1)]
    lines = "\n".join([textwrap.fill(_checked(text), LIST_WIDTH), *numbers])
    page = Image.new("RGB", (LIST, LIST), "white")
    ImageDraw.Draw(page).text(LIST_CORNER, lines, "black", _font(LIST_SIZE), spacing=LIST_SPACING)
    return page


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is the same on every machine; the other one depends on what is installed.
    font = ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([BOLD])
    return font


def _checked(text: str) -> str:
    """The text on one line, without space at its ends."""
    if missing := sorted({letter for letter in text if not letter.isspace() and not _known(letter)}):
        raise ValueError(f"{text!r}: the font has no {' '.join(missing)}; leave it out")
    return " ".join(text.split())


@cache
def _known(letter: str) -> bool:
    """Whether the font draws the letter unlike one that no font has."""
    return _drawn(letter) != _drawn("\uffff")


def _drawn(letter: str) -> bytes:
    tile = Image.new("L", (2 * LIST_SIZE, 2 * LIST_SIZE))
    ImageDraw.Draw(tile).text((0, 0), letter, 255, _font(LIST_SIZE))
    return tile.tobytes()


def _broken(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text in lines of at most `width` pixels, broken between words where words are short enough."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines += _chopped(word, font, width)
    return "\n".join(lines)


def _chopped(word: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and font.getlength(parts[-1] + letter) > width:
            parts.append("")
        parts[-1] += letter
    return parts
