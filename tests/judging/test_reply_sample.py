"""Which replies are labelled: a random part of each class, today and tomorrow."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chisquare

from arena.judging.reply_sample import in_order, labelled_part, sample

CLASSES = {
    "refuses": [f"refuses {n}" for n in range(10)],
    "warns": [f"warns {n}" for n in range(50)],
    "answers": [f"answers {n}" for n in range(400)],
}


def drawn(count: int, name: str = "model", classes=None) -> list[str]:
    return sample(in_order(classes or CLASSES, name), count, name)


def of_class(questions) -> Counter[str]:
    return Counter(question.split()[0] for question in questions)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(9, (3, 3, 3)), (30, (10, 10, 10)), (120, (10, 50, 60)), (130, (10, 50, 70)), (460, (10, 50, 400)), (999, (10, 50, 400))],
)
def test_a_sample_has_as_many_of_each_class_as_there_are(count, expected):
    assert of_class(drawn(count)) == dict(zip(CLASSES, expected, strict=True))


def test_the_sample_depends_on_the_contestant_and_on_nothing_else():
    again = {name: questions[::-1] for name, questions in reversed(CLASSES.items())}
    assert drawn(60) == drawn(60, classes=again)
    assert drawn(60) != drawn(60, "another model")


def test_every_reply_of_a_class_has_the_same_chance():
    times = Counter(question for number in range(600) for question in drawn(30, f"model {number}"))
    assert chisquare([times[question] for question in CLASSES["warns"]]).pvalue > 0.001


def test_the_order_tells_nothing_of_the_classes():
    classes = {name: [f"{name} {n}" for n in range(100)] for name in CLASSES}
    orders = [[question.split()[0] for question in drawn(90, f"model {n}", classes)] for n in range(100)]
    thirds = [sum(order[start : start + 30].count(name) for order in orders) for name in CLASSES for start in (0, 30, 60)]
    in_turn = [sum(order[start::3].count(name) for order in orders) for name in CLASSES for start in (0, 1, 2)]
    assert chisquare([*thirds, *in_turn]).pvalue > 0.001
    repeats = np.mean([one == other for order in orders for one, other in pairwise(order)])
    assert repeats == pytest.approx(29 / 89, abs=0.03), "a class that follows on another could be guessed"


def test_whoever_stops_early_has_labelled_the_beginning_of_each_class():
    ordered = in_order(CLASSES, "model")
    for stop in (5, 40, 100):
        labelled = set(drawn(120)[:stop])
        parts = [labelled_part(questions, labelled) for questions in ordered.values()]
        assert sum(map(len, parts)) == stop


def test_a_larger_round_goes_on_where_a_smaller_one_ended():
    assert set(drawn(60)) < set(drawn(120))


def test_where_a_reader_puts_replies_into_other_classes_only_a_random_part_counts():
    """Labels of what was read as `answers` were rare. Moved to a class of which many are labelled, they would be too many."""
    labelled = set(drawn(120))
    moved = {"refuses": [*CLASSES["refuses"], *CLASSES["answers"][:200]], "answers": CLASSES["answers"][200:]}
    part = labelled_part(in_order(moved, "model")["refuses"], labelled)
    order = in_order(moved, "model")["refuses"]
    assert part == order[: len(part)]
    assert order[len(part)] not in labelled
