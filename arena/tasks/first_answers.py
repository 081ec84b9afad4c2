"""The answer that a reply opens with, alone, before it gives its reasons: all that is sure of a reply that was cut off.

Readers weigh every clause of a whole reply; of one that was cut off, those that would have changed the balance may be missing.
Many replies open with a list of the options, a caption that is repeated, or a label before what it shows, and go on to choose
the other option. So a first answer consists of one option, or a yes or no, and the few words it is given in.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from arena.probes import Probe
from arena.tasks.answer_wrappers import unwrapped
from arena.tasks.caption_echoes import MARKS, with_echoes_marked
from arena.tasks.folding import without_thoughts
from arena.tasks.glossary import OTHER, meanings

_OPENING = re.compile(
    r"\s*(?:(?P<line>[^\n]{1,60})\n|(?P<sentence>(?!\W*\w\W)[^\n.!?。]{2,60}[.!。][*\"”]{0,3})(?=\s))(?P<rest>.*)", re.DOTALL
)
"""The first line or sentence of a reply. One letter or digit with a full stop is no sentence: a list begins like that."""
_END = re.compile(r"[.!?。\n]")
_ARTICLE = re.compile(r"(?<=\w )a(?!\w)")
_SECOND_THOUGHTS = 20
"""Characters after an answer in which a reply that is about to take it back would have begun to."""

_SIDES = {"a": 0, "1": 0, "one": 0, "first": 0, MARKS[0]: 0, "b": 1, "2": 1, "two": 1, "second": 1, MARKS[1]: 1}
"""Names of options, and the side that each stands for."""
_VERDICTS = frozenset(("yes", "not"))
_NOUNS = frozenset(("caption", "image", "number"))
_WRAPPERS = _NOUNS | {
    "answer",
    "the",
    "is",
    "be",
    "it",
    "right",
    "match",
    "choose",
    "think",
    "so",
    "word",
    "adverb",
    ":",
    ".",
    "!",
}
_STATEMENT = _WRAPPERS | {"do", "describe", "wrong", ","}
"""Words of "Yes, it does describe the image"."""
_TURNS = frozenset(("but", "instead", "except", "doubt"))


class FirstAnswer(NamedTuple):
    """What a reply opens with."""

    option: str
    stands: bool
    """Whether enough follows it, and nothing that could be about to take it back."""


def first_answer(text: str, probe: Probe, reader: Callable[[str, Probe], str | None]) -> FirstAnswer | None:
    """The answer that a reply opens with; None if the opening is more, or something else.

    Args:
        text: the reply, cut off or whole.
        probe: what was asked.
        reader: finds the option that a written reply decides for.
    """
    opening = _OPENING.match(without_thoughts(text))
    if opening is None:
        return None
    first, rest = opening["line"] or opening["sentence"], opening["rest"]
    option = reader(first, probe) if _is_bare(meanings(unwrapped(first))) else None
    if option is None:
        return None
    return FirstAnswer(option, len(rest.strip()) >= _SECOND_THOUGHTS and not _may_turn(rest, option, probe))


def _is_bare(words: list[str]) -> bool:
    """Whether words name one option, or say yes or no, and nothing else. "Image 1" alone may be a heading, "A:" a label."""
    if words[:1] and words[0] in _VERDICTS:
        return set(words) <= _STATEMENT | _VERDICTS
    options = [word for word in words if word in _SIDES or word in _VERDICTS]
    if len(options) != 1 or not set(words) <= _WRAPPERS | set(options) or ":" in words[words.index(options[0]) :]:
        return False
    return _NOUNS.isdisjoint(words) or not set(words) <= {"the", *_NOUNS, *_SIDES}


def _may_turn(rest: str, option: str, probe: Probe) -> bool:
    """Whether what follows an answer objects to something, names another option, or breaks off while it speaks of any."""
    said = unwrapped(_ARTICLE.sub("an", rest))
    if len(probe.captions) > 1:
        said = with_echoes_marked(said, probe.captions)
    others = _sides(said, probe) - {probe.options.index(option)}
    return bool(others or _sides(_END.split(said)[-1], probe) or _TURNS & set(meanings(said)))


def _sides(said: str, probe: Probe) -> set[int]:
    """The options that a text names by letter, number, ordinal or caption; none where the options are yes and no."""
    if "yes" in probe.options:
        return set()
    names = {option.casefold() for option in probe.options} | {"first", "second", *MARKS}
    words = ["", *meanings(said), ""]
    triples = zip(words, words[1:], words[2:], strict=False)
    named = [word for before, word, after in triples if word != "a" or after != OTHER or before in _NOUNS]
    return {_SIDES[word] for word in named if word in names}
