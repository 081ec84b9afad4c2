"""Rates that rest on the reader of requests say how good it is, and nothing else does."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from request_world import MODEL, SIZE, fill, number_of, truth_of

from arena.evaluation.corrections import (
    AWARE,
    EVENTS,
    FEWEST_LABELS,
    UNAWARE,
    Correction,
    corrections,
    headlined_by_sra,
    measured_accuracies,
)
from arena.evaluation.results import Results
from arena.judging.label_round import CANNOT_TELL, by_class
from arena.judging.reply_sample import in_order, sample
from arena.metrics import Estimate, Unit
from arena.metrics.rogan_gladen import rogan_gladen
from arena.store import AnswerRecord, Store
from arena.store.labels import LabelRecord, reply_digest
from arena.suites import mossbench, mssbench, starter, vscbench_image, vscbench_text, xstest
from arena.suites.suite import Suite

EVENT = EVENTS["request_units"]
SIDES = {"over_safety": 1, "over_refusal": 1, "sra_s": 1, "under_safety": 0, "sra_u": 0}
"""Metric -> whether its requests have odd numbers, which are the safe ones."""


class Read(NamedTuple):
    """What the rules made of the model's replies."""

    suite: Suite
    estimates: list[Estimate]
    units: list[Unit]
    answers: list[AnswerRecord]

    def corrected(self, labels: list[LabelRecord]) -> dict[tuple[str, str], Correction]:
        return corrections(self.suite, self.estimates, self.units, self.answers, labels)

    def value(self, metric: str) -> Estimate:
        return next(one for one in self.estimates if (one.metric, one.slice) == (metric, ""))

    def labels(self, count: int, rater: str = "ana", *, by_model: bool = False) -> list[LabelRecord]:
        """Those of a rater who is always right."""
        digests = {one.question.id: (reply_digest(one.text or ""), one.question.probe.prompt) for one in self.answers}
        return [
            LabelRecord(MODEL.id, question, digests[question][0], rater, truth_of(number_of(digests[question][1])), by_model)
            for question in sample(in_order(by_class(self.answers), MODEL.id), count, MODEL.id)
        ]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("corrected")) as opened:
        yield opened


@pytest.fixture(scope="module")
def read(store):
    suite = fill(store)
    shown = Results(store, {suite.name: suite})
    rows = store.evaluations.units(suite.view.name, suite.name, shown.evaluated(suite.name)[-1].edition, MODEL.id)
    units = [Unit(*row) for row in rows]
    return Read(suite, shown.estimates(suite.name, MODEL.id), units, shown.answers(suite.name, MODEL.id))


def true_share(metric: str) -> float:
    """What a rater sees in all replies that a rate counts."""
    counted = [number for number in range(SIZE) if number % 2 == SIDES.get(metric, number % 2)]
    return sum(truth_of(number) in EVENT[metric] for number in counted) / len(counted)


def test_without_labels_a_rate_has_the_range_of_the_measured_models(read):
    found, raw = read.corrected([])["over_refusal", ""], read.value("over_refusal")
    ends = [rogan_gladen(end, one) for one in measured_accuracies(("refuses",)) for end in (raw.low, raw.high)]
    assert (found.value, found.low, found.high, found.labels) == (None, min(ends), max(ends), 0)
    assert found.summary() == f"reader not validated for this model: {100 * min(ends):.0f}–{100 * max(ends):.0f} %"


def test_a_rate_without_an_interval_may_be_anything(read):
    alone = read._replace(estimates=[replace(one, low=None, high=None) for one in read.estimates])
    found = alone.corrected([])["over_refusal", ""]
    assert (found.low, found.high) == (0, 1)


@pytest.mark.parametrize("count", [120, SIZE])
def test_labels_correct_every_rate_to_what_the_rater_sees(read, count):
    found = read.corrected(read.labels(count))
    for metric in EVENT:
        one = found[metric, ""]
        assert one.labels == count
        assert one.raters == ("ana",)
        assert (one.low or 0) <= true_share(metric) <= (one.high or 0)
        assert one.summary().endswith(f", reader checked on {count} labels")
    raw = read.value("refusal_rate")
    assert (raw.high or 0) < true_share("refusal_rate")


def test_where_all_is_labelled_the_rate_of_all_is_that_of_the_rater(read):
    found = read.corrected(read.labels(SIZE))
    for metric in ("refusal_rate", "warning_rate"):
        assert found[metric, ""].value == pytest.approx(true_share(metric))


def test_a_larger_sample_has_a_narrower_interval(read):
    few, all_of_them = (read.corrected(read.labels(count))["refusal_rate", ""] for count in (FEWEST_LABELS, SIZE))
    assert all_of_them.high - all_of_them.low < few.high - few.low


@pytest.mark.parametrize("count", [FEWEST_LABELS - 1, FEWEST_LABELS])
def test_the_reader_counts_as_checked_from_so_many_labels_on(read, count):
    assert bool(read.corrected(read.labels(count))["refusal_rate", ""].labels) == (count == FEWEST_LABELS)


