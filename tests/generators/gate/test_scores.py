import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.generators.gate.scores import NOT_ASKED, SCORES, UNREADABLE, Bounds, judged

NUMBERS = st.floats(-10, 10)
LIMITS = st.none() | NUMBERS


@given(LIMITS, LIMITS, NUMBERS)
def test_a_value_passes_between_its_bounds_and_on_them(low, high, value):
    passes = (low is None or low <= value) and (high is None or value <= high)
    assert Bounds(low, high).hold(value) == passes
    assert judged(SCORES["ghost"], {"ghost": value}, Bounds(low, high)).passed == passes


@given(LIMITS, LIMITS)
def test_what_is_not_a_number_never_passes(low, high):
    score = judged(SCORES["ghost"], {"ghost": math.nan}, Bounds(low, high))
    assert not Bounds(low, high).hold(math.nan)
    assert (score.passed, score.value, score.words) == (False, None, UNREADABLE)


@pytest.mark.parametrize("name", [name for name, score in SCORES.items() if score.nothing])
def test_nothing_to_ask_passes_and_says_why(name):
    score = judged(SCORES[name], {name: None}, Bounds(0.5, 0.6))
    assert (score.passed, score.value, score.words) == (True, None, SCORES[name].nothing)


@pytest.mark.parametrize("name", SCORES)
def test_what_was_not_asked_does_not_pass(name):
    score = judged(SCORES[name], {}, Bounds())
    assert (score.passed, score.value, score.words) == (False, None, NOT_ASKED)


@pytest.mark.parametrize(
    ("name", "value", "bounds", "words"),
    [
        ("changed_area", 0.0731, Bounds(0.01, 0.4), "7.3 % of the image changed; 1.0 % to 40.0 % passes"),
        ("near_duplicate", 140, Bounds(low=31), "140 of 384 bits tell it from the most similar known image; 31 or more passes"),
        ("ghost", 0.6, Bounds(high=0.45), "the source shows through what changed by 0.60, of 1; 0.45 or less passes"),
        (
            "image_choice",
            0.5,
            Bounds(),
            "each caption has its own image, against the other, with at least 50.0 %; any value passes",
        ),
    ],
)
def test_words_say_value_and_bounds(name, value, bounds, words):
    assert judged(SCORES[name], {name: value}, bounds).words == words
