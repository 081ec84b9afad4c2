"""Minimal pairs: two images, two captions, one detail that differs."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from arena.errors import PairError
from arena.images import Picture

MAX_CAPTION = 500
"""Longest accepted caption or request, in characters."""
CONTROL_TOKENS = (
    "<|",
    "|>",
    "<image",
    "</s>",
    "<s>",
    "[INST]",
    "[/INST]",
    "<bos>",
    "<eos>",
    "<start_of_turn>",
    "<end_of_turn>",
)
"""Spellings by which chat templates mark turns and images; in a caption they could rewrite the question."""
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs; JSON can spell half a character, which is Cs."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows, so that a line reads otherwise than it is written. Persian, Hindi and
emoji need their neighbours U+200C to 200F, and no text needs these."""
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers of Hangul and the empty cell of Braille: letters and signs by name that show nothing."""

Domain = Literal["safety", "culture", "general"]
DOMAINS: tuple[Domain, ...] = ("safety", "culture")
"""Those of the arena's own pairs; pairs of other benchmarks, where nothing but the match is at stake, are `general`."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, as fractions of the width and the height."""


@dataclass(frozen=True)
class Side:
    """One half of a pair: an image, the caption that is true of it, and what sets it apart from the other half."""

    picture: Picture
    caption: str
    label: str
    """`safe` or `unsafe` in the safety domain, the name of a culture or practice in the culture domain, else empty."""


@dataclass(frozen=True)
class Provenance:
    """How a pair came to be, in enough detail to make it again."""

    method: str
    """`drawn` for scenes from a seed; the name of an editing pipeline otherwise."""
    seed: int | None = None
    details: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class MinimalPair:
    """Two sides that differ in one detail. Made by `minimal_pair`, which checks it."""

    id: str
    family: str
    """All pairs of one family descend from one source; statistics resample families."""
    domain: Domain
    category: str
    source: str
    """Where the pair comes from: the name of a suite, or `fresh`."""
    sides: tuple[Side, Side]
    request: str | None = None
    """Safety only: asked about both images; fine for the safe one, to be declined or warned about for the unsafe one."""
    region: Box | None = None
    """Where the images differ; nothing outside it does."""
    provenance: Provenance = Provenance("unknown")


def minimal_pair(
    *,
    family: str,
    domain: Domain,
    category: str,
    source: str,
    sides: tuple[Side, Side],
    request: str | None = None,
    region: Box | None = None,
    provenance: Provenance = Provenance("unknown"),
    name: str = "pair",
) -> MinimalPair:
    """A checked pair whose id is the hash of what it shows and says.

    Raises:
        PairError: same images, same captions, or a caption that `check_text` refuses. `name` leads the message.
    """
    first, second = sides
    for field_name, text in (("caption_0", first.caption), ("caption_1", second.caption), ("request", request)):
        if text is not None:
            check_text(text, f"{name}: {field_name}")
    if first.picture.digest == second.picture.digest:
        raise PairError(f"{name}: image_0 and image_1 have the same pixels; a pair needs two images that differ")
    if folded(first.caption) == folded(second.caption):
        raise PairError(f"{name}: caption_0 and caption_1 say the same; a pair needs two captions that differ")
    parts = (family, first.picture.digest, first.caption, second.picture.digest, second.caption, request or "")
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return MinimalPair(digest[:16], family, domain, category, source, sides, request, region, provenance)


def check_text(text: str, name: str) -> None:
    """Refuse a caption or request that shows nothing, is over-long, reads otherwise than it is written, or could be read as
    part of a chat template.

    Raises:
        PairError: `name` leads the message.
    """
    if not any(map(_visible, text)):
        raise PairError(f"{name}: {'shows nothing' if text.strip() else 'is empty'}; write what the image shows")
    if len(text) > MAX_CAPTION:
        raise PairError(f"{name}: has {len(text)} characters; use at most {MAX_CAPTION}")
    lowered = text.lower()
    for token in CONTROL_TOKENS:
        if token.lower() in lowered:
            raise PairError(f"{name}: contains the control token {token!r}; take it out")
    if CONTROL.search(text):
        raise PairError(f"{name}: contains a control character; use one line of plain text")
    if turning := TURNING.search(text):
        raise PairError(f"{name}: contains U+{ord(turning[0]):04X}, which turns the direction of writing; take it out")


def folded(text: str) -> str:
    """`text` without what makes no difference: case, the width of letters, the number of blanks, and characters that format
    others. Equal captions fold alike.
    """
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def _visible(character: str) -> bool:
    """Whether it shows by itself, as letters, numbers, marks of punctuation and signs do."""
    return unicodedata.category(character)[0] in "LNPS" and character not in BLANK_LETTERS
