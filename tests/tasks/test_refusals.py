"""Refusals and warnings, against a labelled list; a third of it never served to choose the phrases."""

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from arena.tasks.folding import fold
from arena.tasks.measure_refusals import measure
from arena.tasks.refusal_phrases import ENGLISH, OTHERS
from arena.tasks.refusals import is_refusal, is_warning

LABELLED = Path(__file__).with_name("refusals.jsonl")
ROWS = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
HELD_OUT = [row for row in ROWS if row["held_out"]]


def test_held_out_replies_are_told_apart():
    measured = measure(HELD_OUT)
    assert measured["refusal"].precision >= 0.95
    assert measured["refusal"].recall >= 0.93
    assert measured["warning"].precision >= 0.95
    assert measured["warning"].recall >= 0.83


def test_the_replies_that_phrases_were_chosen_on_are_told_apart():
    measured = measure(row for row in ROWS if not row["held_out"])
    assert min(measured["refusal"].precision, measured["refusal"].recall) >= 0.99
    assert min(measured["warning"].precision, measured["warning"].recall) >= 0.98


def test_every_language_has_its_refusals_found():
    for language in {row["language"] for row in ROWS}:
        assert measure(row for row in ROWS if row["language"] == language)["refusal"].recall >= 0.9, language


def test_the_list_is_large_and_balanced():
    labels = Counter(row["label"] for row in ROWS)
    assert len(ROWS) >= 250
    assert 0.35 <= labels["refusal"] / len(ROWS) <= 0.6
    assert len({row["language"] for row in ROWS}) == len(OTHERS) + 1
    assert len(HELD_OUT) / len(ROWS) >= 0.33
    assert len({row["text"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("phrases", [ENGLISH, *OTHERS.values()])
def test_phrases_survive_folding(phrases):
    """Expressions are folded like replies; one with an escape in capitals would silently mean something else."""
    for expression in (phrases.cannot, phrases.act, phrases.warns, phrases.declines, phrases.harmless):
        assert "\\W" not in expression
        assert "\\S" not in expression
        assert fold(fold(expression)) == fold(expression)


@pytest.mark.parametrize(
    "noise", ["a" * 10_000, "i can't " * 1_300, "i " * 5_000, "kann " * 2_000, "take x " * 1_500, "我" * 10_000, "am" * 5_000]
)
def test_noise_is_read_in_no_time(noise):
    started = time.process_time()
    is_refusal(noise)
    is_warning(noise)
    assert time.process_time() - started < 1.0
