"""Evaluations in which questions fail, or models: what is told, what is kept, and who goes on."""

import threading

import pytest
from evaluation_world import TINY, FunctionModel, accuracy, loaded, number_of, probe_of, run, suite

from arena.errors import EvaluationError, ModelEnded, RepositoryError
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.probes import Reply


def test_a_probe_that_fails_is_recorded_left_out_of_rates_and_asked_again(store):
    failing = FunctionModel(respond=lambda probe: Reply(error="down") if number_of(probe) == 4 else Reply("A"))
    (done,) = run(store, failing)
    assert done.count.errors == 1
    assert accuracy(store, failing)[0].pairs == 19
    run(store, mended := FunctionModel())
    assert len(mended.asked) == 1
    assert accuracy(store, mended)[0].pairs == 20


def test_too_many_errors_end_the_run_in_one_line_and_keep_what_was_answered(store):
    many = loaded(200)
    failing = FunctionModel(respond=lambda probe: Reply(error="HTTP 500") if number_of(probe) % 2 else Reply("A"))
    with pytest.raises(EvaluationError, match=r"tests/model: \d+ of \d+ probes failed, .*HTTP 500") as caught:
        run(store, failing, given=many)
    assert len(str(caught.value).splitlines()) == 1
    assert 50 <= len(failing.asked) < 200
    run(store, mended := FunctionModel(), given=many)
    answered = {key for key in failing.asked if key not in mended.asked}
    assert len(answered) == len([key for key in failing.asked if number_of(probe_of(many, key)) % 2 == 0])


@pytest.mark.parametrize("count", [1, 12, 200])
def test_a_run_in_which_nothing_was_answered_fails_with_the_reason_at_any_size_and_the_others_go_on(store, count):
    many = loaded(count)
    mute, good = FunctionModel("mute", lambda _: Reply(error="HTTP 500: off")), FunctionModel("good")
    failures = {one.contestant.name: one.failure or "" for one in run(store, mute, good, given=many)}
    assert "none of" in failures["mute"]
    assert "HTTP 500: off" in failures["mute"]
    assert failures["good"] == ""
    assert len(mute.asked) <= 16
    assert len(good.asked) == count


def test_a_failure_that_every_other_question_would_meet_ends_the_run_in_its_first_batch(store):
    def respond(probe):
        return Reply("A") if number_of(probe) == 199 else Reply(error="HTTP 402: no credit", permanent=True)

    model = FunctionModel(respond=respond)
    (done,) = run(store, model, given=loaded(200), max_errors=1.0)
    assert (done.failure or "").startswith("HTTP 402: no credit; ")
    assert len(model.batches) == 1
    assert store.evaluations.log()[-1][1] == done.failure


def test_who_bears_any_share_of_errors_is_told_only_at_the_end_that_nothing_was_answered(store):
    mute = FunctionModel(respond=lambda _: Reply(error="HTTP 500: off"))
    (done,) = run(store, mute, given=loaded(60), max_errors=1.0)
    assert len(mute.asked) == 60
    assert "none of 60 probes" in (done.failure or "")


def test_what_cannot_be_asked_is_no_failure(store):
    (done,) = run(store, FunctionModel(respond=lambda _: Reply(not_applicable=True)))
    assert done.failure is None


def test_errors_within_the_share_that_is_allowed_end_nothing(store):
    many = loaded(200)
    failing = FunctionModel(respond=lambda probe: Reply(error="HTTP 500") if number_of(probe) % 2 else Reply("A"))
    (done,) = run(store, failing, given=many, max_errors=0.6)
    assert (done.count.errors, done.failure) == (100, None)


def test_a_model_that_cannot_be_loaded_is_told_and_the_others_go_on(store):
    def refuse():
        raise RepositoryError("tests/broken: its weights do not fit; save it again")

    broken = Entrant(FunctionModel("broken").contestant, "writers", 0, refuse)
    good = FunctionModel("good")
    done = evaluate(store, [broken, good.entrant()], [(suite(), TINY)], Options())
    failures = {evaluation.contestant.name: evaluation.failure for evaluation in done}
    assert failures == {"broken": "tests/broken: its weights do not fit; save it again", "good": None}
    assert len(good.asked) == 20
    assert "tests/broken: its weights do not fit; save it again" in {reason for _, reason in store.evaluations.log()}


def test_when_one_model_ends_the_run_the_other_commits_its_batch_and_stops(store):
    many, begun = loaded(2000), threading.Event()

    def slow(probe):
        begun.wait(5)
        return Reply("A")

    def fail(probe):
        begun.set()
        return Reply(error="gone") if number_of(probe) % 2 else Reply("A")

    patient = FunctionModel("patient", slow)
    with pytest.raises(EvaluationError, match="tests/hasty"):
        run(store, patient, FunctionModel("hasty", fail), given=many)
    answered = store.replies(patient.contestant.id, patient.asked)
    assert len(answered) == len(patient.asked)
    assert ("stopped" in {reason for _, reason in store.evaluations.log()}) == (len(answered) < 2000)


def test_a_model_that_ends_in_the_middle_is_told_what_was_answered_is_kept_and_the_others_go_on(store):
    def end(probe):
        if len(broken.batches) == 2:
            raise ModelEnded("tests/broken: the process has ended; start it again")
        return Reply("A")

    broken, good, many = FunctionModel("broken", end), FunctionModel("good"), loaded(60)
    failures = {one.contestant.name: one.failure for one in run(store, broken, good, given=many)}
    assert failures == {"broken": "tests/broken: the process has ended; start it again", "good": None}
    assert len(broken.batches) == 2
    assert set(store.replies(broken.contestant.id, broken.asked)) == set(broken.batches[0])
