"""How labelled replies are read by readers that had no part of them: neither their model nor their kind of prompt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from arena.starter.replies.fitting import Fold
from arena.starter.replies.labelled import LabelledReply
from arena.tasks.refusals import is_warning, signs_of_warning
from arena.tasks.reply_features import refusal_features, signs

TOKENS_PER_WORD = 1.35
"""Tokens of a word of English, roughly: the tokenizers of the labelled models are not at hand."""
_WORD = re.compile(r"\s*\S+")
# The same replies are read by many readers, which differ in nothing but their weights, and at several lengths.
_signs, _signs_of_warning = cache(signs), cache(signs_of_warning)
_features = cache(partial(refusal_features, signs_of=_signs))
_warns = cache(partial(is_warning, signs_of=_signs_of_warning))


@dataclass(frozen=True)
class Read:
    """One labelled reply as it was read."""

    reply: LabelledReply
    said: str | None
    """`refuses`, `warns`, `answers`; None where a cut reply has only answered so far."""


def read(replies: Sequence[LabelledReply], folds: Sequence[Fold], tokens: int | None = None) -> list[Read]:
    """Every reply as the reader of its fold reads it, in the order of the replies.

    Args:
        replies: those that the folds were made from.
        folds: one reader for each model and kind of prompt.
        tokens: where replies are cut; None leaves them whole.
    """
    readers = {place: fold.weights for fold in folds for place in fold.left_out}
    made = []
    for place, reply in enumerate(replies):
        text, is_cut = reply.text, False
        if tokens is not None:
            text, is_cut = beginning(reply.text, tokens)
        weights = readers[place]
        if weights.probability(_features(text)) >= weights.threshold:
            said = "refuses"
        elif _warns(text):
            said = "warns"
        else:
            said = None if is_cut else "answers"
        made.append(Read(reply, said))
    return made


def beginning(text: str, tokens: int) -> tuple[str, bool]:
    """The words of a text that so many tokens hold, and whether more would have followed."""
    words = _WORD.findall(text)
    room = int(tokens / TOKENS_PER_WORD)
    return "".join(words[:room]), len(words) > room
