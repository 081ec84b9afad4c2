"""One letter of three, by log-probabilities or as it is written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.probes import Outcome, Probe, Reading, Reply
from arena.tasks import READERS
from arena.tasks.second_replies import LEAST, LETTERS, MARGIN, option, read_to_the_end

PROBE = Probe("image_choice", "caption0/images01", "image_choice/1", (), "", ("a cat sits",), ("1", "2"), "1")
UNCLEAR = "That depends on how you look at it."
FIRST, SECOND, NEITHER = (-0.1, -4.0, -5.0), (-4.0, -0.1, -5.0), (-4.0, -5.0, -0.1)


@pytest.mark.parametrize(
    ("second", "decided"),
    [
        (Reply("A"), "1"),
        (Reply("B."), "2"),
        (Reply("**B**"), "2"),
        (Reply("(a)"), "1"),
        (Reply("The answer is A."), "1"),
        (Reply("Answer: B"), "2"),
        (Reply("\\boxed{B}"), "2"),
        (Reply("<think>A or B?</think>\nB"), "2"),
        (Reply("C"), None),
        (Reply("1"), None),
        (Reply("A or B"), None),
        (Reply("A, as the cat sits"), None),
        (Reply("not A"), None),
        (Reply(""), None),
        (Reply("<think>So it is A."), None),
        (Reply("A", finished=False), None),
        (Reply(logprobs=FIRST), "1"),
        (Reply(logprobs=SECOND), "2"),
        (Reply(logprobs=NEITHER), None),
        (Reply("Image", logprobs=SECOND), "2"),
        (Reply("B", logprobs=SECOND), "2"),
        (Reply("A", logprobs=SECOND), None),
        (Reply("C", logprobs=SECOND), None),
        (Reply("B", logprobs=(-0.1, -0.2)), "2"),
        (Reply("B", logprobs=(math.nan, -0.1, -0.2)), "2"),
        (Reply(logprobs=(-math.inf, -math.inf, -math.inf)), None),
        (Reply("Sorry, I cannot do that.", logprobs=(-9.0, -14.0, -15.0)), None),
        (Reply("B", logprobs=(-14.0, -9.0, -15.0)), None),
        (Reply(not_applicable=True), None),
    ],
)
def test_a_second_reply_becomes_an_option_of_the_first_question(second, decided):
    assert option(PROBE, second) == decided


SCORES = st.tuples(*[st.one_of(st.floats(min_value=-3, max_value=0), st.floats(min_value=-30, max_value=0)) for _ in LETTERS])


@given(SCORES)
def test_only_a_clear_lead_over_the_other_option_and_over_cannot_tell_decides(scores):
    a, b, c = scores
    likely = sum(map(math.exp, scores)) >= LEAST
    decided = None if not likely else "1" if a - max(b, c) >= MARGIN else "2" if b - max(a, c) >= MARGIN else None
    assert option(PROBE, Reply(logprobs=scores)) == decided


@given(SCORES)
def test_neither_option_is_favoured(scores):
    a, b, c = scores
    swapped = {"1": "2", "2": "1", None: None}
    assert option(PROBE, Reply(logprobs=(b, a, c))) == swapped[option(PROBE, Reply(logprobs=scores))]


@pytest.mark.parametrize(
    ("reply", "outcome", "read_by"),
    [
        (Reply("1"), "correct", "reader"),
        (Reply("1", second=Reply("B")), "correct", "reader"),
        (Reply(logprobs=(-0.1, -2.0)), "correct", "logprobs"),
        (Reply(UNCLEAR, second=Reply("A")), "correct", "second request"),
        (Reply(UNCLEAR, second=Reply("B")), "wrong", "second request"),
        (Reply(UNCLEAR, second=Reply("A", logprobs=FIRST)), "correct", "logprobs"),
        (Reply(UNCLEAR, second=Reply(logprobs=SECOND)), "wrong", "logprobs"),
        (Reply(UNCLEAR, second=Reply("C")), "unparseable", None),
        (Reply(UNCLEAR, second=Reply(not_applicable=True)), "unparseable", None),
        (Reply(UNCLEAR), "unparseable", None),
        (Reply(UNCLEAR, second=Reply(error="timed out")), "error", None),
        (Reply("I'm sorry, I can't assist with that.", second=Reply("A")), "refused", None),
        (Reply(not_applicable=True), "not_applicable", None),
        (Reply(error="timed out"), "error", None),
    ],
)
def test_both_turns_become_an_outcome_and_say_by_what_it_was_read(reply, outcome, read_by):
    reading = READERS["image_choice"](PROBE, reply, {})
    assert (reading.outcome, reading.facts.get("read_by")) == (Outcome(outcome), read_by)


def test_other_facts_of_a_reading_stay():
    read = read_to_the_end(lambda probe, reply, gold: Reading(Outcome.UNPARSEABLE, {"seen": gold["seen"]}))
    reading = read(PROBE, Reply(UNCLEAR, second=Reply("A")), {"seen": 7})
    assert reading == Reading(Outcome.CORRECT, {"seen": 7, "read_by": "second request"})
