"""Written replies made comparable: one spelling for what looks the same, and only the part that answers."""

import re
import unicodedata

_SPELLINGS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا"}
)
"""Apostrophes are typed in five ways, and Persian on Arabic keyboards with Arabic letters."""
_INVISIBLE = re.compile("[\u00ad\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060\ufeff\ue000-\uf8ff]")
"""Soft hyphens, Arabic vowel marks, joiners, direction marks, and private-use characters, which readers use as marks."""
_SENTENCE_END = re.compile(r"[!?;\n。।؟]|\.(?=\s|$)")
_THOUGHT_ENDS = ("</think>", "</thinking>", "</thought>", "</reasoning>", "◁/think▷")
_THOUGHT_STARTS = ("<think>", "<thinking>", "<thought>", "<reasoning>", "◁think▷")


def fold(text: str) -> str:
    """`text` in lower case, with full-width letters made plain, one kind of apostrophe, and no invisible characters."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", plain)).translate(_SPELLINGS)


def sentences(folded: str) -> list[str]:
    """The sentences of a folded text, without their end marks."""
    return [sentence.strip() for sentence in _SENTENCE_END.split(folded) if sentence.strip()]


def without_thoughts(folded: str) -> str:
    """What follows the last closed block of thoughts; of a block that was never closed, what stood before it.

    Chat templates often open the block inside the prompt, so a closing tag alone counts too.
    """
    closed = max(folded.rfind(tag) + len(tag) if tag in folded else 0 for tag in _THOUGHT_ENDS)
    rest = folded[closed:]
    opened = [position for tag in _THOUGHT_STARTS if (position := rest.find(tag)) >= 0]
    return rest[: min(opened)] if opened else rest
