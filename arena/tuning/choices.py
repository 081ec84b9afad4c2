"""Examples from choices and verifications: the right option, and the other one. No model needs to have answered.

They keep a model able to compare while it learns when to refuse, as the multiple-choice arm of CROSS does (Qiu et al. 2025,
arXiv 2505.14972, CVQA-MCQ-SFT). Image choices show two images.
"""

import hashlib
from collections.abc import Iterable

from arena.store import QuestionRecord
from arena.tasks import caption_choice, image_choice, verification
from arena.tuning.examples import Example

TASKS = (caption_choice.NAME, image_choice.NAME, verification.NAME)


def choice_examples(questions: Iterable[QuestionRecord], count: int) -> list[Example]:
    """Examples of questions that have two options and know the right one: of each task `count`, or as many as there are.

    Which are taken is decided by a hash of the question, so the same ones every time.
    """
    known = [one for one in questions if len(one.probe.options) == 2 and one.probe.expected in one.probe.options]
    known.sort(key=lambda one: hashlib.sha256(one.id.encode()).digest())
    taken = [one for task in TASKS for one in [one for one in known if one.probe.task == task][:count]]
    return [_example(one) for one in taken]


def _example(question: QuestionRecord) -> Example:
    expected = question.probe.expected
    (other,) = (option for option in question.probe.options if option != expected)
    return Example(question, expected, other, ())
