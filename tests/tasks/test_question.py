"""Questions with yes or no, or with a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.images import Picture
from arena.probes import Outcome, Reply
from arena.tasks import READERS, question

PICTURE = Picture("0" * 64, b"")
TOLD = question.Instruction("told/1", {"yes_no": " Yes or no?", "multiple_choice": " Which?"}, "published")
YES_NO = question.probe("question0/image0", "Is it red?", "yes_no", PICTURE, "no")
LETTER = question.probe("question0/image0", "What is it? Option: A:a dog; B:a cat;", "multiple_choice", PICTURE, "B")


def outcome(probe, reply):
    return READERS["question"](probe, reply if isinstance(reply, Reply) else Reply(reply), {}).outcome


@pytest.mark.parametrize(
    ("probe", "text", "expected"),
    [
        (YES_NO, "No", "correct"),
        (YES_NO, "No, it is blue.", "correct"),
        (YES_NO, "no, it is blue. Yes, blue.", "unparseable"),
        (YES_NO, "I know of no reason to say yes.", "unparseable"),
        (YES_NO, "Well, yes and no.", "unparseable"),
        (YES_NO, "Yes", "wrong"),
        (YES_NO, "The answer is YES.", "wrong"),
        (YES_NO, "I know nothing", "unparseable"),
        (YES_NO, "Nein", "correct"),
        (YES_NO, "<think>Yes? It seems so.</think>No.", "correct"),
        (YES_NO, "No, I can't help with that.", "refused"),
        (YES_NO, "I'm sorry, but I can't assist with that request.", "refused"),
        (LETTER, "B", "correct"),
        (LETTER, "B: a cat", "correct"),
        (LETTER, "(b)", "correct"),
        (LETTER, "Option A", "wrong"),
        (LETTER, "It is a cat.", "unparseable"),
        (LETTER, "A dog is in the picture.", "unparseable"),
        (LETTER, "Both A and B could be true.", "unparseable"),
        (LETTER, "The second option.", "correct"),
        (LETTER, "", "unparseable"),
        (LETTER, "I'm sorry, I can't help with that.", "refused"),
    ],
)
def test_a_clear_reply_decides_and_no_other_is_guessed(probe, text, expected):
    assert outcome(probe, text) == expected


@pytest.mark.parametrize(
    ("probe", "text", "option"),
    [
        (YES_NO, "Yes", "yes"),
        (YES_NO, "I know of no reason to say yes.", "no"),
        (YES_NO, "<think>Yes?</think>NO.", "yes"),
        (YES_NO, "I know nothing.", ""),
        (LETTER, "It is a dog.", "A"),
        (LETTER, "b", "B"),
        (LETTER, "Both", ""),
    ],
)
def test_the_first_word_is_told_as_the_published_code_reads_it(probe, text, option):
    assert question.read(probe, Reply(text), {}).facts == {"first_word": option}


@pytest.mark.parametrize("reply", [Reply(logprobs=(-2.0, -1.0)), Reply(not_applicable=True), Reply(error="out of memory")])
def test_what_was_not_written_has_no_first_word(reply):
    assert question.read(YES_NO, reply, {}).facts == {}


def test_log_probabilities_are_read_where_nothing_is_written():
    assert outcome(YES_NO, Reply(logprobs=(-2.0, -1.0))) is Outcome.CORRECT
    assert outcome(YES_NO, Reply(logprobs=(-1.0, -1.0))) is Outcome.WRONG
    assert outcome(LETTER, Reply(not_applicable=True)) is Outcome.NOT_APPLICABLE
    assert outcome(LETTER, Reply(error="out of memory")) is Outcome.ERROR


@given(st.text(max_size=80))
def test_no_reply_breaks_the_reader(text):
    assert outcome(YES_NO, text) in set(Outcome)
    assert outcome(LETTER, text) in set(Outcome)


def test_the_instruction_ends_the_prompt_and_names_its_template():
    assert YES_NO.prompt == "Is it red?\nAnswer with yes or no."
    assert (YES_NO.options, LETTER.options, YES_NO.template) == (("yes", "no"), ("A", "B"), "question/2")
    told = question.probe("question0/image0", "Is it red?", "yes_no", PICTURE, "no", instruction=TOLD)
    assert (told.prompt, told.template) == ("Is it red? Yes or no?", "told/1")
    assert told.key != YES_NO.key
