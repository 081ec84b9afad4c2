"""From a reply to an outcome, whatever the backend gave."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.probes import Outcome, Probe, Reply
from arena.tasks import caption_choice
from arena.tasks.reading import ROUNDING, likeliest

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
        (Reply(logprobs=(-0.693147180559945, -0.693147180559954)), "wrong"),
        (Reply(logprobs=(-0.693, -0.6935)), "correct"),
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


LONG_REASON = "The picture shows a cat that sits on a"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f"A\n\n{LONG_REASON}", "correct"),
        (f"**B**\n\n{LONG_REASON}", "wrong"),
        (f"The answer is A. {LONG_REASON}", "correct"),
        (f"<think>Perhaps B.</think>\nA\n{LONG_REASON}", "correct"),
        ("A", "unparseable"),
        ("The answer is A", "unparseable"),
        ("A. Wait", "unparseable"),
        ("A\nB", "unparseable"),
        (f"A. {LONG_REASON}", "unparseable"),
        (f"**A**. {LONG_REASON}", "unparseable"),
        (f"{LONG_REASON} mat. So A.", "unparseable"),
        (f"A\n\n{LONG_REASON}. Wait, B", "unparseable"),
        ("<think>The answer is A.\n", "unparseable"),
    ],
)
def test_a_reply_that_was_cut_decides_only_if_its_answer_stood_first_and_alone(text, outcome):
    assert caption_choice.read(PROBE, Reply(text=text, finished=False)) is Outcome(outcome)


@pytest.mark.parametrize("finished", [True, None])
def test_a_reply_that_ended_or_of_which_nobody_knows_is_read_whole(finished):
    assert caption_choice.read(PROBE, Reply(text="The answer is A", finished=finished)) is Outcome.CORRECT


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
    assert (outcome is Outcome.CORRECT) == (scores[0] - scores[1] > ROUNDING)


@given(st.lists(st.floats(-50, 0), min_size=2, max_size=5), st.data())
def test_what_wins_wins_however_rounding_moves_the_scores_within_the_tolerance(scores, data):
    options = tuple("ABCDE"[: len(scores)])
    moved = [score + data.draw(st.floats(-ROUNDING / 4, ROUNDING / 4)) for score in scores]
    winners = {likeliest(options, tuple(scores)), likeliest(options, tuple(moved))}
    assert len(winners - {None}) <= 1


@given(st.lists(st.floats(-50, 0), min_size=2, max_size=5), st.floats(0, ROUNDING / 2))
def test_a_score_that_only_rounding_lifts_above_the_highest_wins_nothing(scores, rounding):
    best = max(scores)
    assert likeliest(tuple("ABCDEF"[: len(scores) + 1]), (*scores, best + rounding)) is None
