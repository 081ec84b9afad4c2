import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotted import drawn, ends, estimate, pointed_at, with_bars

from arena.ui.benchmark_plots import Row, Series, degradation_plot, interval_plot, world_plot
from arena.ui.plotly_look import mark

HOSTILE = "<script>alert(1)</script> & co"
shares = st.floats(0, 1)


@given(st.lists(st.lists(shares, min_size=3, max_size=3).map(sorted), min_size=1, max_size=6))
@settings(max_examples=20)
def test_every_interval_is_drawn_from_its_lower_to_its_upper_limit(limits):
    rows = [Row(str(index), estimate(middle, low, high), mark(index)) for index, (low, middle, high) in enumerate(limits)]
    found = [end for trace in with_bars(interval_plot(rows, share=True)) for end in ends(trace)]
    assert found == [pytest.approx((low, high), abs=1e-12) for low, _, high in limits]


def test_rows_go_from_top_to_bottom_under_their_names():
    rows = [Row(name, estimate(0.5, 0.4, 0.6), mark(0)) for name in ("best", "middle", "worst")]
    plot = drawn(interval_plot(rows, share=True))
    assert [trace["y"] for trace in plot["data"]] == [[0], [1], [2]]
    assert [note["text"] for note in plot["layout"]["annotations"]] == ["best", "middle", "worst"]
    bottom, top = plot["layout"]["yaxis"]["range"]
    assert bottom > 2
    assert top < 0


def test_what_has_no_value_is_left_out_and_what_has_no_limit_has_no_bar():
    rows = [Row("nothing", estimate(None), mark(0)), Row("open", estimate(0.4, None, 0.6), mark(1))]
    (trace,) = with_bars(interval_plot(rows, share=True))
    assert ends(trace) == [pytest.approx((0.4, 0.6))]
    assert "up to 60.0" in pointed_at(interval_plot(rows, share=True))


def test_a_row_without_an_interval_is_hollow_and_the_plot_says_why():
    rows = [Row("open", estimate(0.4, families=1), mark(0)), Row("bounded", estimate(0.4, 0.3), mark(1))]
    plot = drawn(interval_plot(rows, share=True))
    assert [trace["marker"]["symbol"] for trace in plot["data"]] == ["circle-open", "square"]
    assert plot["layout"]["annotations"][-1]["text"] == "Hollow: no interval, for it rests on one family"
    assert "no interval: one family" in pointed_at(interval_plot(rows, share=True))


def test_chance_is_marked_on_the_line_of_each_metric_that_has_one():
    rows = [Row("a", estimate(0.5, chance=0.25), mark(0)), Row("b", estimate(0.5), mark(1))]
    (tick,) = drawn(interval_plot(rows, share=True))["layout"]["shapes"]
    assert (tick["x0"], tick["x1"]) == (0.25, 0.25)
    assert tick["y0"] < 0 < tick["y1"]


@pytest.mark.parametrize(("value", "share", "covers_all"), [(0.3, True, True), (-0.2, True, False), (1.7, False, False)])
def test_shares_are_drawn_from_0_to_100_percent_and_other_numbers_as_far_as_they_go(value, share, covers_all):
    axis = drawn(interval_plot([Row("a", estimate(value), mark(0))], share=share))["layout"]["xaxis"]
    assert ("range" in axis) == covers_all


def test_pointing_at_a_mark_tells_its_numbers():
    told = pointed_at(interval_plot([Row("otter", estimate(0.612, 0.5, 0.7), mark(0))], share=True))
    for part in ("otter", "61.2", "50.0 to 70.0", "40 items", "8 families"):
        assert part in told


def test_names_are_text_and_not_markup():
    plot = interval_plot([Row(HOSTILE, estimate(0.5), mark(0))], share=True)
    assert "<script>" not in str(plot.to_json())


@pytest.fixture
def degradation():
    def curve(name: str, index: int, clean: float) -> Series:
        levels = {level: estimate(clean + level / 20, clean, 1.0) for level in (5, 3, 1, 4, 2)}
        return Series(name, mark(index), {"motion_blur": levels, "low_light": levels, "occlusion": levels}, estimate(clean))

    return degradation_plot([curve("hallucination", 0, 0.1), curve("omission", 1, 0.4)])


def test_there_is_a_panel_for_each_corruption(degradation):
    titles = [note["text"] for note in drawn(degradation)["layout"]["annotations"]]
    assert titles == ["Motion blur", "Low light", "Occlusion"]
    assert {trace["xaxis"] for trace in drawn(degradation)["data"]} == {"x", "x2", "x3"}


def test_curves_go_by_severity_and_rise_from_their_clean_level(degradation):
    for trace in with_bars(degradation, "error_y"):
        assert [round(at) for at in trace["x"]] == [1, 2, 3, 4, 5]
        assert trace["y"] == sorted(trace["y"])
        assert all(high == pytest.approx(1) for _, high in ends(trace, "y"))


def test_the_clean_level_is_a_level_line_in_every_panel_in_the_colour_of_its_curve(degradation):
    lines = [trace for trace in drawn(degradation)["data"] if trace["mode"] == "lines"]
    assert sorted((trace["xaxis"], *trace["y"], trace["line"]["color"]) for trace in lines) == sorted(
        (axis, level, level, mark(index).colour) for axis in ("x", "x2", "x3") for index, level in enumerate((0.1, 0.4))
    )


def test_intervals_of_two_curves_do_not_lie_on_each_other(degradation):
    first, second, *_ = with_bars(degradation, "error_y")
    assert all(abs(one - other) > 0.05 for one, other in zip(first["x"], second["x"], strict=True))


def test_a_country_is_coloured_by_its_value_and_told_when_pointed_at():
    plot = world_plot(
        {"Japan": estimate(0.25), "Saudi Arabia": estimate(0.75), "Atlantis": estimate(0.5), "Iran": estimate(None)}
    )
    land, countries = drawn(plot)["data"]
    values = {value for row in countries["z"] for value in row if value is not None}
    assert values == {0.25, 0.75}
    assert (countries["zmin"], countries["zmax"]) == (0, 1)
    told = "\n".join(text for row in countries["hovertext"] for text in row)
    assert "Japan" in told
    assert "Saudi Arabia" in told
    assert "Atlantis" not in told
    assert len(land["z"]) == len(countries["z"])
