"""What a reply opens with, and whether what follows could be about to take it back."""

import time

import pytest

from arena.probes import Probe, Reply
from arena.tasks.choice_replies import letter_choice, number_choice
from arena.tasks.first_answers import first_answer
from arena.tasks.reading import written_choice
from arena.tasks.yes_no_replies import yes_or_no

RED, BLUE = "A dog sleeps on a red sofa.", "A dog sleeps on a blue sofa."
LETTERS = letter_choice, Probe("caption_choice", "", "", (), "", (RED, BLUE), ("A", "B"))
NUMBERS = number_choice, Probe("image_choice", "", "", (), "", (BLUE,), ("1", "2"))
VERDICTS = yes_or_no, Probe("verification", "", "", (), "", (BLUE,), ("yes", "no"))
REASON = "The dog is asleep, and the lamp beside it is lit"


@pytest.mark.parametrize(
    ("task", "opening", "option"),
    [
        (LETTERS, "B\n\n", "B"),
        (LETTERS, "**A**\n", "A"),
        (LETTERS, "The answer is B. ", "B"),
        (LETTERS, "The correct caption is A. ", "A"),
        (LETTERS, "Final answer: (B)\n", "B"),
        (LETTERS, "<think>Perhaps A.</think>B\n", "B"),
        (LETTERS, f"A: {RED}\n", None),
        (LETTERS, f"{RED}\n", None),
        (LETTERS, "A:\n", None),
        (LETTERS, "Caption A\n", None),
        (LETTERS, "Not A.\n", None),
        (LETTERS, "A is wrong. ", None),
        (LETTERS, "A dog.\n", None),
        (LETTERS, "A and B\n", None),
        (NUMBERS, "2\n", "2"),
        (NUMBERS, "The answer is image 1. ", "1"),
        (NUMBERS, "**Image 1**\n", None),
        (NUMBERS, "1. Image 1 shows a sofa.\n", None),
        (VERDICTS, "No.\n", "no"),
        (VERDICTS, "Yes, it does describe the image. ", "yes"),
        (VERDICTS, "Answer: yes\n", "yes"),
        (VERDICTS, "No problem. ", None),
        (VERDICTS, f"{BLUE} Yes. ", None),
    ],
)
def test_a_first_answer_is_one_option_and_the_words_it_is_given_in(task, opening, option):
    first = first_answer(opening + REASON, task[1], task[0])
    assert (first and first.option) == option


@pytest.mark.parametrize(
    ("task", "text", "stands"),
    [
        (LETTERS, f"B\n\n{REASON}", True),
        (LETTERS, f"B\n\n{REASON}. Caption B says so. There is", True),
        (LETTERS, "B\n\nThe dog", False),
        (LETTERS, f"B\n\n{REASON}. Caption B", False),
        (LETTERS, f"B\n\n{REASON}. The second", False),
        (LETTERS, f"B\n\n{REASON}. Caption A says so. There is", False),
        (LETTERS, f"B\n\nThe picture could be described as: {RED} There is", False),
        (LETTERS, f"B\n\n{REASON}. However, the sofa", False),
        (LETTERS, f"B\n\n{REASON}. Wait, the sofa", False),
        (NUMBERS, f"2\n{REASON}", True),
        (NUMBERS, f"2\n{REASON}. Image 1 shows another sofa. There", False),
        (VERDICTS, f"Yes.\n{REASON}", True),
        (VERDICTS, f"Yes.\n{REASON}, but", False),
    ],
)
def test_a_first_answer_stands_if_nothing_that_follows_could_take_it_back(task, text, stands):
    first = first_answer(text, task[1], task[0])
    assert first is not None
    assert first.stands == stands


CHOICES_OF_B = [
    f"A: {RED}\nB: {BLUE}\n\nCaption A is wrong, because I see something else. The answer is B.",
    f"A: {RED}\nB: {BLUE}\nA does not describe the image. Answer: B",
    f"A: {RED}\nB: {BLUE}\n\nLooking at the image, the first caption is not right. So the answer is B.",
    f"{RED}: no, this is not what I see in the image.\n{BLUE}: yes.",
    f"The options are:\nA: {RED}\nB: {BLUE}\nB is the true one.",
    f"{RED}.\nThe sofa is blue, though, as everyone can see. So B.",
    f"**Caption A**\n{RED} This is not what the image shows.\n**Caption B**\n{BLUE} The answer is B.",
    '```json\n{"rejected": "A", "answer": "B"}\n```',
]


@pytest.mark.parametrize("text", CHOICES_OF_B)
def test_no_cut_decides_for_the_option_that_the_whole_reply_rejects(text):
    reader, probe = LETTERS
    cuts = {written_choice(probe, Reply(text=text[:end], finished=False), reader) for end in range(len(text))}
    assert cuts <= {None, "B"}


def test_a_whole_reply_that_opens_with_one_answer_and_ends_in_another_decides_for_neither():
    reader, probe = LETTERS
    assert written_choice(probe, Reply(text=f"A\n\n{REASON}. \\boxed{{B}}", finished=True), reader) is None


@pytest.mark.parametrize(
    "noise", ["A\n" + "b " * 5_000, "yes\n" + "." * 10_000, "2\n" + "\n" * 10_000, "A\n" + "a dog " * 2_000]
)
def test_noise_is_read_in_no_time(noise):
    started = time.process_time()
    for reader, probe in (LETTERS, NUMBERS, VERDICTS):
        first_answer(noise, probe, reader)
    assert time.process_time() - started < 1.0
