"""Visitors beside an evaluation: what stops and goes on, how it is told, and a real server with few of them."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import psutil
import pytest

PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"


@pytest.fixture
def beside(script):
    return script("beside_evaluation")


@pytest.fixture
def window(script, beside):
    """A window whose battles took so many seconds each."""

    def made(kind, *seconds):
        tally = script("crowd_visitors").Tally()
        for action in beside.ACTIONS:
            tally.seconds[action] += seconds
        return beside.Window(kind, tally, 0, 0, 0.0)

    return made


def states(process: psutil.Process) -> Counter[bool]:
    """How many of a process and its children are stopped, and how many are not."""
    tree = [process, *process.children(recursive=True)]
    return Counter(one.status() == psutil.STATUS_STOPPED for one in tree)


def until(condition: Callable[[], bool]) -> None:
    """Signals take effect a moment after they are sent."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark is for Linux")
def test_a_process_and_its_children_stop_and_go_on_together(beside):
    with subprocess.Popen([sys.executable, "-c", PARENT], start_new_session=True) as begun:
        process = psutil.Process(begun.pid)
        children: list[psutil.Process] = []
        try:
            while not children:
                time.sleep(0.02)
                children = process.children()
            beside.Processes(process).stop()
            until(lambda: states(process) == {True: 2})
            beside.Processes(process).go_on()
            until(lambda: states(process) == {False: 2})
        finally:
            for one in (*children, process):
                one.kill()


def test_ratios_are_those_of_all_windows_and_of_each_round(beside, window, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    windows = [window("alone", 1.0), window("beside", 2.0), window("beside", 3.0), window("alone", 2.0)]
    beside.Console(width=200).print(beside.ratio_table(windows))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    (found,) = [row for row in rows if row[:2] == ["beside", "battle"]]
    assert found[2:] == ["2", "2500", "2950", "1.67", f"{2.95 / 1.95:.2f}", "2.00", "1.50"]


@pytest.mark.long
def test_visitors_are_served_beside_a_process_that_takes_the_processor(printed):
    small = ("--seconds", 0.5, "--rounds", 1, "--visitors", 2, "--pause", 0.02, "--warm-up", 0.2)
    lines = printed("beside_evaluation", *small, "--only", "alone", "processor")
    assert [line[0] for line in lines[1:3]] == ["alone", "processor"]
    assert all(int(line[4]) > 0 and line[5] == "0" for line in lines[1:3]), lines
