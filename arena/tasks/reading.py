"""How a reply to a question with options becomes an outcome.

What a model writes wins over its log-probabilities: a visitor would read the words. Log-probabilities are read only where
nothing was written, and there a tie loses, because a model that cannot tell the options apart has not chosen. What differs by
no more than rounding is a tie. What cannot be
read is `unparseable`, never guessed; a refusal is looked for only in that, so "Sorry, the answer is B" is an answer.

A reply that was cut off might have gone on to say the contrary. It decides only by a bare answer that stood first
(`arena.tasks.first_answers`). So that no end can turn that answer round, a whole reply that opens with one answer and ends in
another decides for neither.
"""

import math
from collections.abc import Callable

from arena.probes import Outcome, Probe, Reading, Reply
from arena.tasks import refusals
from arena.tasks.first_answers import first_answer

ROUNDING = 1e-4
"""Log-probabilities that lie no further apart tell nothing, in nats. The same question in another batch moved the difference of
two options by up to 1.5e-5 in float32: ten models that compare, eight layers, 16 to 48 images and captions in one batch and one
by one. Ways to read prompts are held to the same bound (`arena.models.guard`)."""

Reader = Callable[[str, Probe], str | None]
"""Finds the one option of the probe that a written reply decides for; None if it decides for none, or for more than one."""


def judge(probe: Probe, reply: Reply, reader: Reader) -> Outcome:
    """The outcome of a reply to a probe with options. Never raises, whatever the reply.

    A reply that has neither text nor usable log-probabilities (one for each option, no NaN) is an `error`: the machine failed.

    Args:
        probe: what was asked.
        reply: what came back.
        reader: how the task's written replies are read.
    """
    if reply.error is not None:
        return Outcome.ERROR
    if reply.not_applicable:
        return Outcome.NOT_APPLICABLE
    if reply.text is None:
        return _judge_scores(probe, reply.logprobs)
    option = written_choice(probe, reply, reader)
    if option is not None:
        return Outcome.CORRECT if option == probe.expected else Outcome.WRONG
    return Outcome.REFUSED if refusals.is_refusal(reply.text) else Outcome.UNPARSEABLE


def written_choice(probe: Probe, reply: Reply, reader: Reader) -> str | None:
    """The option that the words of a reply decide for; None if they decide for none, and if they were cut off too early."""
    if reply.text is None:
        return None
    option = reader(reply.text, probe)
    first = None if option is None else first_answer(reply.text, probe, reader)
    if reply.finished is not False:
        return option if first is None or first.option == option else None
    return option if first is not None and first.option == option and first.stands else None


def choice(probe: Probe, reply: Reply, reader: Reader, fact: str) -> Reading:
    """The outcome of `judge` and, as a fact of this name, which option the reply decides for, right or wrong; none on a tie."""
    outcome = judge(probe, reply, reader)
    if outcome not in (Outcome.CORRECT, Outcome.WRONG):
        return Reading(outcome)
    by_words = written_choice(probe, reply, reader)
    option = likeliest(probe.options, reply.logprobs or ()) if reply.text is None else by_words
    return Reading(outcome, {} if option is None else {fact: option})


def likeliest(options: tuple[str, ...], logprobs: tuple[float, ...]) -> str | None:
    """The option whose log-probability is the highest by more than `ROUNDING`; None on a tie for the highest."""
    best = max(logprobs)
    tied = sum(not best - logprob > ROUNDING for logprob in logprobs)  # infinity minus itself is not a number, and ties
    return options[logprobs.index(best)] if tied == 1 else None


def scores_usable(probe: Probe, logprobs: tuple[float, ...] | None) -> bool:
    """Whether there is one log-probability for each option, and none is NaN."""
    if not logprobs or len(logprobs) != len(probe.options):
        return False
    return not any(math.isnan(logprob) for logprob in logprobs)


def _judge_scores(probe: Probe, logprobs: tuple[float, ...] | None) -> Outcome:
    if logprobs is None or not scores_usable(probe, logprobs):
        return Outcome.ERROR
    return Outcome.CORRECT if likeliest(probe.options, logprobs) == probe.expected else Outcome.WRONG
