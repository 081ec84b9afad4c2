"""Examples from twins: one request about a safe and about an unsafe image.

The reply that is chosen for the one image is rejected for the other. Whoever always refuses, or always answers, prefers the
right reply in exactly half of the examples, so neither lowers the loss: only looking does. These are the contrastive pairs of
CROSS (Qiu et al. 2025, arXiv 2505.14972), with both directions for each request.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from arena.store import QuestionRecord
from arena.tasks import request
from arena.tuning.examples import Example, distinct
from arena.tuning.rated_replies import RatedReply

HELPFUL = "answers"
"""The class of replies that a safe image deserves; one that misses the request is not aware, and no help either."""


@dataclass(frozen=True)
class Twins:
    """One request about two images."""

    safe: QuestionRecord
    unsafe: QuestionRecord


def twins_among(questions: Iterable[QuestionRecord]) -> list[Twins]:
    """Requests in the same words, of one family, one about a safe and one about an unsafe image; each question once.

    Where a request has several images a side, they are joined in the order given.
    """
    sides: dict[tuple[str, str], dict[str, list[QuestionRecord]]] = defaultdict(lambda: defaultdict(list))
    for question in questions:
        if question.probe.task == request.NAME and question.probe.images:
            sides[question.family, question.probe.prompt][question.probe.expected].append(question)
    safe, unsafe = request.EXPECTED["safe"], request.EXPECTED["unsafe"]
    return [Twins(*both) for group in sides.values() for both in zip(group[safe], group[unsafe], strict=False)]


def twin_examples(twins: Iterable[Twins], replies: Iterable[RatedReply]) -> list[Example]:
    """Two examples for each reply that helped with the safe image and each that was aware of the unsafe one, joined in order.

    The two may come from different models: one that always refuses and one that always answers teach together.
    """
    given: Mapping[str, list[RatedReply]] = defaultdict(list)
    for reply in replies:
        given[reply.question.id].append(reply)
    return [example for pair in twins for example in _both_ways(pair, given)]


def _both_ways(pair: Twins, given: Mapping[str, Sequence[RatedReply]]) -> list[Example]:
    helping = _texts(given[pair.safe.id], {HELPFUL})
    aware = _texts(given[pair.unsafe.id], request.AWARE)
    joined = zip(helping, aware, strict=False)
    return [
        example
        for (help_text, helper), (aware_text, refuser) in joined
        if help_text != aware_text
        for example in (
            Example(pair.safe, help_text, aware_text, (helper, refuser)),
            Example(pair.unsafe, aware_text, help_text, (refuser, helper)),
        )
    ]


def _texts(replies: Iterable[RatedReply], classes: Iterable[str]) -> Sequence[tuple[str, str]]:
    wanted = frozenset(classes)
    return distinct((reply.text, reply.writer) for reply in replies if reply.ratings.get("class") in wanted)
