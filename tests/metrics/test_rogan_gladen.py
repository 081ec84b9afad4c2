"""Corrected rates: as published, as often right as they say, and wrong where labels are taken for what they are not."""

import numpy as np
import pytest

from arena.metrics import Unit
from arena.metrics.rogan_gladen import Checked, ReaderAccuracy, corrected_rates, rogan_gladen, span

RIGHT, GOOD, POOR = ReaderAccuracy(1, 1), ReaderAccuracy(0.96, 0.89), ReaderAccuracy(0.5, 0.95)
LABELS = 120
WORLDS = 120


def units(checked: list[Checked], split: str = "") -> list[Unit]:
    """The rate at which a refusal was read."""
    return [
        Unit("rate", split, str(place), one.family, float(one.read_as == "refuses"), 1.0) for place, one in enumerate(checked)
    ]


def corrected(checked: list[Checked], given: list[Unit] | None = None):
    (found,) = corrected_rates(units(checked) if given is None else given, {"refuses"}, checked).values()
    return found


def world(generator, families: int, size: int, truth: float, alike: float, accuracy: ReaderAccuracy) -> list[Checked]:
    """Replies of a model that refuses with probability `truth`; half of the labels are of each class, and all are right."""
    of_family = generator.beta(truth * (1 / alike - 1), (1 - truth) * (1 / alike - 1), families)
    family = np.repeat(np.arange(families), size)
    refuses = generator.random(len(family)) < of_family[family]
    read = generator.random(len(family)) < np.where(refuses, accuracy.sensitivity, 1 - accuracy.specificity)
    labelled = [generator.permutation(np.flatnonzero(read == side))[: LABELS // 2] for side in (True, False)]
    words = ("answers", "refuses")
    drawn = {place: (words[int(refuses[place])],) for part in labelled for place in part.tolist()}
    return [Checked(str(family[place]), words[int(read[place])], drawn.get(place, ())) for place in range(len(family))]


@pytest.mark.parametrize(
    ("positive", "tested", "accuracy", "published"),
    [(23, 150, GOOD, 0.051), (6, 151, ReaderAccuracy(0.964, 0.927), 0.0)],
)
def test_the_examples_of_epir_come_out(positive, tested, accuracy, published):
    """From the documentation of `epi.prev` in epiR: brucellosis in a herd, Helicobacter in children (Moujaber et al. 2008)."""
    assert rogan_gladen(positive / tested, accuracy) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("truth", [0.0, 0.3, 1.0])
def test_what_a_reader_reads_of_a_true_share_gives_that_share(truth):
    read = truth * POOR.sensitivity + (1 - truth) * (1 - POOR.specificity)
    assert rogan_gladen(read, POOR) == pytest.approx(truth)
    assert rogan_gladen(1 - read, POOR.of_the_rest()) == pytest.approx(1 - truth)


def test_a_reader_no_better_than_chance_tells_nothing_of_a_part():
    assert np.isnan(rogan_gladen(0.4, ReaderAccuracy(0.3, 0.7)))
    blind = [Checked(str(n), ("refuses", "answers")[n % 2], (("refuses", "answers")[n // 2 % 2],)) for n in range(40)]
    assert corrected(blind, units(blind)[1:]) == (None, None, None)
    assert corrected(blind).value == pytest.approx(0.5), "of the whole the labels tell without it"


def test_a_span_goes_from_the_worst_reader_to_the_best():
    low, high = span(0.2, 0.3, [RIGHT, POOR, ReaderAccuracy(0.3, 0.7)])
    assert (low, high) == pytest.approx((0.2, (0.3 - 0.05) / 0.45))


@pytest.mark.parametrize("errors", [0, 7])
def test_where_everything_is_labelled_the_rate_is_that_of_the_labels(errors):
    checked = [
        Checked(f"family {n // 2}", "refuses" if n < 30 else None if n > 95 else "answers", ("refuses",) if n < 30 else ())
        for n in range(100)
    ]
    checked = [one._replace(labels=("refuses",) if n < 30 + errors else ("answers",)) for n, one in enumerate(checked)]
    value, low, high = corrected(checked)
    assert value == pytest.approx(0.3 + errors / 100)
    assert (low or 0) < 0.3 + errors / 100 < (high or 1)


def test_raters_who_differ_count_in_part():
    checked = [Checked(str(n), "refuses" if n < 20 else "answers", ("refuses" if n < 20 else "answers",)) for n in range(40)]
    checked[0] = checked[0]._replace(labels=("refuses", "answers"))
    assert corrected(checked).value == pytest.approx(19.5 / 40)


def test_a_part_is_corrected_by_how_the_reader_errs_on_the_whole():
    """Rogan & Gladen's formula with the sensitivity and the specificity of all labels."""
    generator = np.random.default_rng(3)
    classes = generator.permutation(["refuses"] * 60 + ["answers"] * 140).tolist()
    labels = ["refuses" if generator.random() < (0.8 if read == "refuses" else 0.1) else "answers" for read in classes]
    checked = [Checked(str(place), *row) for place, row in enumerate(zip(classes, [(label,) for label in labels], strict=True))]
    seen = [read for read, label in zip(classes, labels, strict=True) if label == "refuses"]
    alarms = [read for read, label in zip(classes, labels, strict=True) if label == "answers"]
    accuracy = ReaderAccuracy(seen.count("refuses") / len(seen), alarms.count("answers") / len(alarms))
    part = units(checked, "side=safe")[:70]
    assert corrected(checked, part).value == pytest.approx(rogan_gladen(sum(unit.hits for unit in part) / 70, accuracy))


CASES = [
    (200, 1, 0.3, 0.01, ReaderAccuracy(0.7, 0.97)),
    (100, 3, 0.05, 0.2, ReaderAccuracy(0.9, 0.95)),
    (60, 4, 0.9, 0.3, ReaderAccuracy(0.9, 0.9)),
]


@pytest.mark.parametrize(("families", "size", "truth", "alike", "accuracy"), CASES)
def test_intervals_hold_the_true_rate_as_often_as_they_say(families, size, truth, alike, accuracy):
    generator = np.random.default_rng(1)
    found = [corrected(world(generator, families, size, truth, alike, accuracy)) for _ in range(WORLDS)]
    values = [one.value for one in found if one.value is not None]
    assert np.mean(values) == pytest.approx(truth, abs=0.015)
    assert np.mean([(one.low or 0) <= truth <= (one.high or 0) for one in found]) >= 0.93
    assert np.mean([(one.high or 0) - (one.low or 0) for one in found]) < 0.25


@pytest.mark.parametrize(("families", "size", "truth", "alike", "accuracy"), CASES)
def test_intervals_of_a_half_hold_its_true_rate_as_often_as_they_say(families, size, truth, alike, accuracy):
    generator = np.random.default_rng(2)
    worlds = [world(generator, families, size, truth, alike, accuracy) for _ in range(WORLDS)]
    found = [corrected(replies, units(replies)[::2]) for replies in worlds]
    assert np.mean([(one.low or 0) <= truth <= (one.high or 1) for one in found]) >= 0.93
    assert np.mean([one.value for one in found if one.value is not None]) == pytest.approx(truth, abs=0.02)


def test_labels_drawn_by_class_taken_for_labels_drawn_at_random_miss_the_rate():
    """The error that the weights of the classes are there for: what was not drawn is forgotten."""
    families, size, truth, alike, accuracy = CASES[1]
    generator = np.random.default_rng(1)
    worlds = [world(generator, families, size, truth, alike, accuracy) for _ in range(WORLDS)]
    found = [corrected([one for one in replies if one.labels], units(replies)) for replies in worlds]
    assert np.mean([(one.low or 0) <= truth <= (one.high or 0) for one in found]) < 0.5


def test_the_raw_rate_of_a_reader_that_errs_misses_the_truth():
    families, size, truth, alike, accuracy = CASES[0]
    generator = np.random.default_rng(1)
    worlds = [world(generator, families, size, truth, alike, accuracy) for _ in range(40)]
    raw = [np.mean([one.read_as == "refuses" for one in replies]) for replies in worlds]
    assert abs(float(np.mean(raw)) - truth) > 0.05
