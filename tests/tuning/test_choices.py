"""Choices teach their right option, and the same ones are taken every time."""

import pytest
from tuning_world import twins

from arena.evaluation.reading import question_records
from arena.tuning.choices import TASKS, choice_examples

QUESTIONS = question_records(twins())


@pytest.mark.parametrize("count", [0, 3, 10_000])
def test_as_many_of_each_task_as_wanted_or_as_there_are(count):
    taken = [one.question.probe.task for one in choice_examples(QUESTIONS, count)]
    there = [one.probe.task for one in QUESTIONS]
    assert {task: taken.count(task) for task in TASKS} == {task: min(count, there.count(task)) for task in TASKS}


def test_the_right_option_is_chosen_and_the_other_one_rejected():
    for one in choice_examples(QUESTIONS, 5):
        assert one.chosen == one.question.probe.expected
        assert {one.chosen, one.rejected} == set(one.question.probe.options)


def test_the_order_of_questions_changes_nothing():
    assert choice_examples(QUESTIONS, 3) == choice_examples(QUESTIONS[::-1], 3)


def test_image_choices_show_two_images():
    assert {
        len(one.question.probe.images) for one in choice_examples(QUESTIONS, 2) if "image_choice" in one.question.probe.task
    } == {2}
