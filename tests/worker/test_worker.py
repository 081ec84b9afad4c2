"""The worker: every submission ends listed or failed with a reason, whatever happens to the worker meanwhile."""

import threading
import time
from datetime import timedelta

import pytest
from submitted_models import submission, submit, worker_settings

from arena.errors import RepositoryError, StoreBusy
from arena.evaluation.entrants import AUDIENCES, Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import suite_named
from arena.models import Entry
from arena.opening import open_store
from arena.store.records import now
from arena.store.submission_records import LINE, OPEN, UNDER_WAY, SubmissionEvent
from arena.strategies import constant_entry
from arena.submissions.check_report import Check, CheckReport, Facts
from arena.worker import submission_run, worker
from arena.worker.submission_run import MOST_TRIES
from arena.worker.worker import STALE, Worker, only_worker

COMMIT = f"{7:040x}"


def constant() -> Entry:
    entry = constant_entry("always-answer")
    assert entry is not None
    return entry


CONSTANT = constant()


class ConstantBackend:
    """Takes every submission for a constant, which needs no files, and has it evaluated in this process."""

    def __init__(self, store):
        self.store = store
        self.checks = (Check("size", passed=True, seen="small"),)
        self.kept = None
        self.meanwhile = lambda progress: None
        """Done while a model is prepared."""
        self.while_checked = lambda stop: None

    def check(self, submission, stop):
        self.while_checked(stop)
        return CheckReport(submission.reference, self.checks, Facts(submission.reference))

    def prepare(self, submission, facts, progress):
        progress.on_place("asking it")
        self.meanwhile(progress)
        return CONSTANT

    def evaluate(self, submission, entry, suites, progress):
        entrant = Entrant(entry.contestant, AUDIENCES[entry.kind], entry.memory_bytes, entry.load)
        loaded = [(suite_named(name), suite_named(name).load(None)) for name in suites]
        evaluate(self.store, [entrant], loaded, Options(limit=3), watch=progress.on_share)

    def keep_only(self, ids):
        self.kept = set(ids)


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "PAUSE", 0.05)
    monkeypatch.setattr(worker, "LATER_PAUSE", 0.05)
    monkeypatch.setattr(worker, "LOOK", 0.05)
    monkeypatch.setattr(submission_run, "LOOK", 0.02)
    settings = worker_settings(tmp_path / "home")
    with open_store(settings) as store:
        yield World(store, settings)


class World:
    def __init__(self, store, settings):
        self.store, self.settings = store, settings
        self.backend, self.stop = ConstantBackend(store), threading.Event()
        self.worker = Worker(store, self.backend, settings, "mine", self.stop)

    def submit(self, number=1):
        return submit(self.store, submission(f"team/model-{number}", COMMIT))

    def step(self, name, state, *, seconds=0, **more):
        event = SubmissionEvent(name, state, at=now() + timedelta(seconds=seconds), **more)
        assert self.store.submissions.advance(event, OPEN)

    def states(self, name):
        return [event.state for event in self.store.submissions.events(name)]

    def last(self, name):
        return self.store.submissions.get(name).event


def test_a_submission_is_checked_loaded_evaluated_and_listed_and_its_page_can_tell_how_far_it_is(world):
    name = world.submit()
    world.worker.run(once=True)
    states = world.states(name)
    assert list(dict.fromkeys(states)) == ["PENDING", "CHECKING", "RUNNING", "LISTED"]
    contestant = CONSTANT.contestant
    running = [event for event in world.store.submissions.events(name) if event.state == "RUNNING"]
    assert {event.detail["suite"] for event in running} == {"starter"}
    assert all(0 <= event.detail["done"] <= 1 for event in running)
    assert world.last(name).detail["contestant"] == contestant.id
    assert contestant.id in world.store.contestants()
    assert [one.contestant_id for one in world.store.evaluations.evaluated()] == [contestant.id]
    assert world.backend.kept == {name}


def test_a_failed_check_ends_it_with_what_to_change_and_its_files_go(world):
    failed = Check("licence", passed=False, seen="README.md: license: is not stated", remedy="add it")
    world.backend.checks = (*world.backend.checks, failed, failed)
    name = world.submit()
    world.worker.run(once=True)
    assert world.states(name) == ["PENDING", "CHECKING", "FAILED"]
    assert world.last(name).words == "licence: README.md: license: is not stated; add it (and 1 more check)"
    assert world.backend.kept == set()


