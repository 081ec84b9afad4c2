"""The calibration page: on a real evaluation of functions, and once in the browser."""

import re
import shutil

import gradio as gr
import pytest
from calibration_world import BASE, fill, tuned
from playwright.sync_api import expect

from arena.evaluation.price_list import EVALUATE
from arena.evaluation.results import Results
from arena.store import Store
from arena.ui.calibration_page import CalibrationPage
from arena.ui.model_page import ModelPage


@pytest.fixture(scope="module")
def results(shared_folder, tmp_path_factory):
    home = shutil.copytree(shared_folder("calibrated-home", fill), tmp_path_factory.mktemp("calibrated") / "home")
    with Store.open(home) as store:
        yield Results(store)


@pytest.fixture(scope="module")
def page(results):
    with gr.Blocks():
        return CalibrationPage(results)


@pytest.fixture(scope="module")
def shown(page):
    return page.show("", "")


def test_an_empty_store_is_told_with_the_command_that_fills_it(tmp_path):
    with Store.open(tmp_path / "home") as store, gr.Blocks():
        (told,) = CalibrationPage(Results(store)).show("", "").values()
    assert EVALUATE in told


def test_both_figures_have_all_that_have_a_place_and_say_who_has_none(page, shown):
    assert shown[page.model]["value"] == BASE.id
    for slot in (page.arrows, page.trade_off):
        assert shown[slot.column]["visible"]
        assert "steer-layer" in shown[slot.legend]
    assert "Beyond the edge, see the table: reminder; always-refuse (control)." in shown[page.trade_off.head]
    assert "no reply could be read on one side: reminder" in shown[page.arrows.head]
    assert "reminder" not in shown[page.arrows.legend]
    assert "moved nothing are not drawn: blind; dpo, seed 0, shuffled labels" in shown[page.arrows.head]


def test_tables_tell_the_same_numbers_with_what_must_be_known_to_read_them(page, shown):
    safety, cost = shown[page.tables].split("What it costs")
    safety, contrasts = safety.split("Right labels against shuffled ones")
    assert "+50.0 (" in contrasts
    rows = {row.split("</a>")[0].rpartition(">")[2]: row for row in re.findall("<tr>.*?</tr>", safety, re.DOTALL)}
    assert "not informative" in rows["reminder"]
    assert "cross-fitted" in rows["dpo, seed 0"]
    assert "control" in rows["always-refuse"]
    assert "+50.0 (" in rows["dpo, seed 0"]
    assert "Domain: culture" in cost
    spent = cost.partition("Tokens and time")[2]
    assert spent.count("<tr>") == safety.count("<tr>")
    assert ">8.0</td>" in spent
    assert "our inference" in cost


def test_what_an_address_names_wrongly_is_replaced_by_what_there_is(page, shown):
    assert page.show("no suite", "nobody")[page.suite]["value"] == shown[page.suite]["value"] == "starter"


def test_an_unexpected_error_is_one_calm_line(page, monkeypatch, caplog):
    monkeypatch.setattr(page.price_list, "suites", lambda: 1 / 0)
    (told,) = page.show("", "").values()
    assert 'class="calm-error"' in told
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("one", [BASE, tuned(2)], ids=["base", "tuned"])
def test_the_page_of_a_model_or_of_a_variant_has_its_strategies_side_by_side(results, one):
    with gr.Blocks():
        models = ModelPage(results)
        told = models.show(one.id, "starter")[models.strategies]
    for name in ("none", "reminder", "steer-layer", "dpo, seed 0"):
        assert name in told
    assert "always-refuse" not in told
    assert f"calibration?suite=starter&amp;model={BASE.id}" in told


def test_the_page_is_reached_from_the_benchmarks_and_shows_figures_and_tables(visit):
    page = visit().open("/benchmarks")
    page.get_by_role("link", name="What strategies change").click()
    page.wait_for_selector("#plot-arrows .main-svg")
    page.wait_for_selector("#plot-trade-off .main-svg")
    expect(page.locator("#calibration table")).to_have_count(3)
    expect(page.locator("#calibration")).to_contain_text("blind")
    page.locator("#calibration a.model", has_text="blind").first.click()
    expect(page.locator("#strategies")).to_contain_text("Strategies side by side")
