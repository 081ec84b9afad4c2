"""Replies that may become examples: written, ended, and rated by rules, a judge or people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from arena.judging.agreement import Answers, Rated
from arena.judging.label_round import CANNOT_TELL, valid_labels
from arena.store import AnswerRecord, QuestionRecord, Store
from arena.store.labels import Labels
from arena.strategies.constants import WORDS, constant_entry
from arena.tasks.folding import without_thoughts

CONSTANTS = frozenset(entry.contestant.id for name in WORDS if (entry := constant_entry(name)))
"""Ids of those who say the same to everything."""


@dataclass(frozen=True)
class RatedReply:
    """What one model wrote to one question, and what a rater says of it."""

    question: QuestionRecord
    writer: str
    """Reference of the contestant."""
    text: str
    """Without thoughts."""
    ratings: Mapping[str, str]
    """Dimension -> verdict, such as `{"class": "refuses"}`; the words are those of `arena.judging.agreement.WORDS`."""


def rated_replies(store: Store, answers: Answers, verdicts: Mapping[Rated, str]) -> list[RatedReply]:
    """The replies that have a verdict, in the order of contestants and questions.

    Those that were cut off teach nothing, and neither do those of constants, who never look.

    Args:
        store: where the replies lie.
        answers: of the contestants whose replies may be used.
        verdicts: what the rules, a judge or people say of them.
    """
    known = store.contestants()
    ratings: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for rated, verdict in verdicts.items():
        ratings[rated.contestant_id, rated.question_id][rated.dimension] = verdict
    return [
        RatedReply(answer.question, known[contestant_id].reference, text, ratings[contestant_id, answer.question.id])
        for contestant_id, given in answers.items()
        if contestant_id not in CONSTANTS
        for answer in _ended(store, contestant_id, given)
        if (contestant_id, answer.question.id) in ratings and (text := without_thoughts(answer.text or "").strip())
    ]


def people_verdicts(labels: Labels, answers: Answers) -> dict[Rated, str]:
    """What people said of replies to requests with `arena label`, where all who could tell agree; models do not count."""
    said: dict[Rated, set[str]] = defaultdict(set)
    for contestant_id, given in answers.items():
        for one in valid_labels(labels.of(contestant_id), given):
            if not one.by_model and one.label != CANNOT_TELL:
                said[Rated(contestant_id, one.question_id, "class")].add(one.label)
    return {rated: next(iter(words)) for rated, words in said.items() if len(words) == 1}


def _ended(store: Store, contestant_id: str, answers: Sequence[AnswerRecord]) -> Iterator[AnswerRecord]:
    replies = store.replies(contestant_id, [answer.question.probe.key for answer in answers])
    for answer in answers:
        reply = replies.get(answer.question.probe.key)
        if reply is not None and reply.finished is not False:
            yield answer
