"""What the guard found outlives the process that found it, whatever other processes do."""

import multiprocessing
from pathlib import Path

from arena.contestants import Contestant
from arena.models.findings import Finding, Findings

FINDING = Finding("one by one", 2, needs_image=False, difference=0.0, batch_difference=0.0, tolerance=1e-4, second_turn=True)
COUNT = 100


def contestant(process: int, number: int) -> Contestant:
    return Contestant(f"process-{process}/model-{number}", "0" * 40, "generative")


def keep_all(file: Path, process: int) -> None:
    for number in range(COUNT):
        Findings(file).keep(contestant(process, number), FINDING)


def test_processes_that_keep_findings_at_once_do_not_fail_and_leave_a_whole_file(tmp_path):
    file = tmp_path / "findings.json"
    processes = [multiprocessing.get_context("spawn").Process(target=keep_all, args=(file, number)) for number in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    last = [Findings(file).get(contestant(number, COUNT - 1)) for number in (1, 2)]
    assert FINDING in last
    assert [path.name for path in tmp_path.iterdir()] == ["findings.json"]
