"""What the settings of a contestant say of its tuning."""

from dataclasses import replace

import pytest

from arena.errors import RepositoryError
from arena.models.lineage import BY, COUNTRY, FOLD, FROM, GROUPING, LABELS, RECIPE, RECORD, SHUFFLED, lineage
from arena.strategies.folds import FOLDS
from arena.tuning.data_set import Description
from arena.tuning.tuned import Recipe, Tuning, write_tuning

BASE = f"lab/heron@{'1' * 40}"
DATA = Description(
    "preferences", "starter", "e", "Apache-2.0", "rules", 0, "family", 30, 18, {"request": 30}, {"lab/heron": 30}
)
TUNING = Tuning(BASE, Recipe("dpo", seed=2), DATA, "0" * 64, {})


@pytest.fixture
def told(tmp_path):
    def tell(tuning):
        write_tuning(tmp_path, tuning)
        return lineage(tmp_path)

    return tell


def test_a_model_that_was_not_tuned_here_has_none(tmp_path):
    assert lineage(tmp_path) == {}


def test_a_tuned_model_tells_its_base_its_method_and_its_test_fold(told):
    found = told(TUNING)
    assert (found[FROM], found[BY], found[FOLD]) == (BASE, "dpo, seed 2", 0)
    assert found.keys().isdisjoint([LABELS, GROUPING])
    assert told(replace(TUNING, data=replace(DATA, grouping=COUNTRY)))[GROUPING] == COUNTRY
    assert told(replace(TUNING, recipe=Recipe("sft", lora=True)))[BY] == "sft, LoRA, seed 0"


def test_a_recipe_is_the_same_on_other_folds_and_another_with_another_setting(told):
    recipe = told(TUNING)[RECIPE]
    folds = [replace(TUNING, data=replace(DATA, test_fold=fold, rows=fold), data_sha256=str(fold)) for fold in range(FOLDS)]
    assert {told(one)[RECIPE] for one in folds} == {recipe}
    others = [Recipe("dpo"), Recipe("dpo", seed=2, epochs=2.0), Recipe("dpo", seed=2, shuffled=True)]
    assert recipe not in {told(replace(TUNING, recipe=other))[RECIPE] for other in others}
    assert told(replace(TUNING, data=replace(DATA, rater="people")))[RECIPE] != recipe


def test_shuffled_labels_are_told(told):
    assert told(replace(TUNING, recipe=Recipe("dpo", shuffled=True)))[LABELS] == SHUFFLED


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"base": "b", "recipe": {}, "data": {}}'])
def test_a_damaged_record_is_refused_by_name(tmp_path, text):
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(RepositoryError, match=RECORD):
        lineage(tmp_path)


@pytest.mark.parametrize("fold", [-1, FOLDS, "0", 1.5, True, None])
def test_a_test_fold_that_is_none_is_refused(told, fold):
    with pytest.raises(RepositoryError, match=RECORD):
        told(replace(TUNING, data=replace(DATA, test_fold=fold)))
