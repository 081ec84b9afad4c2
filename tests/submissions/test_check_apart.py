"""Checks in a process of their own, within limits.

That they find there what they find here, with the arena's token, is tried in `tests/worker/test_worker_on_hub.py`.
"""

import os
import tempfile
import threading
import time
from dataclasses import replace

import pytest
from hostile_models import GOOD
from hub_server import Hub

from arena.settings import Settings
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import Quota, Submission, SubmissionEvent
from arena.submissions.check_apart import STALE_SECONDS, check_apart
from arena.submissions.listed_weights import weights_to_compare

SETTINGS = Settings(memory_gigabytes=8.0, submission_endpoints=("host.example",))


@pytest.fixture(scope="module")
def private():
    """A Hub with a model that only the arena's account may read; its token is on this machine."""
    with pytest.MonkeyPatch.context() as patch, Hub() as hub:
        hub.reach(patch)
        hub.add("org/good", GOOD).private = True
        patch.setenv("HF_TOKEN", hub.accounts.token(hub.accounts.add("arena", org="read")))
        patch.setenv("ARENA_REVIEW_TOKEN", "a-secret-of-the-arena")
        yield hub
    assert not hub.rejected


def test_a_child_that_takes_too_much_is_ended_and_that_is_told(private):
    report = check_apart("org/good", SETTINGS, memory_bytes=30 * 2**20)
    assert not report.passed
    (check,) = report.checks
    assert check.seen.startswith("they took too much memory: ")
    assert check.remedy


def test_a_check_that_nobody_wants_any_more_is_broken_off(private):
    stop = threading.Event()
    stop.set()
    private.requested.clear()
    assert not check_apart("org/good", SETTINGS, stop=stop).passed
    assert private.requested == []


def test_what_a_check_left_that_was_killed_is_deleted_by_a_later_one(private, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ("arena-check-killed", "arena-check-present", "of-somebody-else")
    for name, age in zip(names, (STALE_SECONDS + 60, 0, STALE_SECONDS + 60), strict=True):
        (tmp_path / name).mkdir()
        (tmp_path / name / "asked.json").write_text("{}")
        made = time.time() - age
        os.utime(tmp_path / name, (made, made))
    check_apart("org/good", SETTINGS, memory_bytes=2**20)
    assert {path.name for path in tmp_path.iterdir()} == {"arena-check-present", "of-somebody-else"}


def test_of_an_endpoint_nothing_is_read(private):
    private.requested.clear()
    assert check_apart("https://host.example/v1#model", SETTINGS).passed
    assert private.requested == []
    assert not check_apart("https://other.example/v1#model", SETTINGS).passed


def test_a_repository_is_no_copy_of_itself_and_others_are_compared_with_what_was_listed(tmp_path):
    given = Submission("1" * 32, f"org/first@{'0' * 40}?turns=1", "a", "org", None, "mit", weights=("ab",))
    without = replace(Settings(), starter_models=False, home=tmp_path)
    with Store.open(tmp_path) as store:
        store.submissions.add(given, Quota(now(), 9, 9))
        assert weights_to_compare(without, store, "org/second") == {}, "it is not listed"
        assert store.submissions.advance(SubmissionEvent(given.id, "CHECKING"), ["PENDING"])
        assert store.submissions.advance(SubmissionEvent(given.id, "RUNNING"), ["CHECKING"])
        assert store.submissions.advance(SubmissionEvent(given.id, "LISTED"), ["RUNNING"])
        assert weights_to_compare(without, store, "org/second") == {"org/first": frozenset({"ab"})}
        assert weights_to_compare(without, store, "org/First@main?turns=1") == {}
