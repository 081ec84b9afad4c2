"""Evaluations: what is asked, what is not asked again, what is told."""

import threading
import time
from dataclasses import replace

import pytest
from evaluation_world import TINY, FunctionModel, accuracy, choice, knowing, loaded, number_of, probe_of, run, suite

from arena import method
from arena.errors import EvaluationError
from arena.evaluation.evaluate import Options, evaluate
from arena.models.machine import Gpu, Machine
from arena.probes import Reply
from arena.store import ReplyRecord
from arena.suites.suite import Loaded


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


def test_stopped_at_any_batch_it_goes_on_there_and_ends_with_the_same_numbers(store, tmp_path):
    many = loaded(300)
    committed: set[str] = set()

    def stopped_in(batch):
        def respond(probe):
            if len(model.batches) == batch:
                raise KeyboardInterrupt
            return knowing(3)(probe)

        model = FunctionModel(respond=respond)
        return model

    for batch in (1, 2, 1):
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


class Crowd:
    """Counts how many of its models answer at the same time."""

    def __init__(self):
        self._lock, self.inside, self.busiest = threading.Lock(), 0, 0

    def __call__(self, _):
        with self._lock:
            self.inside += 1
            self.busiest = max(self.busiest, self.inside)
        time.sleep(0.002)
        with self._lock:
            self.inside -= 1
        return Reply("A")


GPU = Gpu(2**34, (9, 0))


@pytest.mark.parametrize(
    ("machine", "memory_bytes", "most"),
    [(Machine(100), 20, 2), (Machine(100), 19, 1), (Machine(100, (GPU,)), 20, 1), (Machine(100, (GPU,) * 4), 20, 2)],
)
def test_as_many_models_answer_side_by_side_as_machine_and_memory_bear_and_endpoints_beside_them(
    store, monkeypatch, machine, memory_bytes, most
):
    monkeypatch.setattr("arena.evaluation.evaluate.this_machine", lambda: machine)
    local, elsewhere = Crowd(), Crowd()
    here = [replace(FunctionModel(f"here{n}", local).entrant(), memory_bytes=10) for n in range(3)]
    remote = [FunctionModel(f"there{n}", elsewhere) for n in range(3)]
    for model in remote:
        model.contestant = replace(model.contestant, engine="endpoint openai-compatible")
    evaluate(store, [*here, *(model.entrant() for model in remote)], [(suite(TINY), TINY)], Options(memory_bytes=memory_bytes))
    assert (local.busiest, elsewhere.busiest) == (most, 3)
