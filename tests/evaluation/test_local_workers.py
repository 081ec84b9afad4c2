"""Evaluations by real processes: they are killed, they cannot load, they are interrupted."""

import contextlib
import os
import shutil
import signal
import time
from collections import Counter
from multiprocessing import resource_tracker

import pytest
from evaluation_world import loaded, suite
from processes import forked, wait_until
from worker_world import Noted

from arena.evaluation import worker_pool
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.local_workers import LocalWorkers, count_within, gpus_of
from arena.evaluation.results import Results
from arena.store import Store

MANY = loaded(200)


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory, empty):
    """A contestant whose process is killed in the middle, and one that no process can load; then the store and both."""
    folder = tmp_path_factory.mktemp("interrupted")
    shutil.copytree(empty, folder / "home")
    killed = Noted(folder, seconds=0.002, dies_over=(60,))
    broken = Noted(folder, "broken", refusal="tests/broken: its weights are not there; download them again")
    with Store.open(folder / "home") as store, pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker_pool, "START_SECONDS", 0.01)
        patched.setattr(worker_pool, "WORTHWHILE", 0)
        workers = LocalWorkers(2, folder / "home", float("inf"))
        done = evaluate(store, [killed.entrant(), broken.entrant()], [(suite(MANY), MANY)], Options(), workers=workers)
        yield store, killed, {one.contestant.name: one for one in done}


def test_a_kill_in_the_middle_leaves_the_same_answers_and_table_as_threads_of_one_process(interrupted, tmp_path, empty):
    store, killed, done = interrupted
    shutil.copytree(empty, tmp_path / "home")
    with Store.open(tmp_path / "home") as whole:
        evaluate(whole, [Noted(tmp_path).entrant()], [(suite(MANY), MANY)], Options())
        assert answers(store, killed) == answers(whole, killed)
        assert table(store, killed) == table(whole, killed)
    assert (done["noted"].failure, done["noted"].count.done) == (None, 200)


def answers(store, noted):
    count, rows = store.evaluations.answers("tiny", MANY.edition, noted.contestant.id, with_images=False)
    assert count == 200
    return rows


def table(store, noted):
    return Results(store, {"tiny": suite(MANY)}).estimates("tiny", noted.contestant.id)


def test_of_what_a_killed_process_was_asked_only_the_batch_in_flight_is_asked_again(interrupted):
    _, killed, _ = interrupted
    dead = next(process for process, keys in killed.batches() if MANY.questions[60].probe.key in keys)
    in_flight = [keys for process, keys in killed.batches() if process == dead][-1]
    counts = Counter(key for _, keys in killed.batches() for key in keys)
    assert {key for key, count in counts.items() if count > 1} == set(in_flight)
    assert set(counts.values()) == {1, 2}
    assert len(counts) == 200


def test_each_process_loads_a_contestant_once_for_all_that_it_asks(interrupted):
    _, killed, _ = interrupted
    loads = Counter(load for load in killed.loads() if load[1] == "noted")
    assert set(loads.values()) == {1}
    assert len(loads) >= 2, "one at least has gone on in place of the killed one"
    assert os.getpid() not in {process for process, _ in loads}


def test_whom_no_process_can_load_is_told_in_one_line_and_logged(interrupted):
    store, _, done = interrupted
    assert done["broken"].failure == "tests/broken: its weights are not there; download them again"
    assert {reason for _, reason in store.evaluations.log()} == {"finished", done["broken"].failure}


def test_after_ctrl_c_batches_in_flight_are_committed_and_no_process_is_left(tmp_path):
    slow = Noted(tmp_path, seconds=0.01)
    with forked(evaluate_in_a_group, slow) as process:
        wait_until(lambda: len(slow.batches()) > 1, process)
        assert process.pid
        os.killpg(process.pid, signal.SIGINT)
        process.join(30)
        assert process.exitcode == 130
    asked = [key for _, keys in slow.batches() for key in keys]
    assert len(asked) < 200
    with Store.open(tmp_path / "home") as store:
        assert set(store.replies(slow.contestant.id, asked)) == set(asked)
        assert [reason for _, reason in store.evaluations.log()] == ["stopped"]
    for worker, _ in slow.loads():
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


def test_workers_end_at_once_with_the_process_that_began_them(tmp_path):
    slow = Noted(tmp_path, seconds=60)
    with forked(evaluate_in_a_group, slow) as process:
        wait_until(lambda: bool(slow.batches()), process)
        ((worker, _),) = slow.loads()
        process.kill()
        process.join()
    wait_for_end(worker)


def wait_for_end(process_id: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        for _ in range(1000):
            os.kill(process_id, 0)
            time.sleep(0.01)
        raise AssertionError("it goes on")


def evaluate_in_a_group(noted: Noted) -> None:
    """As a command of a terminal, whose Ctrl-C reaches all processes of its group."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A command begins the tracker of its processes with the first of them.
    resource_tracker._resource_tracker._fd = None  # pyright: ignore[reportAttributeAccessIssue] - its own affair
    home = noted.folder / "home"
    with Store.open(home) as store:
        try:
            evaluate(store, [noted.entrant()], [(suite(MANY), MANY)], Options(), workers=LocalWorkers(1, home, 1))
        except KeyboardInterrupt:
            raise SystemExit(130) from None


def test_gpus_are_dealt_out_in_turn_and_shared_where_they_are_fewer_than_workers():
    four = ["0", "1", "2", "3"]
    assert [gpus_of(number, 2, four) for number in range(2)] == [["0", "2"], ["1", "3"]]
    assert [gpus_of(number, 3, ["4", "7"]) for number in range(3)] == [["4"], ["7"], ["4"]]
    assert not gpus_of(0, 2, [])


def test_no_more_workers_begin_than_memory_bears_models():
    gigabyte = 2**30
    assert count_within(4, [3 * gigabyte, gigabyte, 0], 10 * gigabyte) == 4
    assert count_within(8, [3 * gigabyte, gigabyte, 0], 10 * gigabyte) == 5, "the smallest, each with a process"
    assert count_within(8, [30 * gigabyte], 10 * gigabyte) == 1
    assert count_within(3, [0], float("inf")) == 3
