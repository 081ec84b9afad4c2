"""What the pool answers: questions of many visitors, batched, each once."""

import logging
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from echo import Echo, probe, register, until
from tiny_repositories import load_folder, load_unguarded

from arena.errors import ModelEnded
from arena.models.loading import contestant_of, load
from arena.models.one_by_one import OneByOne
from arena.models.pool import PATIENCE, RETRY_SECONDS, ModelPool
from arena.models.repository import check_repository
from arena.models.runtime import NICE_TO_PAGES
from arena.probes import Probe, Reply


@pytest.fixture
def pool():
    pool = ModelPool(25)
    yield pool
    pool.close()


def test_replies_come_in_the_order_of_the_probes(pool):
    identifier = register(pool, Echo("a"))
    texts = [str(number) for number in range(50)]
    assert [reply.text for reply in pool.ask(identifier, [probe(text) for text in texts])] == texts


def test_probes_asked_while_a_model_is_busy_are_answered_in_one_batch(pool):
    gate = threading.Event()
    model = Echo("a", gate)
    identifier = register(pool, model)
    with ThreadPoolExecutor(20) as visitors:
        first = visitors.submit(pool.ask, identifier, [probe("first")])
        until(lambda: model.batches)
        others = [visitors.submit(pool.ask, identifier, [probe(f"{number}a"), probe(f"{number}b")]) for number in range(15)]
        until(lambda: pool.waiting() == 31)
        gate.set()
        assert [reply.text for reply in first.result()] == ["first"]
        for number, asked in enumerate(others):
            assert [reply.text for reply in asked.result()] == [f"{number}a", f"{number}b"]
    assert [len(batch) for batch in model.batches] == [1, 30]


def test_the_same_probe_in_flight_is_asked_once(pool):
    gate = threading.Event()
    model = Echo("a", gate)
    identifier = register(pool, model)
    with ThreadPoolExecutor(8) as visitors:
        names = [f"visitor {number}" for number in range(8)]
        asked = [visitors.submit(pool.ask, identifier, [probe("same"), probe("same"), probe(name)]) for name in names]
        until(lambda: pool.waiting() == 1 + len(names))
        gate.set()
        for name, future in zip(names, asked, strict=True):
            assert [reply.text for reply in future.result()] == ["same", "same", name]
    assert sorted(text for batch in model.batches for text in batch) == ["same", *names]


def test_a_crash_gives_error_replies_and_the_pool_goes_on(pool):
    identifier = register(pool, Echo("a"))
    assert pool.ask(identifier, [probe("crash")]) == [Reply(error="RuntimeError: boom")]
    assert pool.ask(identifier, [probe("next")]) == [Reply("next")]


def test_a_model_that_has_ended_is_left_alone_for_a_while_and_then_loaded_anew():
    class Ends(Echo):
        def answer(self, probes):
            raise ModelEnded("org/a: its process has ended; look at its log")

    now, loads = [0.0], []

    def load():
        loads.append(now[0])
        return Echo("a") if loads[1:] else Ends("a")

    pool = ModelPool(25, clock=lambda: now[0])
    identifier = register(pool, Echo("a"), load)
    told = Reply(error="org/a: its process has ended; look at its log")
    assert pool.ask(identifier, [probe("x")]) == pool.ask(identifier, [probe("y")]) == [told]
    assert pool.failed() == {identifier: told.error}
    assert pool.loaded() == []
    now[0] = RETRY_SECONDS
    assert pool.ask(identifier, [probe("x")]) == [Reply("x")]
    pool.close()
    assert loads == [0, RETRY_SECONDS]


def test_a_model_is_not_to_be_asked_while_it_is_at_what_nobody_waits_for_any_more():
    now, gate = [0.0], threading.Event()
    pool, model = ModelPool(25, clock=lambda: now[0]), Echo("a", gate)
    identifier = register(pool, model)
    with ThreadPoolExecutor(1) as visitors:
        visitors.submit(pool.ask, identifier, [probe("x")])
        until(lambda: model.batches)
        now[0] = PATIENCE
        assert pool.failed() == {}
        now[0] += 10
        assert pool.failed() == {identifier: "is at the same questions for 130 s"}
        gate.set()
    assert pool.failed() == {}
    pool.close()


