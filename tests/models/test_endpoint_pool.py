"""Endpoints beside the models of this machine: who waits for whom, who is left out, and who is tried again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest
from echo import PATIENCE, Echo, probe, until
from echo import register as register_local

from arena.contestants import Contestant
from arena.models import EndpointPool, ModelPool, Pools, RequestBudget
from arena.models.base import Capabilities
from arena.models.endpoint_budget import SPENT
from arena.models.endpoint_pool import BUSY, MOST_WAITING
from arena.models.pool import CLOSED
from arena.probes import Reply

ILL = Reply(error="HTTP 503: no reason")
NO_MODEL = Reply(error="HTTP 404: no such model", permanent=True)
SMALL = probe("small question")


class Remote(Echo):
    """Repeats what it is asked; while it is `ill`, that is all that it answers."""

    capabilities = Capabilities(2, writes_text=True, scores_options=False)

    def __init__(self, name, digit="1", gate=None):
        super().__init__(name, gate)
        self.contestant = Contestant(f"host/{name}", digit * 40, "endpoint openai-compatible")
        self.ill: Reply | None = None

    def answer(self, probes):
        given = super().answer(probes)
        return given if self.ill is None else [self.ill] * len(probes)


@pytest.fixture
def now():
    return [1000.0]


@pytest.fixture
def open_pool(tmp_path, now):
    """A pool of these models, with a clock that stands still."""
    pools = []

    def opened(*models, a_day=1000, battle_requests=26, spent=0, seconds=120.0, clock=lambda: now[0]):
        budget = RequestBudget(tmp_path, a_day, now=lambda: datetime(2026, 11, 29, tzinfo=UTC))
        for _ in range(spent):
            budget.spend(models[0].contestant)
        endpoints = [(model.contestant, partial(lambda given: given, model)) for model in models]
        pools.append(EndpointPool(endpoints, budget, battle_requests, SMALL, seconds=seconds, clock=clock, jitter=lambda: 0.0))
        return pools[-1]

    yield opened
    for pool in pools:
        pool.close()


def asked(model):
    return [text for batch in model.batches for text in batch]


def test_nobody_who_asks_a_model_of_this_machine_waits_for_a_slow_endpoint(open_pool):
    gate, local = threading.Event(), ModelPool(100, workers=1)
    slow = [Remote(f"slow-{digit}", digit, gate) for digit in "123"]
    quick, pool = register_local(local, Echo("quick")), Pools(local, open_pool(*slow))
    with ThreadPoolExecutor(4) as visitors:
        waiting = [visitors.submit(pool.ask, model.contestant.id, [probe("x")]) for model in slow]
        until(lambda: all(model.batches for model in slow))
        assert pool.ask(quick, [probe("y")]) == [Reply("y")]
        assert not any(one.done() for one in waiting)
        gate.set()
        assert [one.result() for one in waiting] == [[Reply("x")]] * 3
    local.close()


def test_what_many_visitors_ask_of_one_endpoint_is_asked_together(open_pool):
    gate = threading.Event()
    model = Remote("slow", gate=gate)
    pool, name = open_pool(model), model.contestant.id
    with ThreadPoolExecutor(9) as visitors:
        first = visitors.submit(pool.ask, name, [probe("first")])
        until(lambda: model.batches)
        others = [visitors.submit(pool.ask, name, [probe(f"{visitor}")]) for visitor in range(8)]
        until(lambda: pool._pool.waiting(name) == 9)
        gate.set()
        assert [one.result()[0].text for one in (first, *others)] == ["first", *map(str, range(8))]
    assert [len(batch) for batch in model.batches] == [1, 8]


def test_one_that_fails_is_left_out_and_asked_nothing_until_a_small_question_is_answered(open_pool, now, caplog):
    model = Remote("ill")
    pool, name = open_pool(model), model.contestant.id
    assert pool.failed() == {}
    model.ill = ILL
    assert pool.ask(name, [probe("x")]) == [ILL]
    assert pool.failed() == {name: "HTTP 503: no reason"}
    assert pool.ask(name, [probe("y")]) == [ILL]
    assert asked(model) == ["x"]
    now[0] += 60
    assert pool.failed() == {name: "HTTP 503: no reason"}
    until(lambda: asked(model) == ["x", "small question"])
    model.ill = None
    now[0] += 119
    pool.failed()
    now[0] += 1
    until(lambda: not pool.failed())
    until(lambda: "host/ill: answers again" in caplog.messages)
    assert asked(model) == ["x", "small question", "small question"]
    told = [record.getMessage() for record in caplog.records if record.name == "arena.models.endpoint_pool"]
    assert told == [
        "host/ill: plays no battle for 1 minutes: HTTP 503: no reason",
        "host/ill: plays no battle for 2 minutes: HTTP 503: no reason",
        "host/ill: answers again",
    ]


def test_what_only_people_can_change_is_told_in_one_line_and_left_for_long(open_pool, now, caplog):
    model = Remote("gone")
    model.ill = NO_MODEL
    pool = open_pool(model)
    pool.warm()
    until(lambda: caplog.records)
    now[0] += 1799
    assert pool.failed() == {model.contestant.id: "HTTP 404: no such model"}
    assert asked(model) == ["small question"]
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == "host/gone: plays no battle for 30 minutes: HTTP 404: no such model"


def test_one_question_that_fails_among_others_leaves_it_out_too(open_pool):
    class Unlucky(Remote):
        def answer(self, probes):
            return [ILL if one.prompt == "bad" else Reply(one.prompt) for one in probes]

    model = Unlucky("unlucky")
    pool = open_pool(model)
    assert pool.ask(model.contestant.id, [probe("good"), probe("bad")]) == [Reply("good"), ILL]
    assert pool.failed() == {model.contestant.id: ILL.error}


def test_one_that_answers_after_everybody_has_left_is_left_out(open_pool, now):
    class Slow(Remote):
        def answer(self, probes):
            now[0] += 121
            return super().answer(probes)

    model = Slow("slow")
    pool = open_pool(model)
    pool.ask(model.contestant.id, [probe("x"), probe("y")])
    assert pool.failed() == {model.contestant.id: "2 questions took it 121 s"}


class Hangs(Remote):
    """Answers nothing but the small question, until its gate is open."""

    def answer(self, probes):
        self.batches.append([one.prompt for one in probes])
        assert probes == [SMALL] or self.gate is None or self.gate.wait(PATIENCE)
        return [Reply(one.prompt) for one in probes]


def test_one_that_hangs_is_left_out_as_soon_as_a_visitor_has_waited_in_vain_and_delays_later_ones_less(open_pool, now):
    gate = threading.Event()
    model = Hangs("hangs", gate=gate)
    pool, name = open_pool(model, seconds=0.4, clock=lambda: time.monotonic() + now[0]), model.contestant.id

    def error(text):
        return pool.ask(name, [probe(text)])[0].error

    assert error("first") == error("drawn before") == "no answer within 0.4 s"
    assert pool.failed() == {name: "no answer within 0.4 s"}
    gate.set()
    until(lambda: not pool._pool.waiting(name))
    assert asked(model) == ["first"]
    assert pool.failed(), "an answer that nobody waited for makes it no better"
    gate.clear()
    now[0] += 60
    until(lambda: not pool.failed())
    assert error("second") == "no answer within 0.1 s"
    gate.set()
    until(lambda: not pool._pool.waiting(name))
    now[0] += 120
    until(lambda: not pool.failed())
    assert error("third") is None
    gate.clear()
    assert error("fourth") == "no answer within 0.4 s", "it is trusted again"
    gate.set()


def test_nobody_is_sent_to_one_while_a_question_has_waited_for_long(open_pool, now):
    gate = threading.Event()
    model = Remote("slow", gate=gate)
    pool = open_pool(model)
    with ThreadPoolExecutor(1) as visitors:
        visitors.submit(pool.ask, model.contestant.id, [probe("x")])
        until(lambda: model.batches)
        now[0] += 30
        assert pool.failed() == {}
        now[0] += 1
        assert pool.failed() == {model.contestant.id: BUSY}
        gate.set()
        until(lambda: not pool.failed())


def test_one_whose_requests_do_not_suffice_for_a_battle_is_left_out_and_that_is_told_once(open_pool, caplog):
    model, other = Remote("paid"), Remote("other", "2")
    pool = open_pool(model, other, a_day=30, spent=4)
    assert pool.failed() == {}
    pool._budget.spend(model.contestant)
    assert pool.failed() == pool.failed() == {model.contestant.id: SPENT}
    (line,) = [record.getMessage() for record in caplog.records]
    assert line == f"host/paid: plays no battle until tomorrow (UTC): {SPENT}"


def test_requests_that_others_wait_for_are_as_good_as_spent(open_pool):
    gate = threading.Event()
    model = Remote("slow", gate=gate)
    pool = open_pool(model, a_day=30)
    with ThreadPoolExecutor(1) as visitors:
        visitors.submit(pool.ask, model.contestant.id, [probe(f"{number}") for number in range(5)])
        until(lambda: model.batches)
        assert pool.failed() == {model.contestant.id: SPENT}
        gate.set()


def test_used_up_requests_are_no_illness(open_pool):
    model = Remote("paid")
    model.ill = Reply(error=SPENT)
    pool = open_pool(model)
    assert pool.ask(model.contestant.id, [probe("x")]) == [Reply(error=SPENT)]
    assert pool.failed() == {}


def test_without_requests_left_nothing_is_asked_at_the_start(open_pool):
    model = Remote("paid")
    open_pool(model, a_day=0).warm()
    time.sleep(0.05)
    assert asked(model) == []


def test_one_for_which_too_many_questions_wait_is_not_drawn(open_pool):
    gate = threading.Event()
    model = Remote("slow", gate=gate)
    pool, name = open_pool(model), model.contestant.id
    with ThreadPoolExecutor(1) as visitors:
        visitors.submit(pool.ask, name, [probe(f"{number}") for number in range(MOST_WAITING + 1)])
        until(lambda: model.batches)
        assert pool.failed() == {name: BUSY}
        gate.set()
        until(lambda: not pool.failed())


def test_whoever_waits_for_an_endpoint_is_let_go_when_the_arena_closes(open_pool):
    gate = threading.Event()
    model = Remote("slow", gate=gate)
    pool = open_pool(model)
    with ThreadPoolExecutor(1) as visitors:
        waiting = visitors.submit(pool.ask, model.contestant.id, [probe("x")])
        until(lambda: model.batches)
        pool.close()
        assert waiting.result(PATIENCE) == [CLOSED]
        assert pool.ask(model.contestant.id, [probe("y")]) == [CLOSED]
        gate.set()
