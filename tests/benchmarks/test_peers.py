"""One model, asked by the arena, by hand, and by lmms-eval where that is installed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from arena.suites.starter import SUITE

ENVIRONMENT = os.environ.get("LMMS_EVAL_ENVIRONMENT")
"""Where `benchmarks/peers.py --environment` has installed lmms-eval."""
COLUMNS = ["engine", "questions", "start s", "questions s", "ms a question", "times ours", "differ", "margin"]


def test_the_arena_and_asking_by_hand_give_the_same_answers(printed):
    header, ours, by_hand = printed("peers", "--questions", 20, "--without-lmms-eval")
    assert header == COLUMNS
    assert [(row[0], row[1], row[6]) for row in (ours, by_hand)] == [("ours", "20", "0"), ("by hand", "20", "0")]
    assert ours[5] == "1.0x"


@pytest.mark.skipif(not ENVIRONMENT, reason="LMMS_EVAL_ENVIRONMENT names no environment of lmms-eval")
def test_lmms_eval_gives_the_same_answers(printed):
    *_, lmms_eval = printed("peers", "--questions", 20, "--environment", ENVIRONMENT)
    assert (lmms_eval[0], lmms_eval[1], lmms_eval[6]) == ("lmms-eval", "20", "0")


def test_an_answer_that_is_not_the_same_is_told_with_its_margin(script, starters):
    peers = script("peers")
    probes = [question.probe for question in SUITE.load(None).questions[:3]]
    folder = Path(*starters("llava-mini"))
    run = peers.by_hand(folder, probes)
    changed = replace(run, texts={**run.texts, probes[1].key: "Perhaps."})
    model = script("naive").NaiveModel(folder)
    assert peers.margins(run, run, model, probes) == []
    assert peers.margins(changed, run, model, probes) == [model.margin(probes[1], "Perhaps.")]
