"""Who asks which contestant, and how many do at once; in threads, as it does not depend on where workers are."""

import threading
from collections import Counter

import pytest
from evaluation_world import TINY, FunctionModel, accuracy, loaded, suite
from worker_world import Noted, ThreadWorkers

from arena.errors import EvaluationError
from arena.evaluation import worker_pool
from arena.evaluation.backlog import Backlog
from arena.evaluation.choosing import Inquiry
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.worker_pool import WorkerPool
from arena.evaluation.workers import Order


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def put(store, workers, *models, given=TINY, suites=("tiny",), watch=lambda _: None):
    return evaluate(
        store, [one.entrant() for one in models], [(suite(given, name), given) for name in suites], Options(),
        workers=workers, watch=watch,
    )  # fmt: skip


def test_a_worker_loads_a_model_once_for_all_its_suites_and_every_probe_is_asked_once(store, folder):
    workers, model, many = ThreadWorkers(2), Noted(folder), loaded(300)
    done = put(store, workers, model, given=many, suites=("tiny", "other"))
    assert [(one.count.done, one.failure) for one in done] == [(300, None), (300, None)]
    assert len(model.loads()) <= len(workers.begun)
    assert set(Counter(key for _, keys in model.batches() for key in keys).values()) == {1}
    assert not workers.loaded


def test_workers_ask_one_contestant_together_where_that_is_worth_loading_it(store, folder, monkeypatch):
    monkeypatch.setattr(worker_pool, "START_SECONDS", 0.01)
    workers, model = ThreadWorkers(3), Noted(folder, seconds=0.002)
    (done,) = put(store, workers, model, given=loaded(300))
    assert done.count.asked == 300
    assert len(model.loads()) == 3
    assert accuracy(store, FunctionModel("noted"), loaded(300))[0].value == 0.8


def test_a_small_run_begins_one_worker(store, folder):
    workers = ThreadWorkers(4)
    put(store, workers, *(Noted(folder, name, load_seconds=0.2) for name in ("first", "second")), given=loaded(3))
    assert len(workers.begun) == 1


def test_models_that_do_not_fit_together_are_loaded_one_after_the_other(store, folder):
    workers = ThreadWorkers(2, memory_bytes=10)
    models = [Noted(folder, name, memory_bytes, 0.002) for name, memory_bytes in (("a", 6), ("b", 6), ("c", 4), ("d", 12))]
    done = put(store, workers, *models, given=loaded(120))
    assert {one.failure for one in done} == {None}
    assert workers.most_bytes == 12, "the largest alone, and no others beyond the bound"
    assert sorted(name for _, name in models[0].loads()) == ["a", "b", "c", "d"]


def test_what_takes_no_memory_and_what_cannot_be_sent_is_asked_in_this_process(store, folder):
    workers, endpoint = ThreadWorkers(2), FunctionModel("endpoint")
    unsendable = FunctionModel("unsendable")
    entrant = unsendable.entrant()
    object.__setattr__(entrant, "memory_bytes", 5)
    done = evaluate(store, [endpoint.entrant(), entrant], [(suite(), TINY)], Options(), workers=workers)
    assert [one.count.asked for one in done] == [20, 20]
    assert (endpoint.loads, unsendable.loads, workers.begun) == (1, 1, [])


def test_a_model_that_cannot_be_loaded_is_told_and_the_others_go_on(store, folder):
    done = put(store, ThreadWorkers(2), Noted(folder, "broken", refusal="tests/broken: too large"), Noted(folder))
    assert {one.contestant.name: one.failure for one in done} == {"broken": "tests/broken: too large", "noted": None}


def test_a_contestant_whose_workers_end_while_they_load_it_fails_in_one_line_at_the_third(store, folder):
    workers = ThreadWorkers(1, loss="by SIGKILL")
    (done,) = put(store, workers, Noted(folder))
    assert done.failure == "3 workers ended while they loaded it, the last one by SIGKILL; begin fewer --workers"
    assert len(workers.begun) == 3
    assert store.evaluations.log()[-1][1] == done.failure


def test_a_question_that_ends_every_worker_fails_its_contestant_in_one_line_and_keeps_what_was_answered(store, folder):
    workers, model = ThreadWorkers(1, fatal=30), Noted(folder)
    (done,) = put(store, workers, model, given=loaded(40))
    assert (done.failure or "").startswith("3 workers ended over the same questions, the last one by SIGKILL; ")
    assert len(workers.begun) == 3
    assert done.count.done >= 16, "halves of the shard that lost its worker were answered"
    kept = store.replies(model.contestant.id, [question.probe.key for question in loaded(40).questions])
    assert len(kept) == done.count.done


def test_too_many_errors_end_the_run_and_the_others_commit_their_shard_and_stop(store, folder):
    failing, slow = Noted(folder, "failing", error="HTTP 500"), Noted(folder, "slow", seconds=0.005)
    with pytest.raises(EvaluationError, match=r"^tests/failing: \d+ of \d+ probes failed, the last with: HTTP 500; "):
        put(store, ThreadWorkers(2), failing, slow, given=loaded(2000))
    asked = [key for _, keys in slow.batches() for key in keys]
    assert len(asked) < 2000
    assert set(store.replies(slow.contestant.id, asked)) == set(asked)


def test_an_evaluation_has_one_line_in_the_log_however_many_answer(store, folder, monkeypatch):
    monkeypatch.setattr(worker_pool, "START_SECONDS", 0.01)
    put(store, ThreadWorkers(3), Noted(folder, seconds=0.001), given=loaded(200))
    assert [reason for _, reason in store.evaluations.log()] == ["finished"]


def test_once_stopped_those_who_load_end_and_nobody_asks_more(folder):
    stop, begun, asked = threading.Event(), threading.Event(), []
    ended = threading.Event()

    class Slow(ThreadWorkers):
        def begin(self, number):
            worker = super().begin(number)
            worker.end = ended.set
            return worker

    def load():
        begun.set()
        assert ended.wait(20), "whoever loads is ended"
        return Noted(folder)()

    model = Noted(folder)
    pool = WorkerPool(Slow(1), [model.contestant.id], stop)
    waiting = Backlog(Inquiry("item", (question.probe,), lambda _: []) for question in TINY.questions)

    def loop(_):
        while not stop.is_set() and (shard := waiting.take(1)):
            asked.append(shard)

    asking = threading.Thread(target=pool.ask_all, args=(Order(model.contestant, 1, load), loop, waiting))
    asking.start()
    begun.wait(20)
    stop.set()
    pool.halt()
    asking.join(20)
    assert not asking.is_alive()
    assert (asked, waiting.probes) == ([], 20)
