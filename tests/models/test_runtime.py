import os
import subprocess
import sys
import threading

import pytest
import torch

from arena.models.runtime import NICE, Recent, cores, step_back


@pytest.fixture
def computed():
    return []


@pytest.fixture
def double(computed):
    def compute(keys):
        computed.append(keys)
        return [key * 2 for key in keys]

    return compute


def test_missing_values_are_computed_together_and_once(double, computed):
    recent = Recent(10)
    assert recent.get([1, 2, 1], double) == {1: 2, 2: 4}
    assert recent.get([2, 3], double) == {2: 4, 3: 6}
    assert computed == [[1, 2], [3]]


def test_the_least_recently_used_value_is_dropped(double, computed):
    recent = Recent(2)
    for keys in ([1], [2], [1], [3], [1], [2]):
        recent.get(keys, double)
    assert computed == [[1], [2], [3], [2]]


def test_more_than_fits_is_still_given(double):
    assert Recent(2).get(range(5), double) == {number: number * 2 for number in range(5)}


def test_costs_bound_what_is_kept(double, computed):
    recent: Recent[int, int] = Recent(10, cost=int)
    for keys in ([1], [2], [3], [1], [3]):
        recent.get(keys, double)
    assert computed == [[1], [2], [3], [1]]


def test_a_failure_to_compute_keeps_nothing_and_forgets_nothing(double, computed):
    recent = Recent(10)
    recent.get([1], double)
    with pytest.raises(ZeroDivisionError):
        recent.get([1, 2], lambda keys: [1 // 0])
    assert recent.get([1, 2], double) == {1: 2, 2: 4}


def test_cores_follow_the_environment(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores() == 3


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("1600000 100000", 8), (None, 8)],
)
def test_cores_stay_within_the_quota_of_a_container(monkeypatch, tmp_path, quota, expected):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)))
    monkeypatch.setattr("arena.models.runtime.CPU_QUOTA", tmp_path / "cpu.max")
    if quota:
        (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert cores() == expected


def test_cores_are_all_cores_where_the_system_does_not_tell_which_may_be_used(monkeypatch, tmp_path):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("arena.models.runtime.CPU_QUOTA", tmp_path / "cpu.max")
    assert cores() == os.cpu_count()


def test_the_device_is_a_cpu_without_asking_torch_where_there_is_no_driver(tmp_path):
    program = """
import pathlib, sys
from arena.models import runtime
runtime.NVIDIA_DRIVER = pathlib.Path("missing")
print(runtime.best_device(), "torch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["cpu", "False"]


def test_work_in_the_background_steps_back_and_no_other_thread_with_it(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    found = {}

    def work() -> None:
        step_back()
        found["threads"], found["nice"] = torch.get_num_threads(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = torch.get_num_threads(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found["threads"] == 2
    assert (torch.get_num_threads(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())) == before
    if sys.platform == "linux":
        assert found["nice"] == max(NICE, before[1])
