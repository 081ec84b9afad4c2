"""From questions and replies to what the store keeps of them."""

from collections.abc import Iterable, Mapping, Sequence

from arena import method
from arena.contestants import Contestant
from arena.evaluation.thresholds import elsewhere
from arena.judging import JUDGINGS
from arena.probes import Probe, Reading, Reply
from arena.store import QuestionRecord, ReadingRecord
from arena.suites.suite import Question
from arena.tasks import READERS, Reader


def question_records(questions: Iterable[Question]) -> list[QuestionRecord]:
    """Questions as the store keeps them."""
    return [
        QuestionRecord(asked.id, asked.item, asked.family, asked.probe, asked.slices, asked.gold, asked.audience)
        for asked in questions
    ]


def read_by_rules(
    question: Question, reply: Reply, contestant: Contestant, *, drawn: bool, readers: Mapping[str, Reader] = READERS
) -> ReadingRecord:
    """What the rules of the question's task make of a reply.

    Args:
        question: what the contestant was asked.
        reply: what it replied.
        contestant: who replied.
        drawn: whether the suite shows drawn scenes, on which verification thresholds are fitted.
        readers: task -> how its replies are read.
    """
    reading = _by_rules(question, reply, contestant, drawn=drawn, readers=readers)
    return ReadingRecord(question.id, contestant.id, reading, method.VERSION)


def verdict_probes(question: Question, reply: Reply) -> list[Probe]:
    """What to ask a judge about a reply: nothing where it is no answer, or where rules alone read the task."""
    judging = JUDGINGS.get(question.probe.task)
    return judging.judge_probes(question, reply) if judging else []


def read_by_judge(
    question: Question,
    reply: Reply,
    contestant: Contestant,
    verdicts: Sequence[Reply],
    judge_id: str,
    *,
    drawn: bool,
    readers: Mapping[str, Reader] = READERS,
) -> ReadingRecord:
    """What a judge made of a reply; what the rules make of it where no judge reads the task.

    Args:
        question: what the contestant was asked.
        reply: what it replied.
        contestant: who replied.
        verdicts: the judge's replies to `verdict_probes`, in order.
        judge_id: contestant id of the judge.
        drawn: as for `read_by_rules`.
        readers: as for `read_by_rules`.
    """
    judging = JUDGINGS.get(question.probe.task)
    if judging is None:
        reading = _by_rules(question, reply, contestant, drawn=drawn, readers=readers)
    else:
        reading = judging.read_verdicts(question, reply, verdicts)
    return ReadingRecord(question.id, contestant.id, reading, method.VERSION, judge_id)


def _by_rules(
    question: Question, reply: Reply, contestant: Contestant, *, drawn: bool, readers: Mapping[str, Reader]
) -> Reading:
    reading = readers[question.probe.task](question.probe, reply, question.gold)
    return reading if drawn else elsewhere(reading, question, reply, contestant)
