"""What the pages of benchmarks make of a store: a real evaluation of models that are functions, without a browser."""

from dataclasses import replace

import gradio as gr
import pytest
from evaluated_store import FIRST, ITEMS, RIGHT, fill

from arena.evaluation.results import Results
from arena.store import Store
from arena.ui.benchmarks_page import BenchmarksPage
from arena.ui.model_page import ModelPage
from arena.ui.parts import choice
from arena.ui.pictures import REMOVED, forget, source

EVALUATE = "arena evaluate --model all --suite starter"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("evaluated")) as store:
        fill(store)
        yield Results(store)


@pytest.fixture
def benchmarks(results):
    with gr.Blocks():
        return BenchmarksPage(results)


@pytest.fixture
def models(results):
    with gr.Blocks():
        return ModelPage(results)


def values(update) -> list[str]:
    return [value for _, value in update["choices"]]


@pytest.mark.parametrize("page", [BenchmarksPage, ModelPage])
def test_an_empty_store_is_told_with_the_command_that_fills_it(tmp_path, page):
    with Store.open(tmp_path / "home") as store, gr.Blocks():
        built = page(Results(store))
        *_, told = built.show("", "", "", "", "").values() if page is BenchmarksPage else built.show("", "").values()
    assert EVALUATE in told


def test_the_page_opens_with_the_first_metric_of_the_first_suite(benchmarks):
    shown = benchmarks.show("", "", "", "", "")
    assert shown[benchmarks.suite]["value"] == "starter"
    assert shown[benchmarks.metric]["value"] == "caption_choice_accuracy"
    assert shown[benchmarks.slice]["value"] == ""
    assert values(shown[benchmarks.contestant]) == [FIRST.id, RIGHT.id]
    table = shown[benchmarks.table]
    assert table.index("always-right") < table.index("always-first")  # best first
    assert f">{ITEMS}<" in table


@pytest.mark.parametrize("address", [("no such suite", "no metric", "no=slice", "nobody", "nobody"), ("", "", "", "", "")])
def test_what_an_address_names_wrongly_is_replaced_by_what_there_is(benchmarks, address):
    assert benchmarks.show(*address)[benchmarks.metric]["value"] == "caption_choice_accuracy"


def test_a_chosen_slice_holds_fewer_items_than_everything(benchmarks):
    offered = values(benchmarks.show("starter", "", "", "", "")[benchmarks.slice])
    assert offered[0] == ""
    assert "domain=safety" in offered
    shown = benchmarks.show("starter", "", "domain=safety", "", "")
    assert shown[benchmarks.slice]["value"] == "domain=safety"
    assert f">{ITEMS}<" not in shown[benchmarks.table]


def test_the_planes_are_drawn_for_whom_both_metrics_were_measured(benchmarks):
    shown = benchmarks.show("starter", "", "", "", "")
    for plane in benchmarks.planes.values():
        assert shown[plane.column]["visible"]
        assert "always-right" in shown[plane.legend]
    sided = benchmarks.show("starter", "under_safety", "side=unsafe", "", "")
    assert not sided[benchmarks.planes["safety"].column]["visible"]  # no safe request starts from an unsafe side


def test_always_yes_is_in_the_corner_of_the_verification_plane(benchmarks):
    plot = benchmarks.show("starter", "", "", "", "")[benchmarks.planes["verification"].plot]
    found = {trace.hovertext.split("</b>")[0][3:]: (trace.x[0], trace.y[0]) for trace in plot.data if trace.error_x.array}
    assert found == {"always-right": (1, 1), "always-first": (1, 0)}


def test_an_unexpected_error_is_one_calm_line(benchmarks, monkeypatch, caplog):
    monkeypatch.setattr(benchmarks.results, "suites", lambda: 1 / 0)
    (told,) = benchmarks.show("", "", "", "", "").values()
    assert 'class="calm-error"' in told
    assert "ZeroDivisionError" not in told
    assert "ZeroDivisionError" in caplog.text


def test_a_model_is_shown_with_every_metric_and_its_failures(models, results):
    shown = models.show(FIRST.id, "starter", "2")
    page = shown[models.metrics]
    metrics = {metric.name: metric.title.replace("'", "&#39;") for metric in results.suites()[0].suite.metrics}
    # It writes, so it has no scores to rank.
    assert {name for name, title in metrics.items() if title in page} == metrics.keys() - {"verification_auc"}
    total, _ = results.failures(FIRST.id, "starter", limit=0)
    assert total > 0
    assert f"2 of {total}" in shown[models.count]
    assert "It said" in shown[models.failure]


def test_failures_are_leafed_through_from_the_first_to_the_last(models, results):
    total, _ = results.failures(FIRST.id, "starter", limit=0)
    places = [models._turner(step)(FIRST.id, "starter", place)[models.place] for place, step in (("1", -1), ("1", 1))]
    assert places == ["1", "2"]
    last = models._turner(1)(FIRST.id, "starter", str(total))
    assert last[models.place] == str(total)
    assert (last[models.before]["interactive"], last[models.after]["interactive"]) == (True, False)
    assert models.show(FIRST.id, "starter", "no number")[models.place] == "1"


def test_a_failure_on_a_picture_that_was_taken_down_says_removed_and_rates_stay(models, results):
    _, (failure,) = results.failures(FIRST.id, "starter", limit=1)
    digest, address = failure.pictures[0].digest, source(failure.pictures[0])
    before = models.show(FIRST.id, "starter", "1")
    takedowns = results._store.takedowns
    takedowns.hide([digest], by="operator", reason="private")
    forget()
    shown = models.show(FIRST.id, "starter", "1")
    assert REMOVED in shown[models.failure]
    assert address in before[models.failure]
    assert address not in shown[models.failure]
    assert shown[models.metrics] == before[models.metrics]
    takedowns.restore([digest], by="operator", reason="public")
    forget()
    assert models.show(FIRST.id, "starter", "1")[models.failure] == before[models.failure]


def test_who_fails_nowhere_has_nothing_to_leaf_through(models):
    shown = models.show(RIGHT.id, "starter")
    assert "failed on nothing" in shown[models.failure]
    assert not shown[models.after]["interactive"]


def test_a_model_that_was_not_evaluated_is_told_the_command_for_that(tmp_path):
    with Store.open(tmp_path / "home") as store, gr.Blocks():
        fill(store)
        heron = replace(RIGHT, repository="lab/heron")
        store.add_contestants([heron])
        (told,) = ModelPage(Results(store)).show(heron.id, "").values()
    assert "arena evaluate --model lab/heron --suite starter" in told


def test_a_choice_of_before_a_restart_of_the_server_is_still_taken():
    with gr.Blocks():
        assert choice("Benchmark").preprocess("starter") == "starter"


def test_a_model_that_nobody_knows_is_one_calm_line(models):
    (told,) = models.show("nobody", "").values()
    assert "nobody: is unknown here" in told.lower()
