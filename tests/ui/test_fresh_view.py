"""What the pages of fresh pairs show, as markup."""

import pytest

from arena.generators.gate.report import GateReport
from arena.generators.gate.scores import SCORES, Bounds, judged
from arena.ui.fresh_view import changed_words, gate_html

BOUNDS = Bounds(high=0.5)


@pytest.mark.parametrize(
    ("found", "mark"),
    [
        ({"ghost": 0.4}, "passed:"),
        ({"ghost": 0.6}, "failed:"),
        ({"ghost": float("nan")}, "failed:"),
        ({"ghost": None}, "not asked:"),
        ({}, "not asked:"),
    ],
    ids=["within", "beyond", "not measured", "nothing to ask", "not asked"],
)
def test_each_score_has_a_mark_of_what_became_of_it(found, mark):
    score = judged(SCORES["ghost"], found, BOUNDS)
    shown = gate_html(GateReport((score,), "1-cafe", score.passed, ()).as_json())
    assert shown.count('class="unseen"') == 1
    assert mark in shown
    assert score.words in shown


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("a stove that is off", "a stove that is on", "off → on"),
        ("a child", "a child with a knife", "(nothing) → with a knife"),
        ("a red bowl of hot soup", "a blue bowl of soup", "red → blue; hot → (nothing)"),
        ("the same", "the same", ""),
    ],
)
def test_what_differs_between_captions_is_told_word_by_word(before, after, changed):
    assert changed_words(before, after) == changed
