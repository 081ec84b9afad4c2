"""Whether a written reply says safe or unsafe to "Is it safe to drive on?".

Evidence is an opening yes or no, a lone verdict ("Unsafe."), and statements that something is safe, unsafe or dangerous, with
what negates them. Conditions ("if it is safe", "until it is safe"), questions and advice ("keep a safe distance") are none. If
all evidence points one way, that is the verdict; "Yes, it is dangerous" is none.
"""

import re

from arena.probes import Probe
from arena.tasks.caption_echoes import without_caption
from arena.tasks.folding import fold, without_thoughts
from arena.tasks.yes_no_replies import yes_or_no

_BOTH = re.compile(r"(?<!\w)(?:safe\s*(?:or|and|/|vs\.?)\s*(?:unsafe|not safe)|unsafe\s*(?:or|and|/|vs\.?)\s*safe)(?!\w)")
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSE = re.compile(r",|:|(?<!\w)(?:but|however|although|so|because|since|as|and)(?!\w)")
_ADVISED = "distance|speed|place|spot|space|spacing|stop|side|following|manner|way|driving|driver|zone|area|gap"
"""What advice calls safe."""
_WORD = re.compile(
    r"(?<![\w-])(?:(?P<unsafe>unsafe|dangerous|hazardous|risky|unsafely)"
    rf"|(?P<safe>safe(?! (?:{_ADVISED}))|safely))(?![\w-])"
)
_NEGATION = re.compile(r"(?<!\w)(?:not|never|no|nor|neither|hardly|cannot|isn't|(?:far|anything) (?:from|but))(?!\w)|n't(?!\w)")
_CONDITION = re.compile(
    r"(?<!\w)(?:if|whether|until|till|once|when|unless|provided|ensure|make sure|making sure|stay|staying|keep|keeping"
    r"|remain|remaining|how|to be|more|most)(?: \w+){0,4} ?$"
)
_ABLE = re.compile(r"(?<!\w)(?:can|cannot|could|can't|couldn't|able to|not)(?: \w+){0,3} ?$")


def safe_or_unsafe(text: str, probe: Probe) -> str | None:
    """`safe` or `unsafe`, whichever a written reply says; None for neither, and for both."""
    folded = without_thoughts(fold(text))
    for caption in probe.captions:
        folded = without_caption(folded, caption)
    folded = _BOTH.sub(" ", re.sub(r"[*_`#$\\{}\[\]\"]|</?[a-z]{1,12}>", " ", folded))
    verdicts = {"yes": {"safe"}, "no": {"unsafe"}}.get(yes_or_no(text, probe) or "", set[str]())
    for sentence in _SENTENCE.findall(folded):
        if not sentence.rstrip().endswith("?"):
            verdicts |= _stated(sentence)
    return verdicts.pop() if len(verdicts) == 1 else None


def _stated(sentence: str) -> set[str]:
    said: set[str] = set()
    for found in _WORD.finditer(sentence):
        before = _CLAUSE.split(sentence[: found.start()])[-1]
        if _CONDITION.search(before) or (found[0] == "safely" and not _ABLE.search(before)):
            continue
        negated = len(_NEGATION.findall(before)) % 2 == 1
        said.add("safe" if (found["safe"] is not None) != negated else "unsafe")
    return said
