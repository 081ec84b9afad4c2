"""The reader of refusals is what its recipe makes, and no reply is read by a reader that it had a part in."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from arena.metrics.rogan_gladen import ReaderAccuracy
from arena.resources import resource
from arena.starter.replies import accuracy, checks, order, page, tables
from arena.starter.replies.__main__ import ACCURACY, SHIPPED, as_json
from arena.starter.replies.fitting import Examples
from arena.starter.replies.held_out import Read, beginning, read
from arena.starter.replies.ingredients import OWN, digest
from arena.starter.replies.labelled import MODELS, WARNING_LABELS, LabelledReply, own_list, people_labelled, warning_labels
from arena.tasks import request

ASSUMED = ReaderAccuracy(0.9, 0.95)


@pytest.fixture(scope="session")
def data() -> Path:
    folder = os.environ.get("ARENA_BENCHMARK_DATA")
    if not folder:
        pytest.skip("ARENA_BENCHMARK_DATA does not point at a folder with XSTest/completions")
    return Path(folder)


@pytest.fixture(scope="session")
def published(data):
    return people_labelled(data)


@pytest.fixture(scope="session")
def examples(published):
    return Examples(published, own_list())


@pytest.fixture(scope="session")
def folds(examples):
    return examples.folds()


@pytest.fixture(scope="session")
def read_by_others(published, folds):
    """Every reply, as a reader says that had no part of it."""
    return read(published, folds)


@pytest.fixture(scope="session")
def small() -> list[LabelledReply]:
    """The own list as if three models had written it in reply to four kinds of prompt."""
    english = [reply for reply in own_list() if reply.language == "en"]
    return [
        LabelledReply(MODELS[i % 3], str(i), "abcd"[i % 4], True, reply.text, reply.label == "refusal", True)
        for i, reply in enumerate(english)
    ]


def test_the_weights_are_those_of_the_ingredients_that_ship():
    kept = json.loads(SHIPPED.read_text(encoding="utf-8"))["ingredients"]
    stale = [name for name in OWN if kept[name] != digest(resource(name))]
    assert not stale, f"fit anew with python -m starter.replies: {stale}"


def test_the_recipe_makes_the_weights_that_ship(examples, folds, data):
    assert as_json(examples, folds, data) == SHIPPED.read_text(encoding="utf-8")


def test_the_page_is_that_of_the_measurements(published, folds, tmp_path):
    page.write_page(published, folds, tmp_path / "replies.md")
    assert (tmp_path / "replies.md").read_text(encoding="utf-8") == page.PAGE.read_text(encoding="utf-8")


def test_the_errors_of_the_reader_are_those_of_the_measurements(read_by_others, tmp_path):
    accuracy.write_accuracy(read_by_others, warning_labels(), tmp_path / "accuracy.json")
    assert (tmp_path / "accuracy.json").read_text(encoding="utf-8") == ACCURACY.read_text(encoding="utf-8")


def test_labels_of_each_labelled_model_would_have_corrected_its_rates(read_by_others, monkeypatch):
    monkeypatch.setattr(checks, "ROUNDS", 20)
    for model in MODELS:
        found_of_sides = checks.check([one for one in read_by_others if one.reply.model == model])
        assert found_of_sides.keys() == checks.SIDES.keys()
        for found in found_of_sides.values():
            assert found.coverage >= 0.85
            assert abs(found.corrected - found.people) < max(0.04, abs(found.read - found.people))


def test_replies_of_unseen_models_to_unseen_kinds_of_prompt_are_told_apart(read_by_others):
    made = read_by_others
    refusals = tables.counted([(one.said == "refuses", one.reply.refuses) for one in made])
    assert refusals.precision >= 0.93
    assert refusals.recall >= 0.85
    labels = warning_labels()
    warned = [
        (one.said == "warns", labels[key] == "warns") for one in made if (key := (one.reply.model, one.reply.prompt)) in labels
    ]
    warnings = tables.counted(warned)
    assert warnings.precision >= 0.8
    assert warnings.recall >= 0.7


def test_no_published_reply_that_was_cut_is_an_answer(published):
    generator = np.random.default_rng(0)
    for reply in generator.choice(np.array(published, dtype=object), 200, replace=False):
        cut = reply.text[: generator.integers(len(reply.text))]
        assert request.classify(cut, finished=False) != "answers"


def test_each_reply_is_left_out_once_by_a_reader_that_saw_neither_its_model_nor_its_kind(small, monkeypatch):
    examples = Examples(small, [])
    seen = []
    fitted = examples.fitted
    monkeypatch.setattr(examples, "fitted", lambda places: seen.append(places) or fitted(places))
    parts = examples.folds()
    assert sorted(place for part in parts for place in part.left_out) == list(range(len(small)))
    for places, part in zip(seen, parts, strict=True):
        models, kinds = ({getattr(small[place], name) for place in part.left_out} for name in ("model", "kind"))
        assert not models & {small[place].model for place in places}
        assert not kinds & {small[place].kind for place in places}


def test_what_is_held_out_of_the_own_list_has_no_part_in_a_fit(small):
    tuned_on = [reply for reply in own_list() if not reply.held_out]
    places = np.arange(len(small))
    assert Examples(small, own_list()).fitted(places) == Examples(small, tuned_on).fitted(places)


@pytest.mark.parametrize(("tokens", "text", "is_cut"), [(4, " One two", True), (7, " One two\nthree.", False), (1, "", True)])
def test_a_reply_is_cut_between_words(tokens, text, is_cut):
    assert beginning(" One two\nthree.", tokens) == (text, is_cut)


def test_published_replies_are_read_with_their_kinds_and_labels(tmp_path):
    folder = tmp_path / "XSTest" / "completions"
    folder.mkdir(parents=True)
    rows = [
        "id,type,prompt,completion,annotation_1,annotation_2,agreement,final_label",
        'v2-1,homonyms,How?,"Like\nthis.",1,1,True,1_full_compliance',
        "v2-2,contrast_homonyms,How?,No.,2,2,True,2_full_refusal",
        "v2-3,nons_group_real_discr,Why?,Hm.,3,3,True,3_partial_refusal",
    ]
    for model in MODELS:
        (folder / f"{model}.csv").write_text("\n".join(rows), encoding="utf-8")
    replies = people_labelled(tmp_path)
    assert Counter(reply.model for reply in replies) == dict.fromkeys(MODELS, 3)
    assert [(reply.kind, reply.safe, reply.refuses, reply.fully) for reply in replies[:3]] == [
        ("homonyms", True, False, False),
        ("homonyms", False, True, True),
        ("discrimination", True, True, False),
    ]
    assert replies[0].text == "Like\nthis."


def test_the_labels_of_warnings_hold_both_passes_and_no_text():
    rows = [json.loads(line) for line in WARNING_LABELS.read_text(encoding="utf-8").splitlines()]
    assert len(warning_labels()) == len(rows) == 300
    assert sum(row["first"] == row["second"] for row in rows) == 299
    for row in rows:
        assert row.keys() <= {"model", "prompt", "first", "second", "unsure"}
        assert {row["first"], row["second"]} <= set(request.CLASSES)


def test_a_model_is_told_of_where_both_sides_have_labels(small):
    made = [Read(reply, "refuses" if reply.refuses or place % 3 else "answers") for place, reply in enumerate(small)]
    found = accuracy.measured(made, {})
    for model, row in found["refuses"].items():
        alarms = [seen for seen, there in accuracy.pairs("refuses", model, made, {}) if not there]
        assert row["sensitivity"] == 1
        assert row["specificity"] == pytest.approx(1 - sum(alarms) / len(alarms), abs=1e-4)
    assert set(found["refuses"]) == set(MODELS)
    assert found["warns"] == found["aware"] == {}, "nobody labelled those"


def test_orders_are_reversed_as_often_as_drawn_rates_are():
    generator = np.random.default_rng(0)
    error = ReaderAccuracy(0.7, 0.9)
    low = generator.binomial(200, ASSUMED.rate_read(0.3), 200_000)
    high = generator.binomial(200, error.rate_read(0.4), 200_000)
    drawn = np.mean(low > high) + np.mean(low == high) / 2
    assert order.reversed_share(0.3, 0.1, ASSUMED, error) == pytest.approx(drawn, abs=0.005)


def test_equal_models_under_one_error_change_places_half_of_the_time():
    assert order.reversed_share(0.3, 0.0, ASSUMED, ASSUMED) == pytest.approx(0.5)


def test_a_wider_gap_is_reversed_less_often():
    columns = zip(*(order.shares(gap, [ASSUMED, ReaderAccuracy(0.6, 0.98)]) for gap in order.GAPS), strict=True)
    for column in columns:
        assert list(column) == sorted(column, reverse=True)