def test_a_model_that_takes_too_long_gives_error_replies(pool):
    gate = threading.Event()
    identifier = register(pool, Echo("a", gate))
    assert pool.ask(identifier, [probe("slow")], timeout=0.05) == [Reply(error="no answer within 0.05 s")]
    gate.set()
    assert pool.ask(identifier, [probe("next")]) == [Reply("next")]


def test_a_model_that_cannot_be_loaded_gives_error_replies_and_others_answer(pool):
    def fail():
        raise OSError("no disk\nat all")

    broken, sound = register(pool, Echo("broken"), fail), register(pool, Echo("sound"))
    assert pool.ask(broken, [probe("x"), probe("y")]) == [Reply(error="OSError: no disk")] * 2
    assert pool.ask(sound, [probe("x")]) == [Reply("x")]


def test_a_model_that_cannot_be_loaded_is_left_alone_and_then_tried_again_however_often_it_is_asked():
    now = [0.0]
    attempts = []

    def load():
        attempts.append(now[0])
        if len(attempts) == 1:
            raise OSError("no network")
        return Echo("a")

    pool = ModelPool(25, clock=lambda: now[0])
    identifier = register(pool, Echo("a"), load)
    answers = []
    for now[0] in (0, RETRY_SECONDS * 0.4, RETRY_SECONDS * 0.8, RETRY_SECONDS * 1.2):
        answers += pool.ask(identifier, [probe("x")])
    pool.close()
    assert answers == [Reply(error="OSError: no network")] * 3 + [Reply("x")]
    assert attempts == [0, RETRY_SECONDS * 1.2]


def test_failed_names_those_that_cannot_be_asked_until_their_next_attempt():
    now = [0.0]

    def fail():
        raise OSError("no network")

    pool = ModelPool(25, clock=lambda: now[0])
    huge = Echo("huge")
    huge.memory_bytes = 26
    sound, broken, never = register(pool, Echo("sound")), register(pool, Echo("broken"), fail), register(pool, huge)
    for identifier in (sound, broken, never):
        pool.ask(identifier, [probe("x")])
    too_large = "org/huge: it takes 2.42e-08 GB, and all models together may take 2.33e-08; raise ARENA_MEMORY"
    assert pool.failed() == {broken: "OSError: no network", never: too_large}
    now[0] = RETRY_SECONDS
    assert pool.failed().keys() == {never}
    pool.close()


def test_a_question_that_nobody_waits_for_any_more_is_not_computed(pool):
    gate = threading.Event()
    model = Echo("a", gate)
    identifier = register(pool, model)
    with ThreadPoolExecutor(3) as visitors:
        running = visitors.submit(pool.ask, identifier, [probe("running")])
        until(lambda: model.batches)
        patient = visitors.submit(pool.ask, identifier, [probe("both"), probe("patient")])
        until(lambda: pool.waiting() == 3)
        late = Reply(error="no answer within 0.05 s")
        assert pool.ask(identifier, [probe("both"), probe("late")], timeout=0.05) == [late] * 2
        gate.set()
        assert running.result() == [Reply("running")]
        assert patient.result() == [Reply("both"), Reply("patient")]
    assert model.batches == [["running"], ["both", "patient"]]


def test_an_unknown_contestant_gives_error_replies(pool):
    assert pool.ask("nobody", [probe("x")]) == [Reply(error="no contestant nobody")]


