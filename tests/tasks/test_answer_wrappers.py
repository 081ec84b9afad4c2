"""One unwrapping for all short replies."""

import pytest

from arena.tasks.answer_wrappers import unwrapped


@pytest.mark.parametrize(
    "reply",
    [
        "B",
        "**B**",
        "(B)",
        "[B]",
        "> B",
        "- B",
        "B<|im_end|>",
        "```\nB\n```",
        "\\boxed{B}",
        "So $\\boxed{\\text{B}}$ it is.",
        "<answer> B </answer>",
        "Hmm. <|begin_of_box|>B<|end_of_box|>",
        '{"reason": "A is a lamp", "answer": "B"}',
        "```json\n{'choice': 'B'}\n```",
        "A?</think>B",
        "[THINK]A[/THINK]B",
        "<|channel|>analysis<|message|>A<|end|><|start|>assistant<|channel|>final<|message|>B",
        "<|channel>thought\nA<channel|>B",
    ],
)
def test_only_the_answer_is_left(reply):
    assert unwrapped(reply) == "b"


@pytest.mark.parametrize("reply", ["<think>B", "", '{"A": "lamp"}', "[THINK]B", '{"answer": "A", "is_wrong": true}', "~~A~~"])
def test_nothing_is_left_where_nothing_answers(reply):
    assert unwrapped(reply) == ""


def test_two_answers_that_are_set_apart_both_stay():
    assert unwrapped("\\boxed{A} or \\boxed{B}").split() == ["a", "b"]


@pytest.mark.parametrize(
    ("reply", "words"), [("!A", "is not a"), ("A != true", "a is not true"), ("¬B", "is not b"), ("~A", "maybe a")]
)
def test_signs_that_deny_become_words(reply, words):
    assert " ".join(unwrapped(reply).split()) == words


def test_a_sentence_that_ends_with_an_exclamation_mark_denies_nothing_after_it():
    assert unwrapped("Oui ! Elle") == "oui ! elle"


def test_fields_that_judge_an_answer_stay_beside_it():
    assert unwrapped('{"answer": 1, "correct": false}').split() == ["1", "false"]
