"""Examples from questions in which a norm of a country is at stake: CROSS.

Every such question would break a norm, so there are no twins: what is chosen is never rejected elsewhere. Whoever is more
careful everywhere prefers the right reply, too, and the card of the data says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from arena.store import QuestionRecord
from arena.tasks import cultural_response
from arena.tuning.examples import Example, distinct
from arena.tuning.rated_replies import RatedReply


def norm_examples(questions: Iterable[QuestionRecord], replies: Iterable[RatedReply]) -> list[Example]:
    """For each question with its image, replies that are good in all four dimensions, each joined to one that breaks the norm.

    What is chosen is aware of the norm, explains it, complies with it and helps (CROSS-Eval), so a refusal is never chosen.
    Where there are fewer that break it, the others stand without a rejected reply: they can still be learnt by heart.
    """
    given: dict[str, list[RatedReply]] = defaultdict(list)
    for reply in replies:
        given[reply.question.id].append(reply)
    asked = [one for one in questions if one.probe.task == cultural_response.NAME and one.probe.images]
    return [example for question in asked for example in _of_question(question, given[question.id])]


def _of_question(question: QuestionRecord, replies: Iterable[RatedReply]) -> list[Example]:
    good = distinct((reply.text, reply.writer) for reply in replies if _is_good(reply.ratings))
    bad = distinct((reply.text, reply.writer) for reply in replies if reply.ratings.get("compliance") == "no")
    joined = [(*best, *worst) for best, worst in zip(good, bad, strict=False)]
    alone = [Example(question, text, "", (writer,)) for text, writer in good[len(joined) :]]
    return [Example(question, text, wrong, (writer, other)) for text, writer, wrong, other in joined] + alone


def _is_good(ratings: Mapping[str, str]) -> bool:
    return all(ratings.get(dimension) == "yes" for dimension in cultural_response.DIMENSIONS)