def test_closing_answers_what_waits_with_errors():
    pool = ModelPool(25)
    gate = threading.Event()
    model = Echo("a", gate)
    identifier = register(pool, model)
    with ThreadPoolExecutor(2) as visitors:
        running = visitors.submit(pool.ask, identifier, [probe("x")])
        until(lambda: model.batches)
        waiting = visitors.submit(pool.ask, identifier, [probe("y")])
        until(lambda: pool.waiting() == 2)
        closing = threading.Thread(target=pool.close)
        closing.start()
        assert waiting.result() == [Reply(error="the pool is closed")]
        gate.set()
        assert running.result() == [Reply("x")]
        closing.join()
    assert pool.ask(identifier, [probe("z")]) == [Reply(error="the pool is closed")]


@pytest.mark.parametrize("workers", [1, 2])
def test_real_models_asked_by_many_visitors_answer_as_if_asked_alone(repositories, picture, workers):
    models = [load_unguarded(repositories("llava")), load_folder(repositories("clip"))]
    options, captions = ("A", "B"), ("a dog in a car", "a lantern")
    asked = [
        Probe("test", f"{number}", "test/1", (picture(number),), f"A or B? {number}", captions, options, max_new_tokens=4)
        for number in range(12)
    ]
    expected = {model.contestant.id: model.answer(asked) for model in models}
    pool = ModelPool(10**9, workers=workers)
    for model in models:
        pool.register(model.contestant, model.memory_bytes, lambda model=model: model)
    with ThreadPoolExecutor(8) as visitors:
        identifiers = [model.contestant.id for model in models] * 6
        rounds = list(visitors.map(lambda identifier: pool.ask(identifier, asked), identifiers))
    pool.close()
    for identifier, replies in zip(identifiers, rounds, strict=True):
        for reply, other in zip(replies, expected[identifier], strict=True):
            assert reply.text == other.text
            assert reply.logprobs == pytest.approx(other.logprobs, abs=1e-4)


def test_the_log_names_those_that_cannot_answer_and_nobody_else(repositories, picture, tmp_path, caplog, capfd, monkeypatch):
    """Two real models, of which the pool holds one, answer and fail by turns; a third cannot be loaded, a fourth crashes."""
    caplog.set_level(logging.INFO)
    slow = {"fast": lambda *_: 1 / 0, "one by one": OneByOne}  # no faster encoder is good enough, which is logged too
    monkeypatch.setattr("arena.models.guard.ENCODERS", slow)
    references = [str(repositories(name)) for name in ("llava", "smolvlm")]
    reports = [check_repository(reference) for reference in references]
    pool = ModelPool(max(report.memory_bytes for report in reports))
    contestants = [contestant_of(report, image_size=64) for report in reports]
    for report, one in zip(reports, contestants, strict=True):
        pool.register(one, report.memory_bytes, partial(load, report, one))
    nowhere = replace(reports[0], folder=tmp_path / "nowhere", repository="tiny/missing")
    missing = contestant_of(nowhere)
    pool.register(missing, 0, partial(load, nowhere, missing))
    crashing = Echo("crashing")
    register(pool, crashing)
    sound = Probe("test", "sound", "test/1", (picture(0),), "A or B?", options=("A", "B"))
    broken = replace(sound, images=(replace(picture(0), digest="0" * 64, encoded=b"no image"),))
    for one in contestants * 2:
        good, bad = pool.ask(one.id, [sound, broken])
        assert good.error is None
        assert bad.error is not None
    assert pool.ask(missing.id, [sound])[0].error is not None
    assert pool.ask(crashing.contestant.id, [probe("crash")])[0].error is not None
    pool.close()
    told = caplog.text + capfd.readouterr().err
    assert f"tiny/missing: left alone for {RETRY_SECONDS:g} s: cannot be loaded" in told
    assert "org/crashing: crashed on a batch of 1\n" in told
    assert "RuntimeError: boom" in told
    for one in contestants:
        assert one.id not in told
        assert one.name not in told
        assert one.revision not in told


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priority of their own")
def test_models_let_pages_and_votes_go_first(pool):
    class Thread(Echo):
        def answer(self, probes):
            niceness.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
            return super().answer(probes)

    niceness: list[int] = []
    pool.ask(register(pool, Thread("a")), [probe("x")])
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert niceness == [max(NICE_TO_PAGES, own)]
