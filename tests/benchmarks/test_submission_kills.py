"""What the drill of submissions demands: kills in every state, a step after each, one end, no answer lost and none twice."""

from collections import Counter
from datetime import timedelta
from itertools import product

import duckdb
import pytest

from arena.battles.scoring import ELO_RULE
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import SubmissionEvent

BEGAN = now()


@pytest.fixture
def drill(script):
    return script("submission_kills")


def step(second, state, words="", **detail):
    return SubmissionEvent("one", state, words, detail=detail, at=BEGAN + timedelta(seconds=second))


WAY = [
    step(0, "PENDING"),
    step(2, "CHECKING"),
    step(4, "CHECKING", step="fetching its files"),
    step(6, "CHECKING", step="loading it"),
    step(8, "RUNNING", done=0.0),
    step(10, "RUNNING", done=0.4, seconds_left=6.0),
    step(20, "RUNNING", done=0.0),
    step(22, "RUNNING", done=0.5, seconds_left=5.0),
    step(30, "LISTED", contestant="who"),
]


def passage(drill, *seconds, events=WAY, left=0):
    kills = [drill.Kill("worker", BEGAN + timedelta(seconds=second), left) for second in seconds]
    return drill.Passage("one", kills, events)


def insert(connection, table, row):
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_each_victim_dies_in_each_state_and_a_worker_no_oftener_than_a_submission_bears(drill):
    left = Counter(dict.fromkeys(product(drill.VICTIMS, drill.STATES), 3))
    submissions = 0
    while turns := drill.turns_of_one(+left):
        assert len(set(turns)) == len(turns)
        assert sum(victim == "worker" and state != "PENDING" for victim, state in turns) <= drill.DEATHS
        left -= Counter(turns)
        submissions += 1
    assert submissions == 5  # nine deaths under way, two a submission


def test_a_kill_counts_for_the_state_in_which_it_came(drill):
    one = passage(drill, 1, 3, 5, 7, 9, 11, 31)
    states = ["PENDING", "CHECKING", "CHECKING", "loading", "starting", "RUNNING", "LISTED"]
    assert [one.found(kill) for kill in one.kills] == states
    assert drill.left_of({("worker", "CHECKING"): 3, ("worker", "RUNNING"): 1, ("server", "RUNNING"): 1}, [one]) == {
        ("worker", "CHECKING"): 1,
        ("server", "RUNNING"): 1,
    }


def test_a_submission_that_goes_on_after_each_kill_and_ends_once_is_well(drill):
    assert passage(drill, 1, 9, 31).faults() == []
    given_up = [
        *WAY[:-1],
        step(30, "FAILED", "the worker ended 3 times while it was at it (is evaluated); submit a smaller model"),
    ]
    assert passage(drill, 9, events=given_up).faults() == []


@pytest.mark.parametrize(
    ("events", "second", "left", "fault"),
    [
        ([*WAY[:-1], step(30, "FAILED", "the worker failed")], 9, 0, "ended FAILED: the worker failed"),
        ([*WAY, step(31, "LISTED")], 9, 0, "ended more than once"),
        ([*WAY[:-1], step(24, "RUNNING", done=0.3, seconds_left=6.0), WAY[-1]], 9, 0, "lost answers"),
        (WAY[:-1], 25, 0, "no step after a kill in ['RUNNING']"),
        (WAY, 9, 1, "outlived by processes"),
    ],
)
def test_what_is_wrong_with_a_submission_is_told(drill, events, second, left, fault):
    assert any(line.startswith(f"one: {fault}") for line in passage(drill, second, events=events, left=left).faults())


def test_answers_that_were_given_twice_and_those_that_are_missing_are_counted(drill, tmp_path):
    Store.open(tmp_path, ELO_RULE).close()
    empty = dict.fromkeys(("item", "family", "task", "cell", "template", "prompt", "expected"), "")
    question = {**empty, "images": [], "captions": [], "options": [], "max_new_tokens": 1, "slices": "{}", "gold": "{}"}
    reply = {"task": "", "not_applicable": False, "asked_at": BEGAN}
    with duckdb.connect(str(tmp_path / "arena.duckdb")) as connection:
        for key in "abc":
            known = {"suite": "starter", "edition": "", "id": key, "probe_key": key, "audience": "all", "added_at": BEGAN}
            insert(connection, "questions", question | known)
        for who, keys in {"well": "abc", "ill": "aab"}.items():
            for key in keys:
                insert(connection, "replies", reply | {"contestant_id": who, "probe_key": key})
    assert drill.answers_of(tmp_path) == {"well": drill.Answers(0, 0), "ill": drill.Answers(1, 1)}
