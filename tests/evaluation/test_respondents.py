"""Who is asked in this process, and whom workers load."""

import pickle
from dataclasses import replace

import pytest
from evaluation_world import FunctionModel

from arena.contestants import Contestant
from arena.evaluation.entrants import Entrant, entrants
from arena.evaluation.respondents import is_for_workers, order_of
from arena.settings import Settings
from arena.suites.starter import starter_pairs
from arena.tasks import verification


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> list[Entrant]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    meant, problems = entrants(["clip-mini", "llava-mini+reminder", "llava-mini+examples:1", "blind:llava-mini"], settings)
    assert not problems
    return meant


def test_models_that_ship_can_be_sent_to_workers_under_any_strategy(shipped):
    assert [is_for_workers(one) for one in shipped] == [True] * 4


def test_a_model_that_was_sent_is_the_same_contestant_and_gives_the_same_answers(shipped):
    order = pickle.loads(pickle.dumps(order_of(shipped[0])))
    probes = verification.probes(starter_pairs()[0])
    assert order.contestant.id == shipped[0].contestant.id
    assert order.load().answer(probes) == shipped[0].load().answer(probes)


def test_constants_endpoints_models_of_this_process_alone_and_those_on_a_numbered_gpu_stay(shipped, tmp_path):
    elsewhere, _ = entrants(["always-refuse", "https://localhost:1/v1#model"], Settings(home=tmp_path))
    unsendable = replace(FunctionModel().entrant(), memory_bytes=5)
    second = Contestant("tests/model", "0" * 40, "generative", {"device": "cuda:1"})
    assert len(elsewhere) == 2
    assert not any(map(is_for_workers, [*elsewhere, unsendable, replace(shipped[0], contestant=second)]))
