"""From a reply to an outcome, whatever the backend gave."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.probes import Outcome, Probe, Reply
from arena.tasks import caption_choice

PROBE = Probe("caption_choice", "image0/captions01", "caption_choice/1", (), "", ("a cat sits", "a dog sits"), ("A", "B"), "A")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(text="A"), "correct"),
        (Reply(text="B"), "wrong"),
        (Reply(text="A", logprobs=(-9.0, -0.1)), "correct"),
        (Reply(text="", logprobs=(-0.1, -9.0)), "unparseable"),
        (Reply(text="Perhaps."), "unparseable"),
        (Reply(text="I'm sorry, I can't assist with that."), "refused"),
        (Reply(text="Sorry, the answer is A"), "correct"),
        (Reply(text="I'm sorry, but I cannot help. B"), "wrong"),
        (Reply(logprobs=(-0.1, -2.0)), "correct"),
        (Reply(logprobs=(-2.0, -0.1)), "wrong"),
        (Reply(logprobs=(-0.5, -0.5)), "wrong"),
        (Reply(logprobs=(-math.inf, -math.inf)), "wrong"),
        (Reply(logprobs=(-3.0, -math.inf)), "correct"),
        (Reply(logprobs=(math.nan, -0.5)), "error"),
        (Reply(logprobs=(-0.5, math.nan)), "error"),
        (Reply(logprobs=(-0.5,)), "error"),
        (Reply(logprobs=()), "error"),
        (Reply(), "error"),
        (Reply(error="out of memory"), "error"),
        (Reply(text="A", error="timed out"), "error"),
        (Reply(not_applicable=True), "not_applicable"),
    ],
)
def test_a_reply_becomes_an_outcome(reply, outcome):
    assert caption_choice.read(PROBE, reply) is Outcome(outcome)


SCORES = st.integers(min_value=-1000, max_value=1000)


@given(st.tuples(SCORES, SCORES), SCORES)
def test_adding_a_constant_to_all_scores_changes_nothing(scores, constant):
    plain = Reply(logprobs=(float(scores[0]), float(scores[1])))
    shifted = Reply(logprobs=(float(scores[0] + constant), float(scores[1] + constant)))
    assert caption_choice.read(PROBE, plain) is caption_choice.read(PROBE, shifted)


@given(st.tuples(st.floats(), st.floats()))
def test_any_scores_are_read(scores):
    broken = any(math.isnan(score) for score in scores)
    outcome = caption_choice.read(PROBE, Reply(logprobs=scores))
    assert (outcome is Outcome.ERROR) == broken
    assert (outcome is Outcome.CORRECT) == (scores[0] > scores[1])
