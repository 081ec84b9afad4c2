import os
import signal
import subprocess
import time
from dataclasses import replace

import psutil
import pytest

from arena.submissions import limited_process, process_tree
from arena.submissions.limited_process import network_closed
from arena.submissions.process_tree import Limits, ProcessTree

LIMITS = Limits(memory_bytes=300 * 2**20, seconds=20, processor_seconds=20, disk_bytes=50_000_000, processes=10)


def test_generations_that_came_between_two_looks_are_all_seen(tmp_path):
    line = "sh -c 'sleep 60 & wait' & wait"
    with subprocess.Popen(["sh", "-c", line], start_new_session=True) as process:
        while len(psutil.Process(process.pid).children(recursive=True)) < 2:
            time.sleep(0.01)
        tree = ProcessTree(process, tmp_path)
        assert tree.excess(replace(LIMITS, processes=2), time.monotonic(), 0) == "processes: 3 where 2 are the most"
        tree.end()


@pytest.mark.skipif(not network_closed(), reason="this system makes no namespaces")
def test_what_loses_its_parent_while_it_is_looked_at_is_seen_at_the_next_look(tmp_path, monkeypatch):
    line = "sh -c 'sleep 60 & wait' & wait; sleep 60"
    with subprocess.Popen([*limited_process.NAMESPACES, "sh", "-c", line], start_new_session=True) as process:
        while "sleep" not in (names := {one.name(): one for one in psutil.Process(process.pid).children(recursive=True)}):
            time.sleep(0.01)
        orphan, parent_of = names["sleep"].pid, process_tree._parent

        def unlucky(pid: int) -> int | None:
            parent = parent_of(pid)
            if pid == orphan and parent not in tree._members:
                os.kill(parent or 0, signal.SIGKILL)
                while psutil.pid_exists(parent or 0):
                    time.sleep(0.01)
            return parent

        monkeypatch.setattr(process_tree, "_parent", unlucky)
        tree = ProcessTree(process, tmp_path)
        for _ in range(2):
            tree.excess(LIMITS, time.monotonic(), 0)
        seen = set(tree._members)
        tree.end()
    assert orphan in seen


def test_what_has_ended_is_forgotten_but_for_what_it_took_of_the_processor(tmp_path):
    line = "for n in 1 2 3 4 5; do timeout 0.3 sh -c 'while :; do :; done'; done; sleep 60"
    with subprocess.Popen(["sh", "-c", line], start_new_session=True) as process:
        tree = ProcessTree(process, tmp_path)
        while not (excess := tree.excess(replace(LIMITS, processor_seconds=0.6), time.monotonic(), 0)):
            assert process.poll() is None
            time.sleep(0.01)
        members = len(tree._members)
        tree.end()
    assert excess.startswith("processor: 0.6")
    assert members <= 3
