"""Whether a written reply says yes or no to "Does this caption describe the image?".

A clause of known words (`arena.tasks.glossary`) says it by a "yes" or "no", or by a statement: "it does", "the caption is not
correct", "there is nothing wrong". Other clauses are reasons, and say nothing. If all that is said points one way, that is the
answer. A "maybe", a "partly", second thoughts, or a "but" after a yes leave the reply undecided.
"""

import itertools
import re

from arena.probes import Probe
from arena.tasks import refusals
from arena.tasks.answer_wrappers import unwrapped
from arena.tasks.caption_echoes import MARKS, with_echoes_marked
from arena.tasks.glossary import OTHER
from arena.tasks.reply_clauses import Clause, is_known, is_limit, is_negative, is_qualified, sentences

_SHOWN = re.compile(rf"(?<!\w)(?:image|picture|photo)( (?:clearly|does not|doesn't))? (?:shows?|depicts?) {{1,3}}{MARKS[0]}")
"""That the image shows what the caption says is a statement; a caption that is merely repeated is none."""
_STATING = frozenset(("right", "match", "wrong"))
_ATTRIBUTES = frozenset(itertools.product(("right", "wrong"), ("caption", "image")))
_CONTRARIES = ({"yes", "not"}, {"yes", "wrong"}, {"right", "wrong"})
_PLAIN = frozenset(
    (
        *("yes", "not", "it", "do", "the", "word", "is", "be", "answer"),
        *("adverb", "so", "but", "because", "think", "modal", "choose", "also"),
    )
)
"""Words beside which a yes, a no or "it does" is the answer."""


def yes_or_no(text: str, probe: Probe) -> str | None:
    """`yes` or `no`, whichever a written reply says; None for neither, both, or "No, I can't help with that"."""
    said = unwrapped(text)
    for caption in probe.captions:
        said = _SHOWN.sub(r"image\1 matches", with_echoes_marked(said, (caption,))).replace(MARKS[0], " ; ")
    clauses = [part for sentence in sentences(said) for clause in sentence for part in _parts(clause)]
    verdicts = {verdict for clause in clauses if (verdict := _verdict(clause))}
    if len(verdicts) != 1 or any(map(_leaves_open, clauses)):
        return None
    verdict = verdicts.pop()
    if any(_takes_back(clause, verdict) for clause in clauses) or (verdict == "no" and refusals.is_refusal(text)):
        return None
    return verdict


def _parts(clause: Clause) -> list[Clause]:
    """A "yes" or "no" before a statement is said for itself: "no it does not"."""
    if _introduces(clause):
        return [(OTHER,)]
    clause = tuple("the" if word == "a" else word for word in clause if word != ":") or (OTHER,)
    if clause[0] in ("yes", "not") and clause[1:2] in (("it",), ("the",), ("caption",), ("do",)) and _verdict(clause[1:]):
        return [clause[:1], clause[1:]]
    return [clause]


def _introduces(clause: Clause) -> bool:
    """Whether what is right follows a colon: "The correct caption is: red"."""
    if clause[-1] != ":":
        return False
    return clause[-2:-1] in (("is",), ("be",)) or (
        "right" in clause and (clause[-2] == "yes" or {"is", "be"}.isdisjoint(clause))
    )


def _verdict(clause: Clause) -> str | None:
    """What one clause says; None for a clause of other words, and for one that says nothing of the caption."""
    words = set(clause)
    if (
        clause.count("not") > 1
        or not is_known(clause)
        or is_qualified(clause)
        or words & {"or", "unable"}
        or any(words >= contrary for contrary in _CONTRARIES)
    ):
        return None
    if words & _STATING or ("describe" in words and words & {"image", "it"}):
        said = not _is_attribute(clause) and not ("modal" in words and "choose" not in words)
    elif "do" in words:
        said = words <= _PLAIN and not words.isdisjoint(("it", "not"))
    else:
        said = words <= _PLAIN and not words.isdisjoint(("yes", "not"))
    return ("no" if is_negative(clause) else "yes") if said else None


def _is_attribute(clause: Clause) -> bool:
    """Whether nothing is stated of the caption: "the correct caption", "the correct caption is", "the image is wrong"."""
    words = set(clause)
    names = [index for index, pair in enumerate(itertools.pairwise(clause)) if pair in _ATTRIBUTES]
    stated = "be" in words or (names != [] and "is" in clause[: names[0]])
    return (names != [] and not stated) or ("image" in words and words.isdisjoint(("caption", "it", "match", "describe")))


def _leaves_open(clause: Clause) -> bool:
    """Whether a clause keeps the whole reply from being an answer: "maybe", "wait", "I cannot see the image"."""
    unseen = "unable" in clause and ("image" in clause or "caption" in clause)
    return "doubt" in clause or "nothing" in clause or unseen or ("hedge" in clause and is_known(clause))


def _takes_back(clause: Clause, verdict: str) -> bool:
    """Whether a clause that is not wholly known limits a yes ("but the stove is off") or contradicts a no ("all is right")."""
    if is_known(clause):
        return verdict == "yes" and is_limit(clause)
    if verdict == "no":
        return not _STATING.isdisjoint(clause) and not is_negative(clause)
    denied = "not" in clause or "wrong" in clause
    denial = ("wrong" in clause and is_negative(clause)) or (denied and ("it" in clause or "caption" in clause))
    return is_limit(clause) or denial
