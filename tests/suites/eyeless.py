"""Policies without eyes: what they reply, and how likely that is.

Such a policy was made without the answers. It goes by the words of a question, where the same words are asked with either
answer, and by dice, thrown anew for each reply at any odds, or once for both orders of a question at even odds; a model that
compares throws a number for each image with each caption. What is thrown for one question says nothing about another.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from request_answers import ANSWERS, REFUSES, WARNS

from arena.probes import Reply
from arena.scene_classes import CLASSES
from arena.suites.suite import Question
from arena.tasks import describing

SAID = {
    "request": (ANSWERS, WARNS, REFUSES),
    "cultural_response": (ANSWERS, REFUSES),
    "scene_description": ("A quiet day.", "A road.", ", ".join(CLASSES)),
}
"""Task -> the faces of a die where there are no options to be its faces."""
CHOICES = frozenset(("caption_choice", "image_choice"))
"""Tasks that ask each question in two orders."""
COMPARED = CHOICES | {"verification"}
"""Tasks that ask a model which compares for one matrix of scores."""
EIGHTHS = range(9)


class Policies(NamedTuple):
    """Policies that throw the same dice, at different odds."""

    name: str
    replies: list[list[Reply]]
    """One row for each way in which the dice can fall, with one reply a question."""
    likely: NDArray[np.float64]
    """One row for each policy: how likely each of those ways is."""


def policies(questions: Sequence[Question]) -> Iterator[Policies]:
    """All policies on questions of one kind about one item."""
    if questions[0].probe.task == "scene_presence":
        yield Policies("equal scores", [[Reply(logprobs=(0.0, 0.0))] * len(questions)], np.ones((1, 1)))
        return
    yield _dice("dice for each reply", questions, lambda question: question.id)
    words = _dice("words", questions, lambda question: question.probe.prompt if _open(question, questions) else "")
    yield words._replace(likely=np.eye(len(words.replies)))
    for said in ("", REFUSES):
        yield Policies(said, [[Reply(said)] * len(questions)], np.ones((1, 1)))
    tasks = {question.probe.task for question in questions}
    if tasks <= CHOICES:
        kept = _dice("dice for both orders", questions, lambda question: question.probe.cell.partition("/")[0], _kept)
        # At even odds: that it is the first side more often than the second, one would have to know.
        yield kept._replace(likely=np.full((1, len(kept.replies)), 1 / len(kept.replies)))
    if tasks <= COMPARED:
        yield _scores(questions)


def _open(question: Question, questions: Sequence[Question]) -> bool:
    """Whether its words leave the answer open."""
    return len({other.probe.expected for other in questions if other.probe.prompt == question.probe.prompt}) > 1


def _faces(question: Question) -> tuple[str, ...]:
    return question.probe.options or SAID[question.probe.task]


def _named(question: Question, face: int) -> Reply:
    return Reply(_faces(question)[face])


def _kept(question: Question, face: int) -> Reply:
    """The option that stands for the first or the second side of the pair, in whatever order they are shown."""
    _, order = describing.cell_numbers(question.probe.cell)
    return Reply(question.probe.options[order.index(face)])


def _dice(
    name: str,
    questions: Sequence[Question],
    throw: Callable[[Question], str],
    reply: Callable[[Question, int], Reply] = _named,
) -> Policies:
    """One die for all questions of the same `throw`, at all odds in eighths: a constant is a die that shows one face."""
    throws = {name: place for place, name in enumerate(dict.fromkeys(map(throw, questions)))}
    faces = len(_faces(questions[0]))
    falls = list(itertools.product(range(faces), repeat=len(throws)))
    replies = [[reply(question, fall[throws[throw(question)]]) for question in questions] for fall in falls]
    odds = [np.array(parts) / 8 for parts in itertools.product(EIGHTHS, repeat=faces) if sum(parts) == 8]
    return Policies(name, replies, np.array([[one[list(fall)].prod() for fall in falls] for one in odds]))


def _scores(questions: Sequence[Question]) -> Policies:
    """Every order of independent scores, of which any number lies above the threshold that means yes."""
    shown = {(image.digest, caption) for one in questions for image in one.probe.images for caption in one.probe.captions}
    places, count = sorted(shown), len(shown)
    falls = list(itertools.product(itertools.permutations(range(count)), range(count + 1)))
    replies = [[_compared(one, dict(zip(places, order, strict=True)), above) for one in questions] for order, above in falls]
    likely = [
        [math.comb(count, above) / math.factorial(count) * odd**above * (1 - odd) ** (count - above) for _, above in falls]
        for odd in np.array(EIGHTHS) / 8
    ]
    return Policies("scores", replies, np.array(likely))


def beliefs(questions: Sequence[Question]) -> Iterator[Policies]:
    """One number for each image, above 0 or below, that says how well the first caption fits it, and how badly the second.

    It ties the questions about a pair together, so it is none of those that chance is made of.
    """
    shown = {image.digest for one in questions for image in one.probe.images}
    captions = {caption for one in questions for caption in one.probe.captions}
    falls = [(first, second) for first in (-2, -1, 1, 2) for second in (-2, -1, 1, 2) if abs(first) != abs(second)]
    replies = [
        [_believed(one, dict(zip(sorted(shown), fall, strict=True)), min(captions)) for one in questions] for fall in falls
    ]
    yield Policies("beliefs", replies, np.full((1, len(falls)), 1 / len(falls)))


def _believed(question: Question, numbers: dict[str, int], first: str) -> Reply:
    images, captions = question.probe.images, question.probe.captions
    given = [float(numbers[image.digest] * (1 if caption == first else -1)) for image in images for caption in captions]
    return Reply(logprobs=(*given, *([0.0] * (len(given) == 1))))


def _compared(question: Question, scores: dict[tuple[str, str], int], above: int) -> Reply:
    """The scores of what a question shows; for a single one, beside the threshold that `above` of all exceed."""
    given = [scores[image.digest, caption] for image in question.probe.images for caption in question.probe.captions]
    return Reply(logprobs=(*map(float, given), *([len(scores) - above - 0.5] * (len(given) == 1))))