def test_what_nobody_can_tell_is_no_label(read):
    first, *others = read.labels(FEWEST_LABELS)
    assert not read.corrected([replace(first, label=CANNOT_TELL), *others])["refusal_rate", ""].labels


def test_labels_of_a_reply_that_was_given_anew_do_not_count(read):
    first, *others = read.labels(FEWEST_LABELS)
    assert not read.corrected([replace(first, reply=reply_digest("Another.")), *others])["refusal_rate", ""].labels


def test_labels_that_show_one_side_alone_check_nothing(read):
    labels = [replace(one, label="warns") if one.label == "refuses" else one for one in read.labels(SIZE)]
    found = read.corrected(labels)
    assert not found["refusal_rate", ""].labels
    assert found["under_safety", ""].labels == SIZE


def test_a_class_that_was_read_and_not_labelled_leaves_the_reader_unchecked(read):
    warned = set(by_class(read.answers)["warns"])
    labels = [one for one in read.labels(SIZE) if one.question_id not in warned]
    assert len(labels) >= FEWEST_LABELS
    assert not read.corrected(labels)["refusal_rate", ""].labels


def test_who_labelled_is_named_and_models_as_models(read):
    found = read.corrected([*read.labels(120), *read.labels(120, "judge-7b", by_model=True)])
    assert found["refusal_rate", ""].raters == ("ana", "judge-7b (a model)")
    assert found["refusal_rate", ""].labels == 120


def test_slices_are_corrected_by_the_labels_of_the_whole(read):
    found = read.corrected(read.labels(120))
    assert found["refusal_rate", "side=safe"].labels == 120
    assert found["over_refusal", "side=safe"].value == pytest.approx(found["refusal_rate", "side=safe"].value)


def test_a_reply_that_cannot_be_read_is_a_hit_of_no_rate(read):
    silent = [
        replace(one, facts={}) if one.facts["class"] == "answers" and place % 2 else one
        for place, one in enumerate(read.answers)
    ]
    refused = [one for one in silent if one.facts and truth_of(number_of(one.question.probe.prompt)) == "refuses"]
    found = read._replace(answers=silent).corrected(read.labels(SIZE))["refusal_rate", ""]
    assert found.value == pytest.approx(len(refused) / SIZE)


def test_rates_of_readable_replies_are_corrected_by_those_alone(read):
    """As if the requests that could not be read had never been put."""
    silent = [place % 5 == 0 for place in range(len(read.answers))]
    kept = [one for one, is_silent in zip(read.answers, silent, strict=True) if not is_silent]
    items = {one.question.item for one in kept}
    units = [unit for unit in read.units if unit.item in items]
    half_silent = [replace(one, facts={}) if is_silent else one for one, is_silent in zip(read.answers, silent, strict=True)]
    labels = read.labels(SIZE)
    with_silence = read._replace(answers=half_silent, units=units).corrected(labels)
    alone = read._replace(answers=kept, units=units).corrected(labels)
    for metric in ("over_safety", "under_safety", "over_refusal"):
        assert with_silence[metric, ""].labels
        assert with_silence[metric, ""] == alone[metric, ""]
    assert with_silence["refusal_rate", ""] != alone["refusal_rate", ""]


def test_kept_numbers_are_corrected_anew_after_a_label_and_those_of_a_judge_never(read, store):
    shown = Results(store, {read.suite.name: read.suite})
    before = shown.corrections(read.suite.name, MODEL.id)
    assert shown.corrections(read.suite.name, MODEL.id) is before
    for one in read.labels(FEWEST_LABELS):
        store.labels.add(one)
    assert shown.corrections(read.suite.name, MODEL.id)["refusal_rate", ""].labels == FEWEST_LABELS
    assert shown.corrections(read.suite.name, MODEL.id, judge="a judge") == {}


def test_every_corrected_rate_is_one_that_suites_have():
    suites = (starter, xstest, mossbench, mssbench, vscbench_image, vscbench_text)
    declared = {(one.SUITE.view.name, metric.name) for one in suites for metric in one.SUITE.metrics}
    assert {(view, metric) for view, metrics in EVENTS.items() for metric in metrics} <= declared


def test_suites_whose_headline_a_judge_reads_are_known():
    suites = (starter, xstest, mossbench, mssbench, vscbench_image, vscbench_text)
    assert [headlined_by_sra(one.SUITE) for one in suites] == [False, False, False, True, True, True]


def test_the_reader_errs_on_answers_as_on_awareness_the_other_way_round():
    for aware, unaware in zip(measured_accuracies(AWARE), measured_accuracies(UNAWARE), strict=True):
        assert (aware.sensitivity, aware.specificity) == (unaware.specificity, unaware.sensitivity)


def test_a_reader_no_better_than_chance_is_said_to_be():
    assert Correction(None, None, None, 120).summary() == "reader no better than chance on 120 labels"
