"""Evaluations by actors of a Ray cluster on this machine, and what is told where there is none."""

import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from evaluation_world import loaded, suite
from worker_world import Noted

from arena.errors import RepositoryError, SettingsError
from arena.evaluation import worker_pool
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.ray_workers import RayHost, RayWorkers, installed, resources
from arena.evaluation.results import Results
from arena.store import Store

MANY = loaded(200)


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of one machine with two CPUs, to which RAY_ADDRESS points."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # actors load models of a module of tests
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 2, "object_store_memory": 80 * 2**20}
    unneeded = {"include_dashboard": False, "include_log_monitor": False, "no_monitor": True}  # each is a process
    running = Cluster(initialize_head=True, head_node_args=size | unneeded)
    monkeypatch.setenv("RAY_ADDRESS", running.address)
    yield running
    running.shutdown()


def test_an_actor_that_is_killed_leaves_the_same_table_and_what_is_too_large_is_told(
    cluster, store, tmp_path, empty, monkeypatch
):
    monkeypatch.setattr(worker_pool, "START_SECONDS", 0.01)
    monkeypatch.setattr(worker_pool, "WORTHWHILE", 0)
    killed = Noted(tmp_path, seconds=0.002, dies_over=(60,))
    large = Noted(tmp_path, "large", memory_bytes=2**50)
    entrants = [killed.entrant(), large.entrant()]
    done = evaluate(store, entrants, [(suite(MANY), MANY)], Options(), workers=RayWorkers(2))
    failures = {one.contestant.name: one.failure for one in done}
    assert failures["noted"] is None
    assert (failures["large"] or "").startswith(
        "tests/large: no machine of the Ray cluster has 1 CPUs, 0 GPUs and 1048576.0 GB"
    )
    (tmp_path / "whole").mkdir()
    shutil.copytree(empty, tmp_path / "whole" / "home")
    with Store.open(tmp_path / "whole" / "home") as whole:
        evaluate(whole, [Noted(tmp_path / "whole").entrant()], [(suite(MANY), MANY)], Options())
        assert table(store, killed) == table(whole, killed)
    counts = Counter(key for _, keys in killed.batches() for key in keys)
    dead = next(process for process, keys in killed.batches() if MANY.questions[60].probe.key in keys)
    in_flight = [keys for process, keys in killed.batches() if process == dead][-1]
    assert {key for key, count in counts.items() if count > 1} == set(in_flight)
    assert len(killed.loads()) >= 2


def table(store, noted):
    return Results(store, {"tiny": suite(MANY)}).estimates("tiny", noted.contestant.id)


def test_without_ray_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"^--engine ray: needs ray; install minimal-pair-arena\[ray\]$"):
        RayWorkers()


def test_a_cluster_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "no-such-address")
    with pytest.raises(SettingsError, match=r"^RAY_ADDRESS: no-such-address cannot be used \(.*\); start it, or unset it$"):
        RayWorkers()


def test_a_machine_with_other_libraries_asks_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    order = Noted(tmp_path).order()
    refused = RayHost(str(tmp_path)).load_alike(order, {**installed(), "torch": "0.1"})
    with pytest.raises(
        RepositoryError, match=r"a worker there has torch [\d.+a-z]+, not 0\.1; install the same on all machines"
    ):
        refused.result()
    assert RayHost(str(tmp_path)).load_alike(order, installed()).error is None


def test_relative_paths_mean_the_same_to_an_actor_where_its_machine_has_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    RayHost(str(tmp_path / "missing"))
    assert Path.cwd() == Path("/")
    RayHost(str(tmp_path))
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(("device", "gpus", "count"), [("", [], 0), ("", [80], 0), ("cuda", [80, 80], 2), ("offload", [80], 0)])
def test_an_actor_asks_for_the_gpus_that_its_model_fills(tmp_path, device, gpus, count):
    order = Noted(tmp_path, memory_bytes=100).order()
    object.__setattr__(order.contestant, "settings", {"device": device})
    assert resources(order, 4, gpus) == {"CPU": 4, "GPU": count, "memory": 100}
