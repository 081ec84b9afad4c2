"""How the reply to a second turn is read: one letter of three, where the third says "cannot tell".

Log-probabilities of the letters decide where they are there, and the letter that is written where they are not. Neither is
guessed at: two letters that are about as likely, three that are all unlikely, "cannot tell", other words, or a letter that is
written against the log-probabilities leave the reply unparseable, as it was before the second turn.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from arena.probes import Outcome, Probe, Reading, Reply
from arena.tasks.answer_wrappers import unwrapped

LETTERS = ("A", "B", "C")
"""The first option of the question, the second one, and "cannot tell"."""
MARGIN = math.log(3)
"""By how much the likeliest letter must lead each of the others, in nats: it is at least three times as likely. A model that is
less sure has not told, and no rounding, of half precision or of a batch, moves a difference by that much."""

LEAST = 0.1
"""How likely the three letters must be together. A model that was about to say something else, such as "Sorry", has chosen
none of them, and which of three unlikely letters is the likeliest is noise."""

READ_BY = "read_by"
"""The fact of a reading that says by what an option was decided."""
READER = "reader"
"""The rules for written replies."""
LOGPROBS = "logprobs"
"""Log-probabilities of the options: in the second turn, or in the only one of a model that writes nothing."""
SECOND_REQUEST = "second request"
"""The letter that was written in the second turn."""

_LETTER = re.compile(r"\W*(?:(?:the )?(?:final )?(?:answer|option|letter)(?: is)?\W+)?([abc])\W*")

Reader = Callable[[Probe, Reply, Mapping[str, Any]], Reading]


def option(probe: Probe, second: Reply) -> str | None:
    """Which option of the first question the second reply decides for; None for neither.

    Args:
        probe: the first question.
        second: what came back when the bare option was asked for.
    """
    written = _written(second)
    letter = written
    if _is_scored(second):
        likeliest = _likeliest(second.logprobs or ())
        letter = likeliest if written in (None, likeliest) else None
    return next((named for named, one in zip(probe.options, LETTERS, strict=False) if one == letter), None)


def read_to_the_end(read: Reader) -> Reader:
    """A reader that turns to the second reply where it can make nothing of the first, and says by what it decided."""

    def read_both(probe: Probe, reply: Reply, gold: Mapping[str, Any]) -> Reading:
        reading = read(probe, reply, gold)
        by = LOGPROBS if reply.text is None else READER
        if reply.second is not None and reading.outcome is Outcome.UNPARSEABLE:
            by = LOGPROBS if _is_scored(reply.second) else SECOND_REQUEST
            reading = replace(reading, outcome=_outcome(probe, reply.second))
        if reading.outcome not in (Outcome.CORRECT, Outcome.WRONG):
            return reading
        return replace(reading, facts={**reading.facts, READ_BY: by})

    return read_both


def _outcome(probe: Probe, second: Reply) -> Outcome:
    """The outcome of a question whose first reply could not be read. A failed second turn is the machine's fault."""
    if second.error is not None:
        return Outcome.ERROR
    if (decided := option(probe, second)) is None:
        return Outcome.UNPARSEABLE
    return Outcome.CORRECT if decided == probe.expected else Outcome.WRONG


def _is_scored(second: Reply) -> bool:
    scores = second.logprobs or ()
    return len(scores) == len(LETTERS) and not any(map(math.isnan, scores))


def _likeliest(scores: tuple[float, ...]) -> str | None:
    """The letter that leads all others by `MARGIN`, where letters are likely at all."""
    if sum(map(math.exp, scores)) < LEAST:
        return None
    best, next_best, *_ = sorted(scores, reverse=True)
    return LETTERS[scores.index(best)] if best - next_best >= MARGIN else None  # infinity minus itself leads nothing


def _written(second: Reply) -> str | None:
    if second.text is None or second.finished is False:
        return None
    letter = _LETTER.fullmatch(unwrapped(second.text))
    return letter[1].upper() if letter else None
