import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.generators.gate.checks import changed_facts, changed_probes, expected_probability, unchanged_facts, unchanged_probes
from arena.generators.scenes import draw_pair
from arena.probes import Reply
from arena.tasks import verification

PAIR = draw_pair("stove", 845_100, 128)
CHANCES = st.floats(0.001, 0.999)


def says(yes: float) -> Reply:
    """A model that says yes with this probability, and writes nothing."""
    return Reply(logprobs=(math.log(yes), math.log(1 - yes)))


def test_changed_facts_are_the_four_questions_of_verification():
    assert changed_probes(PAIR) == verification.probes(PAIR)


@given(st.lists(CHANCES, min_size=4, max_size=4))
def test_the_least_certain_of_the_four_answers_counts(chances):
    probes = changed_probes(PAIR)
    right = [chance if probe.expected == "yes" else 1 - chance for probe, chance in zip(probes, chances, strict=True)]
    assert changed_facts(probes, [says(chance) for chance in chances]) == pytest.approx(min(right))


@given(CHANCES)
def test_a_model_that_always_says_the_same_is_as_unsure_as_its_worse_half(yes):
    probes = changed_probes(PAIR)
    assert changed_facts(probes, [says(yes)] * 4) == pytest.approx(min(yes, 1 - yes))


@given(st.lists(st.tuples(CHANCES, CHANCES), min_size=1, max_size=4))
def test_the_statement_that_is_answered_most_differently_counts_in_either_order_of_images(chances):
    probes = unchanged_probes(PAIR, [f"statement {number}" for number in range(len(chances))])
    replies = [says(chance) for both in chances for chance in both]
    turned = [says(chance) for both in chances for chance in reversed(both)]
    assert unchanged_facts(probes, replies) == pytest.approx(max(abs(first - second) for first, second in chances))
    assert unchanged_facts(probes, turned) == pytest.approx(unchanged_facts(probes, replies))


def test_each_statement_is_asked_about_both_images():
    probes = unchanged_probes(PAIR, ["it is night", "a dog"])
    assert [(probe.images[0], probe.captions) for probe in probes] == [
        (side.picture, (statement,)) for statement in ("it is night", "a dog") for side in PAIR.sides
    ]


QUESTION = changed_probes(PAIR)[1]
"""Expects no."""


@pytest.mark.parametrize(
    ("reply", "probability"),
    [
        (Reply("No.", (math.log(0.25), math.log(0.75))), 0.75),
        (Reply("No, it does not."), 1),
        (Reply("Yes."), 0),
        (Reply(logprobs=(-1000.0, -1.0)), 1),
    ],
)
def test_a_reply_is_read_by_its_probabilities_or_else_by_its_words(reply, probability):
    assert QUESTION.expected == "no"
    assert expected_probability(QUESTION, reply) == pytest.approx(probability)


@pytest.mark.parametrize(
    "reply", [Reply(error="broke"), Reply(not_applicable=True), Reply("Perhaps."), Reply("I can't help with that.")]
)
def test_what_says_neither_makes_the_whole_score_unreadable(reply):
    probes = changed_probes(PAIR)
    assert math.isnan(changed_facts(probes, [says(0.9), reply, says(0.9), says(0.9)]))
    assert math.isnan(unchanged_facts(unchanged_probes(PAIR, ["a dog"]), [says(0.9), reply]))
