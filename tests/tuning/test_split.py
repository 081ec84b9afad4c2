"""What is left for the test is left out of training, with all that shows the same pictures."""

from dataclasses import replace

import pytest
from tuning_world import FAMILIES, norms, twins

from arena.errors import TuningError
from arena.evaluation.reading import question_records
from arena.strategies.folds import FOLDS, fold_of
from arena.tuning.split import Split
from arena.tuning.split import test_fold as fold_named

QUESTIONS = question_records(twins())
COUNTRIES = ("Japan", "Egypt", "Mexico", "India", "France", "Brazil", "China", "Iran")


@pytest.mark.parametrize("fold", range(FOLDS))
def test_the_families_of_the_test_fold_stay_out_and_all_others_are_in(fold):
    trained = {question.family for question in Split(fold).training(QUESTIONS)}
    assert trained == {family for family in FAMILIES if fold_of(family) != fold}


def test_a_picture_of_a_tested_family_is_trained_on_under_no_other_name():
    tested = next(one for one in QUESTIONS if one.family == "stove")
    other = next(one for one in QUESTIONS if one.family == "knife")
    copy = replace(other, id="copy", probe=replace(other.probe, images=tested.probe.images))
    assert copy not in Split(0).training([*QUESTIONS, copy])
    assert copy in Split(2).training([*QUESTIONS, copy])


def test_countries_are_on_one_side_where_that_is_wanted_and_on_both_where_not():
    questions = question_records(norms(COUNTRIES, families=8))
    tested = {country for country in COUNTRIES if fold_of(country) == 3}
    exclusive = {one.slices["country"] for one in Split(3, "country").training(questions)}
    overlapped = {one.slices["country"] for one in Split(3).training(questions)}
    assert tested
    assert exclusive == set(COUNTRIES) - tested
    assert overlapped == set(COUNTRIES)


def test_a_family_of_two_countries_is_left_out_with_either():
    one, other = question_records(norms(("Japan", "India"), families=1))[::2]
    assert fold_of("Japan") != fold_of("India")
    shared = [one, replace(other, family=one.family)]
    assert Split(fold_of("India"), "country").training(shared) == []


def test_a_planted_item_is_refused_by_name():
    with pytest.raises(TuningError, match="item x: family 'stove' is of fold 0, which is left for the test"):
        Split(0).check("stove", "item x")
    Split(1).check("stove", "item x")


@pytest.mark.parametrize("text", ["4", "-1", "x", ""])
def test_what_is_no_fold_is_refused(text):
    with pytest.raises(ValueError, match="is no fold; give a number from 0 to 3"):
        fold_named(text)
