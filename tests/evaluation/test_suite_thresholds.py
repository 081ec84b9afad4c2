"""By which threshold a model that compares says yes, on drawn scenes and elsewhere."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.contestants import Contestant
from arena.evaluation.reading import read_by_judge, read_by_rules
from arena.evaluation.thresholds import threshold_told
from arena.probes import Outcome, Probe, Reply
from arena.suites import SUITES
from arena.suites.suite import Question

FITTED = {"threshold": 7.0, "calibration": "drawn scenes 1-4"}
CLIP = Contestant("tests/clip", "0" * 40, "function", FITTED)
SIGLIP = Contestant("tests/siglip", "0" * 40, "function", {**FITTED, "own_threshold": 0.0})
WRITER = Contestant("tests/writer", "0" * 40, "function")
PROBE = Probe("verification", "image0/caption0", "verification/1", (), "", ("a pot",), ("yes", "no"), "yes")
QUESTION = Question("pair", "family", PROBE)


def outcome(contestant, reply, *, drawn, question=QUESTION):
    return read_by_rules(question, reply, contestant, drawn=drawn).reading.outcome


def scores(logit):
    """A reply to a logit by a contestant whose threshold is 7."""
    return Reply(logprobs=(logit - 7.0, 0.0))


@pytest.mark.parametrize("contestant", [CLIP, SIGLIP])
def test_on_drawn_scenes_the_fitted_threshold_decides(contestant):
    assert outcome(contestant, scores(8.0), drawn=True) is Outcome.CORRECT
    assert outcome(contestant, scores(6.0), drawn=True) is Outcome.WRONG


@pytest.mark.parametrize("logit", [-8.0, 6.0, 8.0])
def test_elsewhere_a_model_without_a_threshold_of_its_own_is_neither_right_nor_wrong(logit):
    assert outcome(CLIP, scores(logit), drawn=False) is None


@given(st.floats(-50, 50).filter(lambda logit: abs(logit) > 0.001))
def test_elsewhere_a_model_with_a_threshold_of_its_own_decides_by_that(logit):
    assert outcome(SIGLIP, scores(logit), drawn=False) is (Outcome.CORRECT if logit > 0 else Outcome.WRONG)


def test_a_logit_at_its_own_threshold_is_a_tie_and_wrong_either_way():
    negative = replace(QUESTION, probe=replace(PROBE, expected="no"))
    assert outcome(SIGLIP, scores(0.0), drawn=False) is Outcome.WRONG
    assert outcome(SIGLIP, scores(0.0), drawn=False, question=negative) is Outcome.WRONG


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(error="out of memory"), Outcome.ERROR),
        (Reply(not_applicable=True), Outcome.NOT_APPLICABLE),
        (Reply(logprobs=(float("nan"), 0.0)), Outcome.ERROR),
    ],
)
def test_what_holds_no_answer_is_the_same_everywhere(reply, expected):
    assert outcome(CLIP, reply, drawn=False) is outcome(CLIP, reply, drawn=True) is expected


def test_who_writes_is_read_the_same_everywhere():
    assert outcome(WRITER, Reply("Yes."), drawn=False) is Outcome.CORRECT


def test_choices_need_no_threshold():
    probe = Probe("caption_choice", "image0/captions01", "caption_choice/1", (), "", ("a", "b"), ("A", "B"), "A")
    question = Question("pair", "family", probe)
    assert outcome(CLIP, Reply(logprobs=(-0.1, -2.0)), drawn=False, question=question) is Outcome.CORRECT


def test_a_judge_leaves_verification_to_the_rules_and_so_to_the_threshold():
    record = read_by_judge(QUESTION, scores(8.0), CLIP, [], "judge", drawn=False)
    assert (record.reading.outcome, record.judge) == (None, "judge")


@pytest.mark.parametrize(
    ("contestant", "suite", "metric", "told"),
    [
        (CLIP, "starter", "confirm_accuracy", "fitted on drawn scenes 1-4"),
        (SIGLIP, "mischief-mis", "reject_accuracy", "its own"),
        (CLIP, "starter", "balanced_accuracy", "fitted on drawn scenes 1-4"),
        (CLIP, "mischief-mis", "verification_auc", "none"),
        (CLIP, "starter", "text_score", ""),
        (WRITER, "starter", "confirm_accuracy", ""),
    ],
)
def test_a_report_says_by_which_threshold(contestant, suite, metric, told):
    assert threshold_told(contestant, SUITES[suite], metric) == told


def test_only_suites_of_drawn_scenes_are_held_to_thresholds_of_drawn_scenes():
    assert [name for name, suite in SUITES.items() if suite.drawn] == ["starter"]
