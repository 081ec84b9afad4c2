"""From questions to what is asked about them, and what is made of the replies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from arena.contestants import Contestant
from arena.evaluation.choosing import Inquiry
from arena.evaluation.reading import read_by_judge, read_by_rules, verdict_probes
from arena.probes import Reply
from arena.store import ReadingRecord
from arena.suites.suite import Question, Suite


def contestant_inquiries(questions: Iterable[Question], contestant: Contestant, suite: Suite) -> list[Inquiry]:
    """What a contestant is asked: each probe once, whose reply answers all the questions that it belongs to."""
    same: dict[str, list[Question]] = {}
    for question in questions:
        same.setdefault(question.probe.key, []).append(question)
    return [_contestant_inquiry(asked, contestant, suite) for asked in same.values()]


def judge_inquiries(
    questions: Iterable[Question], replies: Mapping[str, Reply], contestant: Contestant, judge: Contestant, suite: Suite
) -> list[Inquiry]:
    """What a judge is asked about a contestant's replies: question id -> reply."""
    answered = [question for question in questions if question.id in replies]
    return [_judge_inquiry(question, replies[question.id], contestant, judge, suite) for question in answered]


def _contestant_inquiry(same: Sequence[Question], contestant: Contestant, suite: Suite) -> Inquiry:
    def read(replies: Sequence[Reply]) -> list[ReadingRecord]:
        return [read_by_rules(question, replies[0], contestant, drawn=suite.drawn, readers=suite.readers) for question in same]

    probe = replace(same[0].probe, family=same[0].family)
    return Inquiry(same[0].item, (probe,), read, len(same))


def _judge_inquiry(question: Question, reply: Reply, contestant: Contestant, judge: Contestant, suite: Suite) -> Inquiry:
    def read(verdicts: Sequence[Reply]) -> list[ReadingRecord]:
        return [read_by_judge(question, reply, contestant, verdicts, judge.id, drawn=suite.drawn, readers=suite.readers)]

    return Inquiry(question.item, tuple(verdict_probes(question, reply)), read, 1)
