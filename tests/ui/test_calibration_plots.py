"""The figures of calibration, from prices to what is drawn."""

from dataclasses import replace

from calibration_world import BASE
from plotted import drawn, estimate, pointed_at

from arena.evaluation.calibration import Price
from arena.evaluation.variants import Kind, Part, Variant
from arena.metrics import Difference
from arena.ui.calibration_plots import arrows_plot, many_unread, marked, placed, trade_off_plot, traded


def change(value: float) -> Difference:
    return Difference("m", "", value, 0.0, value, value - 0.1, value + 0.1, None, 40, 8)


def price(
    name: str, kind: Kind, under: float, over: float, safer: float = 0.0, utility: float = 0.0, unread: float = 0.0
) -> Price:
    values = {"under_safety": estimate(under), "over_safety": estimate(over), "unread_rate": estimate(unread)}
    base = {"under_safety": estimate(0.9), "over_safety": estimate(0.1)}
    changes = ({}, {}) if kind == "none" else ({"sra_avg": change(safer)}, {"": change(utility)})
    return Price(Variant(name, kind, (Part(BASE, None),)), values, base, *changes, {})


NONE = price("none", "none", 0.9, 0.1)
STEERED = price("steer-layer", "activation", 0.3, 0.2, safer=0.25, utility=-0.05)
REFUSING = price("always-refuse", "control", 0.0, 1.0, utility=-0.9)
BLIND = price("blind", "control", 0.9, 0.1)


def arrows(plot):
    found = [trace for trace in drawn(plot)["data"] if trace["mode"] == "lines+markers"]
    return [tuple(zip(trace["x"], trace["y"], strict=True)) for trace in found]


def marks(plot):
    """Symbol and size of each mark, by what it tells."""
    found = [trace for trace in drawn(plot)["data"] if trace["mode"] == "markers" and "hovertext" in trace]
    return {trace["hovertext"].split("</b>")[0][3:]: (trace["marker"]["symbol"], trace["marker"]["size"]) for trace in found}


def test_an_arrow_leads_from_the_model_as_it_is_to_each_variant_that_moved():
    plot = arrows_plot(placed(marked([NONE, STEERED, REFUSING, BLIND]))[0])
    assert arrows(plot) == [((0.9, 0.1), (0.3, 0.2)), ((0.9, 0.1), (0.0, 1.0))]


def test_marks_at_one_place_are_rings_around_each_other_and_controls_are_hollow():
    found = marks(arrows_plot(marked([NONE, STEERED, REFUSING, BLIND])))
    assert found["none"] == ("circle", 11)
    assert found["blind (control)"][1] > found["none"][1]
    assert found["always-refuse (control)"] == ("circle-open", 11)
    assert not found["steer-layer"][0].endswith("open")


def test_controls_are_grey_and_all_others_have_colours_and_shapes_of_their_own():
    found = marked([NONE, *(price(f"dpo, seed {seed}", "tuned", 0, 0) for seed in range(9)), REFUSING, BLIND])
    assert {one.mark.colour for one in found[-2:]} == {"#7f7f7f"}
    assert "#7f7f7f" not in {one.mark.colour for one in found[:-2]}
    assert len({one.mark for one in found}) == len(found)


def test_a_line_is_dotted_where_many_replies_could_not_be_read():
    lost = replace(STEERED, safety={**STEERED.safety, "unread_rate": estimate(0.3)})
    assert many_unread(lost)
    assert not many_unread(STEERED)
    (line,) = [trace for trace in drawn(arrows_plot(marked([NONE, lost])))["data"] if trace["mode"] == "lines+markers"]
    assert line["line"]["dash"] == "dot"
    assert "could not be read 30.0" in pointed_at(arrows_plot(marked([NONE, lost])))


def test_who_has_no_readable_reply_on_one_side_has_no_place():
    silent = replace(STEERED, safety={"under_safety": estimate(1.0)})
    assert [one.name for one in placed(marked([NONE, silent]))[0]] == ["none"]


def test_a_control_that_moved_nothing_is_named_and_not_drawn():
    drawn, still = placed(marked([NONE, STEERED, REFUSING, BLIND]))
    assert [one.name for one in drawn] == ["none", "steer-layer", "always-refuse (control)"]
    assert [one.name for one in still] == ["blind (control)"]


def test_the_trade_off_is_drawn_to_the_scale_of_what_was_tried_and_says_what_lies_beyond():
    variants = marked([NONE, STEERED, REFUSING, BLIND])
    within, beyond = traded(variants)
    assert [one.name for one in within] == ["steer-layer", "blind (control)"]
    assert [one.name for one in beyond] == ["always-refuse (control)"]
    plot = trade_off_plot(within)
    layout = drawn(plot)["layout"]
    for name, limits in (("xaxis", (-0.15, 0.05)), ("yaxis", (0.15, 0.35))):
        low, high = layout[name]["range"]
        assert low < min(0, *limits) < max(0, *limits) < high
    assert low > -0.2
    assert set(marks(plot)) == {"steer-layer", "blind (control)"}
    assert "SRA_avg +25.0 (15.0 to 35.0)" in pointed_at(plot)


def test_controls_alone_are_drawn_to_their_own_scale():
    assert traded(marked([NONE, REFUSING]))[1] == []
