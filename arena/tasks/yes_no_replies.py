"""Whether a written reply says yes or no to "Does this caption describe the image?".

A clause of known words (`arena.tasks.glossary`) says it by a "yes" or "no", or by a statement: "it does", "the caption is not
correct", "there is nothing wrong". Other clauses are reasons, and say nothing. If all that is said points one way, that is the
answer. A "maybe", a "partly", second thoughts, or a "but" after a yes leave the reply undecided.
"""

import itertools

from arena.probes import Probe
from arena.tasks import refusals
from arena.tasks.answer_wrappers import unwrapped
from arena.tasks.caption_echoes import MARKS, with_echoes_marked
from arena.tasks.glossary import OTHER
from arena.tasks.reply_clauses import Clause, is_known, is_negative, is_reluctant, sentences

_SUBJECTS = ("it", "the", "caption", "do")
_STATING = frozenset(("right", "match", "wrong"))
_PLAIN = frozenset(
    ("the", "word", "be", "adverb", "answer", "so", "but", "because", "yes", "not", "it", "do", "think", "choose", ":")
)
"""Words beside which a yes, a no or "it does" is the answer."""


def yes_or_no(text: str, probe: Probe) -> str | None:
    """`yes` or `no`, whichever a written reply says; None for neither, both, or "No, I can't help with that"."""
    said = unwrapped(text)
    for caption in probe.captions:
        said = with_echoes_marked(said, (caption,)).replace(MARKS[0], " ; ")
    clauses = [part for sentence in sentences(said) for clause in sentence for part in _parts(clause)]
    if any("doubt" in clause or ("hedge" in clause and is_known(clause)) for clause in clauses):
        return None
    verdicts = {verdict for clause in clauses if (verdict := _verdict(clause))}
    if len(verdicts) != 1:
        return None
    verdict = verdicts.pop()
    if verdict == "yes":
        return None if any(_takes_back(clause) for clause in clauses) else verdict
    return None if refusals.is_refusal(text) else verdict


def _parts(clause: Clause) -> list[Clause]:
    """A "yes" or "no" before a statement is said for itself: "no it does not"."""
    clause = tuple("the" if word == "a" else word for word in clause)
    if is_known(clause) and len(clause) > 1 and clause[0] in ("yes", "not") and clause[1] in _SUBJECTS:
        return [clause[:1], clause[1:]]
    return [clause]


def _verdict(clause: Clause) -> str | None:
    """What one clause says; None for a clause of other words, and for one that says nothing of the caption."""
    words = set(clause)
    if not is_known(clause) or is_reluctant(clause) or clause.count("not") > 1 or words >= {"yes", "not"}:
        return None
    stated = bool(words & _STATING) or ("describe" in words and ("image" in words or "it" in words))
    if stated and _is_attribute(clause):
        return None
    if not stated and (not words <= _PLAIN or not words & {"yes", "not", "do"}):
        return None
    if not stated and words & {"do"} and not words & {"it", "not"}:
        return None
    return "no" if is_negative(clause) else "yes"


def _is_attribute(clause: Clause) -> bool:
    """Whether nothing is stated, as in "the correct caption"."""
    pairs = itertools.pairwise(clause)
    return "be" not in clause and any(word in ("right", "wrong") and noun in ("caption", "image") for word, noun in pairs)


def _takes_back(clause: Clause) -> bool:
    """Whether a clause limits the yes before it: "but the stove is off", "it does not show a fork"."""
    denied = "not" in clause or "wrong" in clause
    return clause[0] == "but" or (OTHER in clause and denied and ("it" in clause or "caption" in clause))
