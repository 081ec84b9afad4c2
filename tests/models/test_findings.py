"""What the guard found outlives the process that found it, whatever other processes do."""

from pathlib import Path

from processes import exit_code, forked

from arena.contestants import Contestant
from arena.models.findings import Finding, Findings

FINDING = Finding("one by one", 2, needs_image=False, difference=0.0, batch_difference=0.0, tolerance=1e-4, second_turn=True)
COUNT = 100


def contestant(process: int, number: int) -> Contestant:
    return Contestant(f"process-{process}/model-{number}", "0" * 40, "generative")


def keep_all(file: Path, process: int) -> None:
    for number in range(COUNT):
        Findings(file).keep(contestant(process, number), FINDING)


def test_of_processes_that_keep_findings_at_once_all_are_kept(tmp_path):
    file = tmp_path / "findings.json"
    with forked(keep_all, file, 1) as one, forked(keep_all, file, 2) as other:
        assert (exit_code(one), exit_code(other)) == (0, 0)
    known = Findings(file)
    assert all(known.get(contestant(process, number)) == FINDING for process in (1, 2) for number in range(COUNT))
    assert [path.name for path in tmp_path.iterdir()] == ["findings.json"]


def test_without_the_home_nothing_is_kept_and_nothing_fails(tmp_path):
    elsewhere = Findings(tmp_path / "home" / "findings.json")
    elsewhere.keep(contestant(1, 1), FINDING)
    assert elsewhere.get(contestant(1, 1)) is None
    assert not list(tmp_path.iterdir())
