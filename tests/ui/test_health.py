"""What `/healthz` says of an arena that is well, and of one that is not."""

import shutil

import pytest
from watched import watched

from arena.store import SaveStatus


def save_status(facts: int = 0, seconds: float = 0.0, *, paused: bool = False, read_only: str = "") -> SaveStatus:
    """What an outbox tells."""
    return SaveStatus(None, facts, seconds, "", paused, read_only)


def test_an_arena_that_can_play_is_ready(tmp_path):
    with watched(tmp_path / "home") as it:
        answer = it.get("/healthz", peer="203.0.113.9")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "reasons": [],
        "database": "ok",
        "models": "ok",
    }


def test_an_arena_that_fewer_than_two_can_be_asked_in_says_so_without_a_name(tmp_path):
    with watched(tmp_path / "home") as it:
        it.players.unable = dict.fromkeys([next(iter(it.players.contestants))], "it is ill")
        answer = it.get("/healthz")
        it.players.unable = {}
        assert it.get("/healthz").status_code == 200
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["reasons"] == ["models: 1 of 2 can be asked, and a battle needs 2"]


def test_an_arena_whose_home_is_gone_says_so_and_not_where_it_was(tmp_path):
    home = tmp_path / "a-secret-place"
    with watched(home) as it:
        assert it.get("/healthz").status_code == 200
        home.rename(tmp_path / "elsewhere")
        answer = it.get("/healthz")
        (tmp_path / "elsewhere").rename(home)
        assert it.get("/healthz").status_code == 200
        shutil.rmtree(home)
        assert it.get("/healthz").status_code == 503
    assert answer.status_code == 503
    assert answer.json()["reasons"][0].startswith("database: its files were deleted, moved or replaced")
    assert "a-secret-place" not in answer.text


@pytest.mark.parametrize(
    ("saving", "status", "reasons"),
    [
        (save_status(), 200, []),
        (save_status(4, 7.25), 200, []),
        (save_status(90, 130, paused=True), 503, ["saving: what is stored could not be saved for too long; the log says why"]),
        (save_status(read_only="Another copy of this arena runs."), 503, ["saving: Another copy of this arena runs."]),
    ],
)
def test_what_is_not_saved_yet_is_told_and_keeps_it_from_being_ready_once_battles_pause(tmp_path, saving, status, reasons):
    with watched(tmp_path / "home", lambda: saving) as it:
        answer = it.get("/healthz")
    assert (answer.status_code, answer.json()["reasons"]) == (status, reasons)
    assert answer.json()["unsaved"] == {"facts": saving.facts_waiting, "seconds": round(saving.age_seconds, 1)}
