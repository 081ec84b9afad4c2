"""What an evaluation of endpoints will ask, before it is asked: requests, tokens and time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arena import method
from arena.contestants import Contestant
from arena.evaluation.choosing import chosen
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options
from arena.evaluation.reading import question_records
from arena.models.endpoint_pace import Pacing
from arena.probes import Probe
from arena.store import Store
from arena.suites.suite import Loaded, Suite

BYTES_PER_TOKEN = 4
"""Of text in UTF-8: tokenizers of many languages are near it, and few are far below."""
PATCH = 28
"""Pixels of a side of what is one token of a picture, as Qwen2-VL has it (arXiv 2409.12191, 2.1). Others count otherwise."""
SECONDS_PER_ANSWER = 2.0
"""Assumed of an endpoint that was never asked."""


@dataclass(frozen=True)
class Estimate:
    """What one contestant will be asked on one suite. Second turns and a judge's questions come on top."""

    contestant: Contestant
    suite: str
    requests: int
    picture_tokens: int
    """About so many to read, of pictures."""
    text_tokens: int
    """About so many to read, of words."""
    written_tokens: int
    """To write, at most."""
    seconds: float
    measured: bool
    """Whether the time is that of earlier questions of this suite, and not assumed."""


def estimates(
    store: Store, entrants: Sequence[Entrant], suites: Sequence[tuple[Suite, Loaded]], options: Options
) -> Iterator[Estimate]:
    """What each endpoint among the entrants has not answered yet of each suite; nothing is asked.

    Args:
        store: knows what was answered; the questions are added to it.
        entrants: who would be asked.
        suites: on what.
        options: as of `evaluate`.
    """
    for entrant in entrants:
        if not entrant.contestant.is_endpoint:
            continue
        for suite, loaded in suites:
            probes = _unanswered(store, entrant, suite, loaded, options)
            pace = store.evaluations.costs(suite.name, loaded.edition).get(entrant.contestant.id)
            yield estimate(entrant.contestant, suite.name, probes, pace.seconds if pace else None)


def estimate(contestant: Contestant, suite: str, probes: Sequence[Probe], seconds_per_question: float | None) -> Estimate:
    """What these probes ask of an endpoint.

    Args:
        contestant: the endpoint.
        suite: its name.
        probes: each once.
        seconds_per_question: as was measured; None where nothing was.
    """
    thinking = int(contestant.settings.get("thinking", 0))
    seconds = rounds(len(probes)) * SECONDS_PER_ANSWER if seconds_per_question is None else len(probes) * seconds_per_question
    return Estimate(
        contestant,
        suite,
        len(probes),
        sum(math.ceil(width / PATCH) * math.ceil(height / PATCH) for probe in probes for width, height in _sizes(probe)),
        sum(math.ceil(len(text.encode(errors="replace")) / BYTES_PER_TOKEN) for probe in probes for text in _texts(probe)),
        sum(probe.max_new_tokens + thinking for probe in probes),
        seconds,
        seconds_per_question is not None,
    )


def rounds(questions: int, pacing: Pacing | None = None) -> int:
    """How many times an answer takes so many questions take, as an endpoint is asked that bears all: one more each time."""
    pacing = pacing or Pacing()
    at_once, count = pacing.start, 0
    while questions > 0:
        questions -= at_once
        at_once, count = min(pacing.most, at_once + 1), count + 1
    return count


def _unanswered(store: Store, entrant: Entrant, suite: Suite, loaded: Loaded, options: Options) -> list[Probe]:
    wanted = {"tasks": options.tasks, "limit": options.limit, "settings": entrant.contestant.settings}
    questions = chosen(loaded.questions, audience=entrant.audience, **wanted)
    store.evaluations.add_questions(suite.name, loaded.edition, question_records(questions))
    left = store.evaluations.unread(suite.name, loaded.edition, entrant.contestant.id, method_version=method.VERSION)
    missing, able = set(left.unanswered), entrant.load().capabilities
    probes = {question.probe.key: question.probe for question in questions if question.id in missing}
    return [probe for probe in probes.values() if able.can_answer(probe)]


def _sizes(probe: Probe) -> Iterator[tuple[int, int]]:
    return (picture.size for picture in probe.pictures)


def _texts(probe: Probe) -> Iterator[str]:
    yield probe.prompt
    for turn in probe.before:
        yield from (turn.prompt, turn.words)