def test_what_may_go_better_is_tried_again_and_not_for_ever(world):
    def fails(progress):
        raise RepositoryError("team/model-1: the Hub failed with HTTP 500; try again later")

    world.backend.meanwhile = fails
    name = world.submit()
    world.worker.run(once=True)
    assert world.states(name).count("PENDING") == MOST_TRIES
    assert world.last(name).state == "FAILED"
    assert "HTTP 500" in world.last(name).words


@pytest.mark.parametrize("state", UNDER_WAY)
def test_what_a_killed_worker_left_is_tried_again_and_what_kills_each_of_them_is_not(world, state):
    name = world.submit()
    for _ in range(MOST_TRIES - 1):
        world.step(name, "CHECKING", detail={"worker": "mine"})
        if state == "RUNNING":
            world.step(name, "RUNNING", detail={"worker": "mine"})
        world.worker._take_back()
        assert world.last(name).state == "PENDING"
    world.step(name, "CHECKING", detail={"worker": "mine"})
    world.worker.run(once=True)
    assert world.last(name).state == "FAILED"
    assert f"ended {MOST_TRIES} times" in world.last(name).words


def test_what_another_machine_is_at_is_left_to_it_until_it_falls_silent(world):
    name = world.submit()
    world.step(name, "CHECKING", detail={"worker": "theirs"})
    world.worker._take_back()
    assert world.last(name).state == "CHECKING"
    old = world.submit(2)
    world.step(old, "CHECKING", detail={"worker": "theirs"}, seconds=-STALE.total_seconds() - 1)
    world.worker._take_back()
    assert world.last(old).state == "PENDING"


def test_a_worker_that_is_told_to_end_puts_its_submission_back_and_that_counts_as_no_try(world):
    def stopped(progress):
        world.stop.set()
        assert progress.stop.wait(10)
        raise RepositoryError("team/model-1: was stopped")

    name = world.submit()
    for _ in range(MOST_TRIES + 1):
        world.backend.meanwhile = stopped
        world.worker.run(once=True)
        assert world.last(name).state == "PENDING"
        world.stop.clear()
    world.backend.meanwhile = lambda progress: None
    world.worker.run(once=True)
    assert world.last(name).state == "LISTED"


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (lambda world, name: world.stop.set(), "PENDING"),
        (lambda world, name: world.step(name, "WITHDRAWN", by="ada"), "WITHDRAWN"),
    ],
    ids=["the worker ends", "it is withdrawn"],
)
def test_a_check_that_nobody_wants_any_more_ends_and_what_it_finds_counts_for_nothing(world, end, state):
    def broken_off(stop):
        end(world, name)
        assert stop.wait(10)
        world.backend.checks = (Check("checks", passed=False, seen="they took too much"),)

    world.backend.while_checked = broken_off
    name = world.submit()
    world.worker.run(once=True)
    assert world.states(name) == ["PENDING", "CHECKING", state]
    assert world.last(name).detail.get("orderly", state == "WITHDRAWN")


def test_one_that_is_withdrawn_under_way_is_stopped_and_left_alone(world):
    def withdrawn(progress):
        world.step(name, "WITHDRAWN", words="a mistake", by="ada")
        began = time.monotonic()
        assert progress.stop.wait(10)
        assert time.monotonic() - began < 5
        raise RepositoryError("team/model-1: was stopped")

    world.backend.meanwhile = withdrawn
    name = world.submit()
    world.worker.run(once=True)
    assert (world.last(name).state, world.last(name).words) == ("WITHDRAWN", "a mistake")


def test_what_is_paused_waits_and_those_tried_least_come_first(world):
    first, second, third = (world.submit(number) for number in (1, 2, 3))
    world.step(first, "CHECKING", detail={"worker": "mine"})
    world.worker._take_back()
    world.store.submissions.pause(second, paused=True, reason="a look first", by="operator")
    time.sleep(0.1)
    assert world.worker._next().submission.id == third
    world.store.submissions.pause(LINE, paused=True, reason="maintenance", by="operator")
    assert world.worker._next() is None


def test_a_home_has_one_worker_whose_name_stays(tmp_path):
    with only_worker(tmp_path) as name, pytest.raises(StoreBusy, match="has a worker already"), only_worker(tmp_path):
        pass
    with only_worker(tmp_path) as again:
        assert again == name
