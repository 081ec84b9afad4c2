"""Which models the pool loads, and which it lets go."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from echo import PATIENCE, Echo, probe, register, until

from arena.models.pool import ModelPool
from arena.probes import Reply


@pytest.fixture
def pool():
    pool = ModelPool(25)
    yield pool
    pool.close()


def test_a_model_that_was_asked_first_answers_before_it_makes_room():
    pool = ModelPool(15)
    gates = [threading.Event(), threading.Event()]
    loads = []

    def opening(name, gate):
        loads.append(name)
        assert gate.wait(PATIENCE)
        return Echo(name)

    # Both workers are held, so that a model which has just been loaded cannot be answering yet.
    small = [Echo(name, gates[0]) for name in ("c", "d")]
    for model in small:
        model.memory_bytes = 0
    held = [register(pool, model) for model in small]
    first, second = (register(pool, Echo(name), partial(opening, name, gates[1])) for name in "ab")
    with ThreadPoolExecutor(4) as visitors:
        running = [visitors.submit(pool.ask, identifier, [probe("x")]) for identifier in held]
        until(lambda: all(model.batches for model in small))
        asked = [visitors.submit(pool.ask, first, [probe("first")])]
        until(lambda: loads == ["a"])
        asked.append(visitors.submit(pool.ask, second, [probe("second")]))
        until(lambda: pool.waiting() == 4)
        gates[1].set()
        until(lambda: first in pool.loaded())
        time.sleep(0.05)  # in which the other model must not take its place
        gates[0].set()
        assert [each.result() for each in asked] == [[Reply("first")], [Reply("second")]]
        assert all(each.result() for each in running)
    pool.close()
    assert loads == ["a", "b"]


def test_no_model_is_loaded_for_questions_that_nobody_waits_for_any_more():
    pool = ModelPool(15)
    gate = threading.Event()
    loads = []
    first, second = register(pool, Echo("a", gate)), register(pool, Echo("b"), lambda: loads.append("b") or Echo("b"))
    with ThreadPoolExecutor(1) as visitors:
        busy = visitors.submit(pool.ask, first, [probe("x")])
        until(lambda: pool.loaded() == [first])
        pool.ask(second, [probe("late")], timeout=0.05)
        gate.set()
        busy.result()
    pool.close()
    assert loads == []


def test_no_model_is_let_go_for_one_that_is_known_to_fail(pool):
    def fail():
        raise OSError("no disk")

    broken = register(pool, Echo("broken"), fail)
    pool.ask(broken, [probe("x")])
    sound = [register(pool, Echo(name)) for name in "ab"]
    for identifier in (*sound, broken):
        pool.ask(identifier, [probe("y")])
    pool.warm([broken], timeout=PATIENCE)
    assert pool.loaded() == sound


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
        until(lambda: pool.waiting() == 2)
        time.sleep(0.05)  # in which nothing must be let go
        assert pool.loaded() == [first]
        gate.set()
        assert (busy.result(), waiting.result()) == ([Reply("x")], [Reply("y")])
    pool.close()


def test_a_model_above_the_whole_budget_gives_an_error_that_says_so(pool):
    model = Echo("huge")
    model.memory_bytes = 3 * 2**30
    (reply,) = pool.ask(register(pool, model), [probe("x")])
    assert (reply.error or "").startswith("org/huge: it takes 3 GB, and all models together may take ")
    assert (reply.error or "").endswith("raise ARENA_MEMORY")


def test_warming_loads_as_many_as_the_budget_holds(pool):
    identifiers = [register(pool, Echo(name)) for name in "abc"]
    pool.warm(timeout=PATIENCE)
    assert pool.loaded() == identifiers[:2]
