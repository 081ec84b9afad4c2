"""Captions that a reply repeats: marked, so that no reader takes their words for the model's own."""

import re

from arena.tasks.folding import fold

MARKS = ("\ue000", "\ue001")
"""Private-use characters: `fold` removes them from replies, so only this module can have put them there."""
_ARTICLE = re.compile(r"an?|the")


def without_caption(folded: str, caption: str) -> str:
    """A folded text without the captions that it repeats, whatever the punctuation between their words."""
    return _pattern(caption).sub(" ", folded)


def with_echoes_marked(folded: str, captions: tuple[str, ...]) -> str:
    """A folded text in which repeated captions became marks; the longer caption first, since it may contain the other."""
    for side in sorted(range(len(captions)), key=lambda side: -len(captions[side])):
        folded = _pattern(captions[side]).sub(f" {MARKS[side]} ", folded)
    return folded


def _pattern(caption: str) -> re.Pattern[str]:
    """Articles may differ. Very short captions match nothing: they would be found in replies that do not repeat them."""
    words = re.findall(r"\w+", fold(caption))
    if len("".join(words)) <= 5:
        return re.compile(r"(?!)")
    spelled = ("(?:an?|the)" if _ARTICLE.fullmatch(word) else word for word in words)
    return re.compile(r"(?<!\w)" + r"[^\w]{1,3}".join(spelled) + r"(?!\w)")
