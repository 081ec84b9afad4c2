"""Descriptions that models write of streets, and the classes that they name."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.images import Picture
from arena.probes import Outcome, Reading, Reply
from arena.scene_classes import CLASSES
from arena.tasks import READERS, scene_description
from arena.tasks.folding import fold
from arena.tasks.scene_mentions import classes_named

PROBE = scene_description.probe(Picture("0" * 64, b""))

REPLIES = [
    ("road, sidewalk, building, sky", "road, sidewalk, building, sky"),
    ("Road, buildings, cars, traffic lights.", "road, building, car, traffic light"),
    ("", ""),
    ("Nothing.", ""),
    ("I see a quiet scene.", ""),
    ("There are two cars and a bus on the road.", "car, bus, road"),
    ("A car is parked at the bus stop.", "car"),
    ("A streetcar passes.", "train"),
    ("A tram on tram tracks", "train"),
    ("train tracks", ""),
    ("The train station is on the left.", "building"),
    ("A cyclist waits.", "rider, bicycle"),
    ("A motorcyclist ahead", "rider, motorcycle"),
    ("A man on a bicycle", "rider, bicycle"),
    ("a woman is riding her red bike", "rider, bicycle"),
    ("Two people cycling", "rider, bicycle"),
    ("a person on the sidewalk next to a bike", "person, sidewalk, bicycle"),
    ("a person riding a motorcycle", "rider, motorcycle"),
    ("Pedestrians wait at the pedestrian crossing.", "person, road"),
    ("the pedestrian signal is red", "traffic light"),
    ("no cars", ""),
    ("No cars, no people.", ""),
    ("There are no pedestrians on the sidewalk.", "sidewalk"),
    ("A road without pedestrians", "road"),
    ("A road without cars, trucks or buses", "road"),
    ("A road without cars, a tree, and a bus", "road, vegetation, bus"),
    ("no cars and a bus", "bus"),
    ("I don't see any cars or people.", ""),
    ("I do not see any cars, but there is a bus.", "bus"),
    ("I can't see a traffic light. There is a sign.", "traffic sign"),
    ("Pedestrians are not visible.", ""),
    ("Cars and pedestrians are not visible, a bus is.", "bus"),
    ("The road is not wet.", "road"),
    ("The car is not moving.", "car"),
    ("The traffic light is not red", "traffic light"),
    ("There isn't a single truck.", ""),
    ("Not only cars but also trucks", "car, truck"),
    ("people: none", ""),
    ("People: none\nCars: 3\nBuses: 0", "car"),
    ("- cars\n- trees\n- sky", "car, vegetation, sky"),
    ("1. Road\n2. Sidewalk\n3. Trees", "road, sidewalk, vegetation"),
    ("**Vehicles:** car, truck", "car, truck"),
    ("no sign of people", ""),
    ("There is no sign of cyclists, only a parked car.", "car"),
    ("The street is car-free.", "road"),
    ("a tree-lined avenue", "vegetation, road"),
    ("a street scene with a car", "car"),
    ("skyscrapers", "building"),
    ("a carpet and a busy scene", ""),
    ("a pole, a street lamp and lampposts", "pole"),
    ("traffic_light, traffic_sign", "traffic light, traffic sign"),
    ("traffic-light; traffic-sign", "traffic light, traffic sign"),
    ("stop sign", "traffic sign"),
    ("a van and an SUV", "car"),
    ("a lorry", "truck"),
    ("children and a lady", "person"),
    ("a man-made pond", ""),
    ("the sky is blue with clouds", "sky"),
    ("grass verge and bushes", "terrain, vegetation"),
    ("a brick wall and a wooden fence", "wall, fence"),
    ("brake lights", ""),
    ("many vehicles in heavy traffic", ""),
    ("Neither cars nor trucks are on the road.", "road"),
    ("The pavement lacks pedestrians.", "sidewalk"),
    ("An absence of traffic signs", ""),
    ("Empty road, free of cars", "road"),
    ("The bus is missing.", ""),
    ("There are no other vehicles. A bicycle leans on a wall.", "bicycle, wall"),
    ("Nobody is on the street.", "road"),
    ("<think>a car</think>", "car"),
    ("I cannot identify any truck in this image; a motorbike is parked", "motorcycle"),
    ("No traffic lights are visible, and there is a police car near the curb.", "car, sidewalk"),
    ("fire truck", "truck"),
    ("CARS!", "car"),
    ("Ｃａｒ", "car"),
]


@pytest.mark.parametrize(("text", "names"), REPLIES)
def test_a_description_names_what_it_says_is_there(text: str, names: str):
    assert set(classes_named(fold(text))) == {name for name in names.split(", ") if name}


def test_every_class_is_named_by_its_own_name_its_plural_and_in_any_case():
    assert classes_named(", ".join(CLASSES)) == CLASSES
    countable = [name for name in CLASSES if name not in ("vegetation", "terrain", "sky", "person", "bus")]
    for name in countable:
        assert classes_named(fold(f"{name.upper()}S")) == (name,)
        assert classes_named(fold(f"without any {name}s")) == ()


LISTS = st.lists(st.sampled_from(CLASSES), unique=True)


@given(there=LISTS, joint=st.sampled_from([", ", "\n- ", " and ", "; ", " / "]))
def test_a_list_names_all_of_its_classes_in_any_order_and_without_them_none(there: list[str], joint: str):
    assert set(classes_named(joint.join(there))) == set(there)
    assert classes_named("a scene without " + " or ".join(there)) == ()
    assert classes_named(" ".join(f"There is no {name}." for name in there)) == ()


@given(there=LISTS, absent=LISTS)
def test_what_is_denied_is_not_named_and_what_follows_is(there: list[str], absent: list[str]):
    said = f"There is no {' or '.join(absent)}, but there is {', '.join(there)}." if absent and there else ""
    assert set(classes_named(said)) == (set(there) if said else set())


def read(reply: Reply) -> Reading:
    return READERS[scene_description.NAME](PROBE, reply, {})


def test_what_is_named_is_a_fact_and_no_outcome():
    reading = read(Reply("A car on a road."))
    assert (reading.outcome, reading.facts) == (None, {"named": ["road", "car"]})


def test_words_that_name_nothing_describe_nothing_but_silence_is_unparseable():
    assert read(Reply("A quiet afternoon.")).facts == {"named": []}
    for silence in ("", " \n", "...", "123", "<think>a car"):
        assert read(Reply(silence)).outcome is Outcome.UNPARSEABLE


def test_a_refusal_that_names_nothing_is_refused():
    assert read(Reply("I'm sorry, I can't help with that.")).outcome is Outcome.REFUSED


def test_scores_alone_are_no_description():
    assert read(Reply(logprobs=(0.0, -1.0))).outcome is Outcome.ERROR
    assert read(Reply(error="broken")).outcome is Outcome.ERROR
    assert read(Reply(not_applicable=True)).outcome is Outcome.NOT_APPLICABLE


def steps(text: str) -> int:
    """How many instructions of Python reading it takes: a clock that no busy machine slows down."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        classes_named(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("said", ["no cars and people riding a ", "person near it ", "cars, ", "cars are not visible, "])
def test_a_reply_of_twice_the_length_is_read_in_at_most_twice_the_steps(said: str):
    assert steps(said * 50) < steps(said * 100) <= 2 * steps(said * 50)
