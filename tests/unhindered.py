"""Processes with limits that are served as their tests are: where others are busy, those that step back may get nothing."""

import pytest

from arena.submissions import limited_process


@pytest.fixture
def unhindered(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process with limits steps back behind others."""
    hinder_none(monkeypatch)


def hinder_none(patch: pytest.MonkeyPatch) -> None:
    """Have none of them step back, as long as the patch lasts."""
    patch.setattr(limited_process, "NICENESS", 0)
    steps_back = f"echo {limited_process.SESSION_NICENESS} "
    assert steps_back in limited_process.LAUNCH
    patch.setattr(limited_process, "LAUNCH", limited_process.LAUNCH.replace(steps_back, "echo 0 "))
