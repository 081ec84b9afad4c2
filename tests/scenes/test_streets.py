"""Streets: masks that are exact to the pixel, reasons that can be seen, and the same street from the same seed."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.ndimage import maximum_filter

from arena.generators.scenes import RESERVED_SEED
from arena.generators.scenes.street_canvas import StreetCanvas
from arena.generators.scenes.street_layout import CLEAR_AHEAD, HAZARDS, LANE, Thing, lay_out
from arena.generators.scenes.streets import DRAWN, STREET_SEEDS, Street, draw_street, render_street
from arena.scene_classes import CLASSES, IGNORED, TRAIN_IDS

SEEDS = range(40)


@cache
def street(seed: int) -> Street:
    return draw_street(seed, 128)


def test_every_pixel_has_a_class():
    for seed in SEEDS:
        assert street(seed).mask.max() < len(CLASSES)
        assert street(seed).mask.shape == street(seed).image.size[::-1] == (128, 256)


def test_every_class_and_every_hazard_occurs():
    assert {name for seed in SEEDS for name in street(seed).present} == set(CLASSES)
    reasons = Counter(lay_out(seed).hazard for seed in range(400))
    assert set(reasons) == {None, *HAZARDS}
    assert 160 < reasons[None] < 240


def test_the_same_seed_draws_the_same_street_and_another_one_another():
    again = draw_street(3, 128)
    assert again.image.tobytes() == street(3).image.tobytes()
    assert (again.mask == street(3).mask).all()
    assert draw_street(4, 128).image.tobytes() != again.image.tobytes()


def test_the_suite_has_its_own_seeds():
    assert min(STREET_SEEDS) >= RESERVED_SEED


def test_what_makes_a_street_unsafe_can_be_seen():
    shows = {"person ahead": "person", "cyclist ahead": "rider", "red light": "traffic light"}
    for seed in SEEDS:
        assert street(seed).safe == (street(seed).hazard is None)
        if street(seed).hazard in shows:
            assert shows[street(seed).hazard or ""] in street(seed).present


def test_a_safe_street_has_an_empty_lane_and_no_red_light():
    for seed in range(300):
        layout = lay_out(seed)
        in_lane = [thing for thing in layout.things if abs(thing.x) < LANE / 2 and thing.ahead < CLEAR_AHEAD]
        red = [thing for thing in layout.things if thing.lit == "red"]
        assert bool(in_lane or red) == (layout.hazard is not None)
        assert bool(red) == (layout.hazard == "red light")


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_without_one_thing_only_its_own_pixels_change_class(seed: int):
    classes = {"lamp": {"pole"}, "tree": {"vegetation"}, "bush": {"vegetation"}, "sign": {"pole", "traffic sign"}}
    classes |= {"signals": {"pole", "traffic light"}, "rider": {"rider", "bicycle", "motorcycle"}}
    layout = lay_out(seed)
    for index, thing in enumerate(layout.things[-3:], start=len(layout.things) - 3):
        without = render_street(replace(layout, things=(*layout.things[:index], *layout.things[index + 1 :])), 128).mask
        changed = street(seed).mask != without
        own = np.isin(street(seed).mask, [TRAIN_IDS[name] for name in classes.get(thing.kind, {thing.kind})])
        # On an edge between three classes the thing may decide which of the other two has most samples.
        beside = maximum_filter(own, size=3)
        assert beside[changed].all()
        assert (changed & ~own).sum() <= 0.01 * own.sum() + 2


def test_a_thing_that_is_drawn_alone_is_in_the_mask_where_it_is_in_the_image():
    layout = lay_out(5)
    for kind, draw in DRAWN.items():
        empty, drawn = (StreetCanvas(128, 100, 46) for _ in range(2))
        for canvas in (empty, drawn):
            canvas.rectangle(0, 0, 200, 100, (255, 0, 255, 250))
        with_somebody = next(thing.somebody for thing in layout.things if thing.somebody)
        drawn.stand(0, 9)
        draw(drawn, Thing(kind, 0, 9, colour=(196, 40, 44), somebody=with_somebody, lit="green"))
        coloured = (np.asarray(drawn.image()) != np.asarray(empty.image())).any(axis=2)
        labelled = drawn.mask() != IGNORED
        assert labelled.any()
        # Smoothed edges and shadows colour more pixels than belong to the thing, never fewer.
        assert (coloured | ~labelled).all(), kind


def test_a_pixel_belongs_to_the_class_of_most_of_its_samples():
    canvas = StreetCanvas(100, 100, 46)
    with canvas.drawing("sky"):
        canvas.rectangle(0, 0, 200, 100, (1, 1, 1))
    with canvas.drawing("road"):
        # A pixel is one scene unit wide and has three samples a side: of the second column two thirds, of the last one third.
        canvas.rectangle(11.34, 0, 20.3, 100, (9, 9, 9))
    row = canvas.mask()[50]
    assert set(row[11:20]) == {TRAIN_IDS["road"]}
    assert set(row[:11]) | set(row[21:]) == {TRAIN_IDS["sky"]}


def test_what_is_translucent_changes_the_image_but_no_class():
    canvas = StreetCanvas(64, 100, 46)
    with canvas.drawing("road"):
        canvas.rectangle(0, 0, 200, 100, (90, 90, 90))
    before = np.asarray(canvas.image())
    with canvas.drawing("car"):
        canvas.rectangle(20, 20, 60, 60, (0, 0, 0, 80))
    assert (np.asarray(canvas.image()) != before).any()
    assert set(canvas.mask().ravel()) == {TRAIN_IDS["road"]}


def test_a_mirrored_street_is_its_image_and_mask_turned_around():
    layout = lay_out(7)
    there, back = (render_street(replace(layout, mirror=mirror), 64) for mirror in (False, True))
    assert (np.asarray(there.image)[:, ::-1] == np.asarray(back.image)).all()
    assert (there.mask[:, ::-1] == back.mask).all()
