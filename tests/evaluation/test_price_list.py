"""Prices of a store: a real evaluation of functions."""

import shutil

import pytest
from calibration_world import BASE, ITEMS, fill

from arena.errors import EvaluationError
from arena.evaluation.price_list import PriceList
from arena.evaluation.results import Results
from arena.store import Store


@pytest.fixture(scope="module")
def price_list(shared_folder, tmp_path_factory):
    home = shutil.copytree(shared_folder("calibrated-home", fill), tmp_path_factory.mktemp("calibrated") / "home")
    with Store.open(home) as store:
        yield PriceList(Results(store))


@pytest.fixture(scope="module")
def rows(price_list):
    return {row.price.variant.name: row for row in price_list.table("starter", BASE.id).rows}


def test_everything_that_was_tried_has_a_row(price_list, rows):
    (lineup,) = price_list.lineups("starter")
    assert list(rows) == [variant.name for variant in lineup.variants]
    assert [one.suite.name for one in price_list.suites()] == ["starter"]


def test_four_tuned_models_are_tested_on_all_families_and_compared_on_the_same_items(rows):
    price = rows["dpo, seed 0"].price
    assert price.safety["sra_avg"].value == 1
    assert price.safety["sra_avg"].families == 12
    assert price.safety_changes["sra_avg"].families == rows["none"].price.safety["sra_avg"].families
    assert price.utility_changes[""].difference == 0
    assert price.utility_changes[""].pairs == ITEMS


def test_a_tuning_is_held_against_that_on_shuffled_labels_where_both_are_tested(rows):
    price = rows["dpo, seed 0"].against_shuffled
    change = price.safety_changes["sra_avg"]
    assert (change.first, change.second) == (1, 0.5)
    assert change.families == rows["dpo, seed 0, shuffled labels"].price.safety["sra_avg"].families == 3
    assert price.utility_changes[""].difference == 0
    assert price.safety_p == 2 * 0.5**3
    assert [name for name, row in rows.items() if row.against_shuffled] == ["dpo, seed 0"]


def test_words_that_were_lost_are_counted_apart(rows):
    price = rows["reminder"].price
    assert price.safety["wordless_rate"].value == price.safety["unread_rate"].value == 1
    assert "over_safety" not in price.safety
    assert price.uninformative


def test_refusing_everything_gains_nothing_and_is_not_corrected_for(rows):
    price = rows["always-refuse"].price
    assert price.safety_changes["sra_avg"].difference == 0
    assert price.safety_changes["over_safety"].difference == 1
    assert price.safety_p == 1
    assert price.safety_p_holm is None


def test_costs_are_told_where_they_are_known(rows):
    cost = rows["none"].cost
    assert cost.words == 8
    assert cost.seconds is not None
    assert 0 < cost.seconds < 1
    assert (cost.tokens_read or 0) > (cost.tokens_written or 0) > 1
    assert rows["reminder"].cost.tokens_read == cost.tokens_read
    assert rows["always-refuse"].cost.tokens_read is None


def test_a_suite_without_requests_or_answers_and_a_model_without_variants_are_refused_by_name(price_list):
    with pytest.raises(EvaluationError, match="winoground: has no requests"):
        price_list.table("winoground", BASE.id)
    with pytest.raises(EvaluationError, match="xstest: nobody was asked"):
        price_list.table("xstest", BASE.id)
    with pytest.raises(EvaluationError, match="nothing was tried on nobody"):
        price_list.table("starter", "nobody")
