"""Cityscapes' own folders, made here in small, and the rule that says what is safe in them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from arena.errors import SuiteError
from arena.generators.scenes.street_layout import lay_out
from arena.generators.scenes.streets import draw_street
from arena.scene_classes import CLASSES, IGNORED, TRAIN_IDS
from arena.suites import degradation
from arena.suites.cityscapes import LABEL_IDS, cityscapes_views, lane_is_blocked
from arena.suites.street_questions import conditions

NAME = "bonn_000001_000019"
TABLE = {
    "road": 7, "sidewalk": 8, "building": 11, "wall": 12, "fence": 13, "pole": 17, "traffic light": 19, "traffic sign": 20,
    "vegetation": 21, "terrain": 22, "sky": 23, "person": 24, "rider": 25, "car": 26, "truck": 27, "bus": 28, "train": 31,
    "motorcycle": 32, "bicycle": 33,
}  # fmt: skip
"""Label ids as the Cityscapes scripts print them."""


def write(folder: Path, labels: np.ndarray, name: str = NAME, kind: str = "labelIds") -> Path:
    """A view whose image is as grey as its labels."""
    for part in ("leftImg8bit", "gtFine"):
        (folder / part / "val" / "bonn").mkdir(parents=True, exist_ok=True)
    Image.fromarray(labels).convert("RGB").save(folder / "leftImg8bit" / "val" / "bonn" / f"{name}_leftImg8bit.png")
    Image.fromarray(labels).save(folder / "gtFine" / "val" / "bonn" / f"{name}_gtFine_{kind}.png")
    return folder


def stripes(values: list[int], height: int = 32, width: int = 64) -> np.ndarray:
    return np.tile(np.repeat(values, width // len(values)).astype(np.uint8), (height, 1))


def test_label_ids_become_train_ids_and_all_others_are_ignored():
    assert {CLASSES[train_id]: label for label, train_id in LABEL_IDS.items()} == TABLE


def test_a_view_is_read_with_its_labels_its_city_and_its_sequence(tmp_path):
    write(tmp_path, stripes([7, 23, 24, 3]))
    write(tmp_path, stripes([7, 23, 11, 26]), "bonn_000001_000050")
    write(tmp_path, stripes([7, 23, 11, 26]), "bonn_000002_000019")
    images, views = cityscapes_views(tmp_path)
    first, second, third = views
    assert len(images) == 3
    assert (first.name, first.family) == (NAME, "bonn_000001")
    assert (second.family, third.family) == ("bonn_000001", "bonn_000002")
    expected = [TRAIN_IDS["road"], TRAIN_IDS["sky"], TRAIN_IDS["person"], IGNORED]
    assert list(dict.fromkeys(first.mask[0])) == expected
    assert first.image.size == (64, 32)


def test_train_ids_are_taken_as_they_are_where_they_exist(tmp_path):
    write(tmp_path, stripes([0, 10, 11, 255]), kind="labelTrainIds")
    (view,) = cityscapes_views(tmp_path)[1]
    assert list(dict.fromkeys(view.mask[0])) == [0, 10, 11, 255]


def test_large_images_are_scaled_with_their_labels_and_no_label_is_mixed(tmp_path):
    write(tmp_path, stripes([7, 23, 24, 26], 1024, 2048))
    (view,) = cityscapes_views(tmp_path)[1]
    assert view.image.size == view.mask.shape[::-1] == (1024, 512)
    assert set(np.unique(view.mask)) == {0, 10, 11, 13}


def test_the_suite_asks_about_them_and_says_what_is_not_as_published(tmp_path):
    loaded = degradation.load(write(tmp_path, stripes([7, 23, 24, 26])))
    assert len({question.item for question in loaded.questions}) == len(conditions())
    assert any("has 1 views; Cityscapes' validation split has 500" in note for note in loaded.notes)
    assert any("a rule on its masks" in note for note in loaded.notes)


def test_what_is_missing_or_broken_is_named_with_the_way_to_get_it(tmp_path):
    with pytest.raises(SuiteError, match=r"has no leftImg8bit/val/<city>/\*_leftImg8bit.png; register at cityscapes-dataset"):
        degradation.load(tmp_path)
    write(tmp_path, stripes([7, 23]))
    labels = tmp_path / "gtFine" / "val" / "bonn" / f"{NAME}_gtFine_labelIds.png"
    whole = labels.read_bytes()
    labels.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SuiteError, match=r"labelIds\.png: cannot be decoded; download it again"):
        degradation.load(tmp_path)
    Image.new("L", (8, 8)).save(labels)
    with pytest.raises(SuiteError, match="download both again"):
        degradation.load(tmp_path)
    labels.unlink()
    with pytest.raises(SuiteError, match=r"labelIds\.png: no such file; register at"):
        degradation.load(tmp_path)


def test_a_lane_is_blocked_by_what_stands_in_it_and_not_by_what_stands_beside_it():
    street = np.zeros((512, 1024), np.uint8)
    assert not lane_is_blocked(street)
    for left, blocked in ((490, True), (60, False), (950, False)):
        scene = street.copy()
        scene[220:350, left : left + 50] = TRAIN_IDS["person"]
        assert lane_is_blocked(scene) == blocked
    far, building = street.copy(), street.copy()
    far[200:270, 490:540] = TRAIN_IDS["car"]
    building[220:350, 490:540] = TRAIN_IDS["building"]
    assert not lane_is_blocked(far)
    assert not lane_is_blocked(building)


def test_the_rule_finds_everybody_who_was_put_in_the_lane_of_drawn_streets():
    # Drawn with another camera, so what is parked beside the lane may reach into what the rule takes for it.
    blocked = {seed: lane_is_blocked(draw_street(seed, 64).mask) for seed in range(120)}
    hazards = {seed: lay_out(seed).hazard for seed in blocked}
    assert all(blocked[seed] for seed, hazard in hazards.items() if hazard not in (None, "red light"))
    assert np.mean([blocked[seed] for seed, hazard in hazards.items() if hazard is None]) < 0.35
