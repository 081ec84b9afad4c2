import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from arena.contestants import Contestant
from arena.models.base import Capabilities
from arena.models.loading import load_model
from arena.models.pool import ModelPool
from arena.probes import Probe, Reply


def contestant(name: str) -> Contestant:
    return Contestant(f"org/{name}", "0" * 40, "test")


def probe(text: str) -> Probe:
    return Probe("test", text, "test/1", (), text, options=("A", "B"))


class Echo:
    """A model that repeats the prompt, and keeps a record of its batches; it answers only while `gate` is open."""

    capabilities = Capabilities(2, writes_text=True, scores_options=True)
    memory_bytes = 10

    def __init__(self, name: str, gate: threading.Event | None = None):
        self.contestant = contestant(name)
        self.batches: list[list[str]] = []
        self.gate = gate

    def answer(self, probes):
        self.batches.append([asked.prompt for asked in probes])
        if self.gate:
            assert self.gate.wait(10)
        if any(asked.prompt == "crash" for asked in probes):
            raise RuntimeError("boom\nand more")
        return [Reply(asked.prompt) for asked in probes]


@pytest.fixture
def pool():
    pool = ModelPool(25)
    yield pool
    pool.close()


def register(pool, model, load=None):
    pool.register(model.contestant, model.memory_bytes, load or (lambda: model))
    return model.contestant.id


def until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


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
        asked = [visitors.submit(pool.ask, identifier, [probe("same"), probe("same")]) for _ in range(8)]
        until(lambda: model.batches)
        time.sleep(0.05)
        gate.set()
        assert all([reply.text for reply in future.result()] == ["same", "same"] for future in asked)
    assert model.batches == [["same"]]


def test_a_crash_gives_error_replies_and_the_pool_goes_on(pool):
    identifier = register(pool, Echo("a"))
    assert pool.ask(identifier, [probe("crash")]) == [Reply(error="RuntimeError: boom")]
    assert pool.ask(identifier, [probe("next")]) == [Reply("next")]


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


def test_an_unknown_contestant_gives_error_replies(pool):
    assert pool.ask("nobody", [probe("x")]) == [Reply(error="no contestant nobody")]


def test_models_are_loaded_when_asked_and_the_least_recently_used_one_is_let_go(pool):
    loads = []

    def loader(name):
        return lambda: loads.append(name) or Echo(name)

    a, b, c = (register(pool, Echo(name), loader(name)) for name in "abc")
    assert pool.loaded() == []
    for identifier in (a, b, a, c):
        pool.ask(identifier, [probe("x")])
    assert loads == ["a", "b", "c"]
    assert set(pool.loaded()) == {a, c}
    pool.ask(b, [probe("x")])
    assert set(pool.loaded()) == {b, c}


def test_a_model_in_use_is_not_let_go():
    pool = ModelPool(15)
    gate = threading.Event()
    first, second = register(pool, Echo("a", gate)), register(pool, Echo("b"))
    with ThreadPoolExecutor(2) as visitors:
        busy = visitors.submit(pool.ask, first, [probe("x")])
        until(lambda: pool.loaded() == [first])
        waiting = visitors.submit(pool.ask, second, [probe("y")])
        time.sleep(0.05)
        assert pool.loaded() == [first]
        gate.set()
        assert (busy.result(), waiting.result()) == ([Reply("x")], [Reply("y")])
    pool.close()


def test_a_model_above_the_whole_budget_gives_an_error_that_says_so(pool):
    model = Echo("huge")
    model.memory_bytes = 30 * 2**20
    (reply,) = pool.ask(register(pool, model), [probe("x")])
    assert reply.error == "org/huge: 30 MB do not fit the budget of the pool"


def test_warming_loads_as_many_as_the_budget_holds(pool):
    identifiers = [register(pool, Echo(name)) for name in "abc"]
    pool.warm(timeout=10)
    assert pool.loaded() == identifiers[:2]


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
    models = [load_model(str(repositories(name))) for name in ("llava", "clip")]
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
