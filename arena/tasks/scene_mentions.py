"""Which classes a description of a street says are there, and which it says are not.

A negation ("no", "without", "I don't see any") reaches over a list to the end of its clause, to the next preposition, or to the
next noun with an article of its own: "no cars, trucks or buses on the road, a tree" names the road and the vegetation. What
follows a name may deny it too: "people: none", "pedestrians are not visible". A description in another language than English
names nothing.
"""

from itertools import pairwise

from arena.scene_classes import CLASSES
from arena.tasks.scene_glossary import Word, words_of


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_NEGATING = _words("no not without never nor neither none zero 0 lacks lacking cannot")
_NEGATING_PAIRS = frozenset((first, "of") for first in ("absence", "lack", "free", "devoid", "empty", "instead"))
_HARMLESS = _words("only just doubt longer")
"""After "not" and "no" these make no negation: "not only cars"."""
_ENDING = _words(
    """but however although though except only besides rather while whereas yet on in at near along beside behind across under
    above ahead with between by next around through over beneath toward towards against from"""
)
_CLAUSE_END = frozenset(".;:!?\n()")
_ARTICLES = _words("a an the some several two three four five many i we it there this that his her its")
_CONTINUING = _words("and so then")
_JOINING = frozenset((",", "and", "or", "the", "any", "other", "&", "/"))
_NONE = _words("none no 0 zero absent missing nowhere nil")
_VERBS = _words("is are was were can could do does isn't aren't can't cannot couldn't")
_SEEN = _words("visible present seen there shown in detected apparent found spotted any here")
_BETWEEN = _words("be been being to currently clearly actually")
_RIDING = _words("riding on cycling biking pedalling")
_WITHIN = 4
"""Words between somebody and what they ride."""


def classes_named(folded: str) -> tuple[str, ...]:
    """The classes that a description says are there, in the order of `CLASSES`.

    Args:
        folded: the description, after `arena.tasks.folding.fold`.
    """
    words = words_of(folded)
    _seat_riders(words)
    _deny_after_negations(words)
    _deny_before_absence(words)
    named = {name for word in words if not word.denied for name in word.classes}
    return tuple(name for name in CLASSES if name in named)


def _seat_riders(words: list[Word]) -> None:
    """Make riders of people who are said to ride: "a man on a bike", "people cycling"."""
    for index, word in enumerate(words):
        if "person" not in word.classes:
            continue
        riding = False
        for following in words[index + 1 : index + 2 + _WITHIN]:
            riding |= following.text in _RIDING
            mounts = following.classes & {"bicycle", "motorcycle"}
            if riding and (mounts or following.text in ("cycling", "biking")):
                word.classes = frozenset({"rider", *(mounts or {"bicycle"})})
                break
            if following.is_name or following.text in _CLAUSE_END:
                break


def _deny_after_negations(words: list[Word]) -> None:
    """Deny what a negation before it reaches."""
    negated = names_since = False
    texts = ["", *(word.text for word in words), ""]
    for before, word, after in zip(texts, words, texts[2:], strict=False):
        if word.is_name:
            word.denied |= negated
            names_since |= bool(word.classes)
        elif _negates(before, word.text, after):
            negated, names_since = True, False
        elif word.text in _CLAUSE_END or _begins_anew(before, word.text, names_since=names_since):
            negated = False


def _begins_anew(before: str, word: str, *, names_since: bool) -> bool:
    """Whether the list that a negation denies is over with this word.

    Args:
        before: the word before it.
        word: the word.
        names_since: whether the negation has denied something already.
    """
    if word in _ENDING:
        return names_since
    return word in _ARTICLES and (before == "," or (names_since and before in _CONTINUING))


def _negates(before: str, word: str, after: str) -> bool:
    if word in ("not", "no") and after in _HARMLESS:
        return False
    return word in _NEGATING or word.endswith("n't") or (before, word) in _NEGATING_PAIRS


def _deny_before_absence(words: list[Word]) -> None:
    """Deny what is said to be absent right after, one thing or a list."""
    for index, (word, following) in enumerate(pairwise(words)):
        if word.is_name and _says_absent(following.text, [later.text for later in words[index + 2 : index + 6]]):
            for earlier in (words[place] for place in range(index, -1, -1)):
                if not (earlier.is_name or earlier.text in _JOINING):
                    break
                earlier.denied = True


def _says_absent(following: str, later: list[str]) -> bool:
    """Whether these words, after a name, deny it."""
    if following in (":", "-", "=", "(", "–", "—"):
        return bool(later) and later[0] in _NONE and not "".join(later[1:2]).isalnum()
    if following not in _VERBS:
        return following in ("absent", "missing")
    negated = following.endswith(("n't", "not"))
    for word in later:
        if word in _SEEN or word in _NONE:
            return negated == (word in _SEEN)
        negated |= word in ("not", "never")
        if word not in ("not", "never") and word not in _BETWEEN:
            break
    return False
