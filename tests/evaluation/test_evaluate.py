"""Evaluations: what is asked, what is not asked again, what is told."""

import threading
import time
from collections import Counter
from typing import Any

import pytest
from evaluation_world import FunctionModel, choice, knowing, loaded, norm, number_of, suite

from arena import method
from arena.errors import EvaluationError, RepositoryError
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import Results
from arena.probes import Reply
from arena.store import ReplyRecord
from arena.suites.suite import Loaded

TINY = loaded()


def run(store, *models, given=TINY, judge=None, judged: Any = "never", watch=lambda _: None, **options):
    """Evaluate models, which are functions, on one small suite."""
    entrants = [model.entrant() for model in models]
    judge = judge and judge.entrant()
    pair = (suite(given, judged=judged), given)
    return evaluate(store, entrants, [pair], Options(**options), judge=judge, watch=watch)


def accuracy(store, model, given=TINY, judge=""):
    shown = Results(store, {"tiny": suite(given)})
    return [one for one in shown.estimates("tiny", model.contestant.id, judge) if one.metric == "accuracy"]


def test_every_question_is_asked_once_and_read(store):
    model = FunctionModel(respond=knowing(4))
    (done,) = run(store, model)
    assert sorted(model.asked) == sorted(question.probe.key for question in TINY.questions)
    assert (done.count.done, done.count.total, done.count.asked, done.count.errors) == (20, 20, 20, 0)
    whole, *_ = accuracy(store, model)
    assert (whole.value, whole.pairs, whole.families) == (0.75, 20, 10)


def test_a_finished_evaluation_asks_and_loads_nothing(store):
    model = FunctionModel()
    run(store, model)
    again = FunctionModel()
    (done,) = run(store, again)
    assert (again.loads, done.count.done, done.count.asked) == (0, 20, 0)


def test_what_was_answered_in_a_battle_is_read_and_not_asked(store):
    model = FunctionModel()
    key = TINY.questions[3].probe.key
    store.add_replies([ReplyRecord(model.contestant.id, key, "caption_choice", Reply("B"))])
    run(store, model)
    assert key not in model.asked
    assert accuracy(store, model)[0].value == pytest.approx(11 / 20)


def test_readings_by_an_older_method_are_made_again_without_asking(store, monkeypatch):
    model = FunctionModel()
    run(store, model)
    before = store.evaluations.revision()
    monkeypatch.setattr(method, "VERSION", "next")
    run(store, again := FunctionModel())
    assert again.asked == []
    assert store.evaluations.revision() != before
    assert accuracy(store, model)[0].pairs == 20


def test_other_questions_of_a_new_edition_alone_are_asked(store):
    run(store, FunctionModel())
    grown = Loaded((*TINY.questions, choice(20), choice(21)))
    run(store, again := FunctionModel(), given=grown)
    assert sorted(map(len, again.batches)) == [2]
    assert accuracy(store, again, grown)[0].pairs == 22


def test_one_probe_that_two_questions_share_is_asked_once(store):
    first, second = choice(0), choice(0)
    shared = Loaded((first, type(second)("another item", "another family", second.probe, second.slices)))
    run(store, model := FunctionModel(), given=shared)
    assert len(model.asked) == 1
    assert accuracy(store, model, shared)[0].pairs == 2


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


def probe_of(given, key):
    return next(question.probe for question in given.questions if question.probe.key == key)


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


def test_a_limit_asks_a_part_and_more_of_it_later_asks_the_rest(store):
    run(store, few := FunctionModel(), limit=5)
    run(store, more := FunctionModel(), limit=12)
    assert (len(few.asked), len(more.asked)) == (5, 7)
    assert accuracy(store, more)[0].pairs == 12


def test_scorers_are_not_asked_what_is_for_writers(store):
    mixed = Loaded((choice(0), choice(1, "writers"), choice(2, "scorers")))
    writer, scorer = FunctionModel("writer"), FunctionModel("scorer", lambda _: Reply(logprobs=(-0.1, -3.0)), writes_text=False)
    run(store, writer, scorer, given=mixed)
    numbers = {model.contestant.name: {number_of(probe_of(mixed, key)) for key in model.asked} for model in (writer, scorer)}
    assert numbers == {"writer": {0, 1}, "scorer": {0, 2}}


def test_a_task_that_the_suite_has_not_is_told_with_those_it_has(store):
    with pytest.raises(EvaluationError, match="has no task 'dance'; it has caption_choice"):
        run(store, FunctionModel(), tasks=("dance",))


@pytest.mark.parametrize("seed", range(5))
def test_stopped_at_any_batch_it_goes_on_there_and_ends_with_the_same_numbers(store, tmp_path, seed):
    many = loaded(300)
    committed: set[str] = set()

    def stopped_in(batch):
        def respond(probe):
            if len(model.batches) == batch:
                raise KeyboardInterrupt
            return knowing(3)(probe)

        model = FunctionModel(respond=respond)
        return model

    for batch in (1 + seed % 2, 2, 1):
        model = stopped_in(batch)
        with pytest.raises(KeyboardInterrupt):
            run(store, model, given=many)
        assert not committed & set(model.asked)
        known = store.replies(model.contestant.id, [question.probe.key for question in many.questions])
        assert set(known) == committed | {key for done in model.batches[:-1] for key in done}
        committed = set(known)
    run(store, last := FunctionModel(respond=knowing(3)), given=many)
    assert not committed & set(last.asked)
    with type(store).open(tmp_path / "uninterrupted") as other:
        run(other, FunctionModel(respond=knowing(3)), given=many)
        assert accuracy(store, last, many) == accuracy(other, last, many)


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


def test_the_log_tells_what_was_asked_with_which_libraries(store):
    run(store, FunctionModel(), arguments={"limit": None, "model": ["tests/model"]})
    ((record, reason),) = store.evaluations.log()
    assert reason == "finished"
    assert record.arguments["model"] == ["tests/model"]
    assert {"arena", "torch", "transformers", "duckdb"} <= record.versions.keys()


def test_what_an_endpoint_tells_of_itself_is_logged(store):
    class Endpoint(FunctionModel):
        def record(self):
            return {"system_fingerprints": ["fp_1"] if self.batches else []}

    run(store, Endpoint())
    assert store.evaluations.log()[0][0].endpoint == {"system_fingerprints": ["fp_1"]}


def test_the_time_that_is_left_is_told_from_the_second_batch_on_without_what_was_answered_before(store):
    def patient(probe):
        time.sleep(0.001)
        return Reply("A")

    many, seen = loaded(200), []
    run(store, FunctionModel(), given=many, limit=120)
    run(
        store,
        FunctionModel(respond=patient),
        given=many,
        watch=lambda evaluation: seen.append((evaluation.count.done, evaluation.count.seconds_left)),
    )
    # How large later batches are depends on how busy the machine is.
    assert [done for done, _ in seen[:3]] == [120, 136, 168]
    assert [left is None for _, left in seen[:3]] == [True, True, False]
    assert 0.032 <= (seen[2][1] or 0) < 32  # between a thousandth of a second and a second for each of 32
    assert seen[-1] == (200, 0)


def test_progress_begins_where_the_last_run_ended(store):
    run(store, FunctionModel(), limit=8)
    seen = []
    run(store, FunctionModel(), watch=lambda evaluation: seen.append((evaluation.count.done, evaluation.count.total)))
    assert (seen[0], seen[-1]) == ((8, 20), (20, 20))
