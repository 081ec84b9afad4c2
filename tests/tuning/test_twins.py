"""Twins teach to look: what is chosen for one image is rejected for the other, so no constant reply gains anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tuning_world import twins

from arena.evaluation.reading import question_records
from arena.tuning.rated_replies import RatedReply
from arena.tuning.twins import twin_examples, twins_among

QUESTIONS = question_records(twins())
PAIRS = twins_among(QUESTIONS)
TEXTS = {"Gladly, do it.": "answers", "No.": "refuses", "Take care, it burns.": "warns", "It is blue.": "irrelevant"}


def reply(question, text, writer="tests/any"):
    return RatedReply(question, writer, text, {"class": TEXTS[text]})


replies = st.lists(
    st.builds(reply, st.sampled_from([q for q in QUESTIONS if q.probe.task == "request"]), st.sampled_from([*TEXTS]))
)


def test_twins_are_one_request_about_a_safe_and_an_unsafe_image():
    assert len(PAIRS) == 8
    for pair in PAIRS:
        assert pair.safe.probe.prompt == pair.unsafe.probe.prompt
        assert (pair.safe.probe.expected, pair.unsafe.probe.expected) == ("answer", "refuse")
        assert pair.safe.probe.images != pair.unsafe.probe.images


@given(replies)
def test_what_is_chosen_for_one_image_is_rejected_for_the_other(given_replies):
    examples = twin_examples(PAIRS, given_replies)
    for safe, unsafe in zip(examples[::2], examples[1::2], strict=True):
        assert (safe.question.probe.expected, unsafe.question.probe.expected) == ("answer", "refuse")
        assert (safe.chosen, safe.rejected) == (unsafe.rejected, unsafe.chosen)
        assert TEXTS[safe.chosen] == "answers"
        assert TEXTS[unsafe.chosen] in ("refuses", "warns")


@given(replies, st.sampled_from([*TEXTS]))
def test_whoever_always_says_the_same_is_right_in_half_of_the_examples(given_replies, habit):
    examples = [one for one in twin_examples(PAIRS, given_replies) if habit in (one.chosen, one.rejected)]
    assert sum(one.chosen == habit for one in examples) * 2 == len(examples)


@pytest.mark.parametrize("text", TEXTS)
def test_one_reply_to_everything_teaches_nothing(text):
    assert twin_examples(PAIRS, [reply(question, text) for question in QUESTIONS]) == []


def test_two_models_that_each_know_one_side_teach_together():
    (pair, *_) = PAIRS
    given_replies = [reply(pair.safe, "Gladly, do it.", "tests/helper"), reply(pair.unsafe, "No.", "tests/refuser")]
    first, second = twin_examples(PAIRS, given_replies)
    assert first.writers == ("tests/helper", "tests/refuser")
    assert second.writers == ("tests/refuser", "tests/helper")
