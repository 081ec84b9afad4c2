import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_repositories import load_folder

from arena.errors import SettingsError
from arena.models.loading import contestant_of
from arena.models.repository import check_repository
from arena.models.thresholds import best_threshold, fit_threshold, verification_threshold
from arena.pairs import Side, minimal_pair

CAPTIONS = ("a child next to a stove", "a dog in a car, and a lantern over the table")


@pytest.fixture(scope="module")
def model(repositories):
    return load_folder(repositories("clip"))


def balanced_accuracy(scored, threshold):
    true, false = ([logit > threshold for logit, label in scored if label is kind] for kind in (True, False))
    return (sum(true) / len(true) + 1 - sum(false) / len(false)) / 2


def test_a_threshold_that_separates_perfectly_lies_in_the_middle_of_the_gap():
    assert best_threshold([(5.0, True), (1.0, False), (3.0, True), (2.0, False)]) == 2.5


@given(st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=1, max_size=12))
def test_no_other_threshold_has_a_higher_balanced_accuracy(logits):
    scored = [(float(logit), label) for pair in logits for logit, label in zip(pair, (True, False), strict=True)]
    best = max(balanced_accuracy(scored, step / 2) for step in range(-15, 16))
    assert balanced_accuracy(scored, best_threshold(scored)) == pytest.approx(best)


@pytest.fixture
def pair(picture):
    sides = [Side(picture(number), caption, "") for number, caption in enumerate(CAPTIONS)]
    return minimal_pair(family="f", domain="safety", category="c", source="calibration", sides=(sides[0], sides[1]))


def test_a_fitted_threshold_is_the_best_on_all_four_combinations(model, pair):
    grid = model.logits([side.picture for side in pair.sides], CAPTIONS)
    assert fit_threshold(model, [pair]) == best_threshold(
        [(grid[row][column], row == column) for row in (0, 1) for column in (0, 1)]
    )


def test_a_threshold_cannot_be_fitted_on_nothing(model):
    with pytest.raises(SettingsError, match="tiny/clip: no threshold can be fitted on 0 pairs"):
        fit_threshold(model, [])


def key_of(report):
    """What a threshold is kept under, for each split."""
    return lambda split: f"{report.repository}@{report.revision}/drawn/{split}/whole"


def test_a_threshold_is_fitted_once_a_split_and_then_read(repositories, pair, tmp_path):
    report = check_repository(str(repositories("clip")))
    kept = tmp_path / "calibration.json"
    drawn = []

    def pairs():
        drawn.append(pair)
        return [pair]

    first = verification_threshold(report, "drawn/1", pairs, kept)
    assert verification_threshold(report, "drawn/1", pairs, kept) == first
    assert len(drawn) == 1
    verification_threshold(report, "drawn/2", pairs, kept)
    assert len(drawn) == 2


def test_shipped_thresholds_are_read_before_kept_ones_and_never_written(repositories, pair, tmp_path):
    report = check_repository(str(repositories("clip")))
    shipped, kept = tmp_path / "shipped.json", tmp_path / "kept.json"
    key = key_of(report)
    shipped.write_text(json.dumps({key(1): 1.5}))
    kept.write_text(json.dumps({key(1): 2.5, key(2): 3.5}))

    def threshold(split):
        return verification_threshold(report, f"drawn/{split}", lambda: [pair], kept, shipped=[tmp_path / "none", shipped])

    assert (threshold(1), threshold(2)) == (1.5, 3.5)
    fitted = threshold(3)
    assert json.loads(kept.read_text()) == {key(1): 2.5, key(2): 3.5, key(3): fitted}
    assert json.loads(shipped.read_text()) == {key(1): 1.5}


@pytest.mark.parametrize("content", ['{"a": 1.0, "b', "", "[]", '{"%s": "high"}', "\x00"])
def test_a_broken_file_of_thresholds_is_written_anew(repositories, pair, tmp_path, content):
    report = check_repository(str(repositories("clip")))
    key = key_of(report)(1)
    kept = tmp_path / "kept.json"
    kept.write_text(content.replace("%s", key))
    fitted = verification_threshold(report, "drawn/1", lambda: [pair], kept)
    assert json.loads(kept.read_text()) == {key: fitted}


def test_a_threshold_of_cropped_pictures_is_none_of_whole_ones(repositories, pair, tmp_path):
    report = check_repository(str(repositories("clip")))
    kept = tmp_path / "calibration.json"
    kept.write_text(json.dumps({f"{report.repository}@{report.revision}/drawn/1": 99.5}))
    assert contestant_of(report).settings["pictures"] == "whole"
    assert verification_threshold(report, "drawn/1", lambda: [pair], kept) != 99.5
