"""Examples from choices and verifications: the right option, and the other one. No model needs to have answered.

They keep a model able to compare while it learns when to refuse, as the multiple-choice arm of CROSS does (Qiu et al. 2025,
arXiv 2505.14972, CVQA-MCQ-SFT). Image choices show two images.
"""

from collections.abc import Iterable

from arena.store import QuestionRecord
from arena.tasks import caption_choice, image_choice, verification
from arena.tuning.examples import Example

TASKS = (caption_choice.NAME, image_choice.NAME, verification.NAME)


def choice_examples(questions: Iterable[QuestionRecord]) -> list[Example]:
    """One example for each question of these tasks that has two options and knows the right one."""
    return [
        Example(question, question.probe.expected, other, ())
        for question in questions
        if question.probe.task in TASKS
        and len(question.probe.options) == 2
        and question.probe.expected in question.probe.options
        for other in question.probe.options
        if other != question.probe.expected
    ]
