import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ui.plots import Interval, Scale, interval_plot, round_ticks

ratings = st.floats(-3000, 3000, allow_nan=False)


@given(ratings, ratings)
def test_ticks_cover_the_values_in_even_round_steps(one, other):
    low, high = sorted((one, other))
    ticks = round_ticks(low, high)
    assert ticks[0] <= low + 1e-6
    assert high - 1e-6 <= ticks[-1]
    steps = {round(later - earlier) for earlier, later in itertools.pairwise(ticks)}
    assert len(steps) == 1
    assert 2 <= len(ticks) <= 13
    assert re.fullmatch(r"[125]0*", str(steps.pop()))


@given(st.floats(allow_nan=False))
def test_every_value_lies_on_the_scale(value):
    share = float(Scale(800, 1200).percent(value).removesuffix("%"))
    assert 0 <= share <= 100


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [
        (950.0, 1050.0, "1000, 950 to 1050"),
        (950.0, None, "1000, from 950 up"),
        (None, 1050.0, "1000, up to 1050"),
        (None, None, "1000, no bounds yet"),
    ],
)
def test_an_open_interval_says_that_it_is_open(low, high, reading):
    assert f"model: {reading}" in interval_plot([Interval("model", 1000, low, high)], "Rating", 1000)


def test_a_plot_of_nothing_is_nothing():
    assert interval_plot([], "Rating", 1000) == ""


def test_names_are_escaped():
    assert "<script>" not in interval_plot([Interval("<script>", 1000, 990, 1010)], "Rating", 1000)
