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
        (None, None, "1000, no interval: one family"),
    ],
)
def test_an_open_interval_says_that_it_is_open(low, high, reading):
    assert f"model: {reading}" in interval_plot([Interval("model", 1000, low, high, "one family")], "Rating", 1000)


@pytest.mark.parametrize(
    ("line", "mark", "legend"),
    [
        (Interval("model", 1000, 950, 1050), "dot", None),
        (Interval("model", 1000, None, None, "one family"), "hollow", "No interval: one family"),
        (Interval("model", None, 1178, None, "undefeated"), "up", "At least this good: undefeated"),
        (Interval("model", None, None, 822, "winless"), "down", "At most this good: winless"),
    ],
)
def test_what_has_no_interval_is_drawn_otherwise_and_the_legend_says_why(line, mark, legend):
    plot = interval_plot([line], "Rating", 1000)
    assert re.findall(r'<i class="mark (\w+)" style', plot) == [mark]
    assert re.findall(r"</i> ([^<\n]+)", plot) == ([legend] if legend else [])


def test_a_hollow_dot_has_no_line():
    assert 'class="span' in interval_plot([Interval("model", 1000, 950, None)], "Rating", 1000)
    assert 'class="span' not in interval_plot([Interval("model", 1000, None, None)], "Rating", 1000)


def test_a_bound_is_read_as_one_and_has_room_beyond_it():
    lines = [Interval("best", None, 1200, None, "undefeated"), Interval("worst", None, None, 800, "winless")]
    plot = interval_plot(lines, "Rating", 1000)
    assert "best: &gt; 1200, undefeated" in plot
    assert "worst: &lt; 800, winless" in plot
    ticks = [int(tick) for tick in re.findall(r"<b>(\d+)</b>", plot)]
    assert ticks[0] < 800
    assert ticks[-1] > 1200


def test_a_plot_of_nothing_is_nothing():
    assert interval_plot([], "Rating", 1000) == ""


def test_names_are_escaped():
    assert "<script>" not in interval_plot([Interval("<script>", 1000, 990, 1010)], "Rating", 1000)
