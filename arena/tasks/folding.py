"""Written replies made comparable: one spelling for what looks the same, and only the part that answers."""

import re
import unicodedata

_SPELLINGS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ي": "ی", "ى": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا"}
)
"""Apostrophes are typed in five ways, and Persian on Arabic keyboards with Arabic letters."""
_INVISIBLE = re.compile("[\u00ad\u0307\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060\ufeff\ue000-\uf8ff]")
"""Soft hyphens, the dot that Turkish capitals leave behind, Arabic vowel marks, joiners, direction marks, and private-use
characters, which readers use as marks."""
_SENTENCE_END = re.compile(r"[!?;\n。।؟]|\.(?=\s|$)")
_THOUGHT = r"think|thinking|thoughts?|reason|reasoning|analysis|seed:think"
_THOUGHT_ENDS = re.compile(
    rf"</(?:{_THOUGHT})>|\[/think\]|◁/think▷|<\|end_thinking\|>|<channel\|>|<\|channel\|>final(?:<\|message\|>)?", re.IGNORECASE
)
_THOUGHT_STARTS = re.compile(
    rf"<(?:{_THOUGHT})>|\[think\]|◁think▷|<\|start_thinking\|>|<\|channel>|<\|channel\|>(?:analysis|commentary)", re.IGNORECASE
)
"""Tags of Qwen, GLM, Kimi, Mistral, Cohere and Seed models, and the channels of Gemma 4 and of the Harmony format."""


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
    ends = [end.end() for end in _THOUGHT_ENDS.finditer(folded)]
    rest = folded[max(ends, default=0) :]
    opened = _THOUGHT_STARTS.search(rest)
    return rest[: opened.start()] if opened else rest
