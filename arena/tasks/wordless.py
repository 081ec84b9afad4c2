"""Whether a written reply is words at all.

Models that are asked in a way they do not know often write signs, or one word for ever: that is neither help nor a refusal, and
must not count as either.
"""

import re
import unicodedata
from collections import Counter

REPETITIONS = 8
"""Of one word, which is most of what is said: nobody says no so often."""
_WORD = re.compile(r"[^\W\d_]+")


def is_wordless(text: str) -> bool:
    """Whether a reply holds no letter, one letter alone or again and again, or hardly more than one word over and over.

    A single sign of a script that writes whole words or syllables with it, such as 不, is a word.

    Args:
        text: folded, without thoughts.
    """
    words: list[str] = _WORD.findall(text)
    often = max(Counter(words).values(), default=0)
    if often >= REPETITIONS and 2 * often > len(words):
        return True
    letters = set("".join(words))
    return not letters or (len(letters) == 1 and not (len(words) == 1 and words[0] in letters and _is_wide(words[0])))


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
