"""Evaluations whose answers a judge reads."""

from collections import Counter

import pytest
from evaluation_world import FunctionModel, norm, run, suite

from arena.errors import EvaluationError
from arena.evaluation.results import Results
from arena.probes import Reply
from arena.suites.suite import Loaded

NORMS = Loaded(tuple(norm(number) for number in range(6)))


def verdict(word):
    return lambda _: Reply(f"I think so.\nVerdict: {word}")


def test_a_suite_that_only_a_judge_can_read_asks_for_one(store):
    with pytest.raises(EvaluationError, match=r"can only be read by a judge; name one, such as --judge"):
        run(store, FunctionModel(), given=NORMS, judged="always")


def test_a_judge_reads_every_answer_once_under_its_own_name(store):
    model, judge = FunctionModel(respond=lambda _: Reply("Yes, of course.")), FunctionModel("judge", verdict("yes"))
    run(store, model, given=NORMS, judge=judge, judged="always")
    assert len(judge.asked) == 24
    run(store, FunctionModel(), given=NORMS, judge=(again := FunctionModel("judge", verdict("no"))), judged="always")
    assert again.asked == []
    assert len(store.replies(judge.contestant.id, judge.asked)) == 24
    shown = Results(store, {"tiny": suite(NORMS, judged="always")})
    (row,) = shown.table("tiny", "awareness", judge=judge.contestant.id)
    assert (row[1].value, row[1].pairs) == (1.0, 6)


def test_a_judge_that_failed_on_one_question_is_asked_that_one_again(store):
    calls = Counter()

    def fail_first(probe):
        calls[probe.key] += 1
        return Reply(error="busy") if len(calls) == 1 else Reply("Verdict: yes")

    model = FunctionModel(respond=lambda _: Reply("Yes, of course."))
    run(store, model, given=NORMS, judge=FunctionModel("judge", fail_first), judged="always")
    run(store, model, given=NORMS, judge=(again := FunctionModel("judge", verdict("yes"))), judged="always")
    assert len(again.asked) == 1


def test_a_judge_does_not_judge_itself_but_the_others(store):
    both = FunctionModel("judge", verdict("yes"))
    other = FunctionModel("other", lambda _: Reply("Go ahead."))
    done = run(store, both, other, given=NORMS, judge=both, judged="always")
    failures = {evaluation.contestant.name: evaluation.failure for evaluation in done if evaluation.judge}
    assert failures["other"] is None
    assert "would judge its own answers" in (failures["judge"] or "")


def test_no_judge_reads_a_suite_that_needs_none(store):
    run(store, FunctionModel(), judge=(judge := FunctionModel("judge")))
    assert judge.loads == 0
