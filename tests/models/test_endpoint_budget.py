"""What endpoints may be sent in a day."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe

import pytest
from processes import forked

from arena.contestants import Contestant
from arena.models.endpoint_budget import FILE, SPENT, UNCOUNTED, RequestBudget

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
ONE, OTHER = (
    Contestant(f"host/{name}", digit * 40, "endpoint openai-compatible") for name, digit in (("one", "1"), ("other", "2"))
)


def test_requests_are_refused_once_those_of_the_day_are_used_up_and_each_endpoint_has_its_own(tmp_path):
    budget = RequestBudget(tmp_path, 2, now=lambda: NOON)
    assert [budget.spend(ONE) for _ in range(4)] == [None, None, SPENT, SPENT]
    assert (budget.rest(ONE), budget.rest(OTHER)) == (0, 2)
    assert budget.spend(OTHER) is None


def test_a_restart_forgets_nothing(tmp_path):
    RequestBudget(tmp_path, 2, now=lambda: NOON).spend(ONE)
    again = RequestBudget(tmp_path, 2, now=lambda: NOON)
    assert again.rest(ONE) == 1
    assert [again.spend(ONE), again.spend(ONE)] == [None, SPENT]


def test_at_midnight_of_utc_all_requests_are_back(tmp_path):
    now = [NOON]
    budget = RequestBudget(tmp_path, 1, now=lambda: now[0])
    budget.spend(ONE)
    now[0] = NOON.replace(hour=23, minute=59)
    assert budget.rest(ONE) == 0
    now[0] += timedelta(minutes=1)
    assert (budget.rest(ONE), budget.spend(ONE), budget.rest(ONE)) == (1, None, 0)


def test_one_endpoint_under_several_strategies_has_one_budget(tmp_path):
    budget = RequestBudget(tmp_path, 1, now=lambda: NOON)
    budget.spend(Contestant(ONE.repository, ONE.revision, ONE.engine, {"strategy": "reminder"}))
    assert budget.spend(ONE) == SPENT


def test_threads_together_are_sent_no_more_than_one_alone(tmp_path):
    budget = RequestBudget(tmp_path, 40, now=lambda: NOON)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: budget.spend(ONE), range(60)))
    assert given.count(None) == 40


def spend(home, times, outside):
    budget = RequestBudget(home, 80, now=lambda: NOON)
    outside.send([budget.spend(ONE) for _ in range(times)])


def test_processes_together_are_sent_no_more_than_one_alone(tmp_path):
    ours, theirs = Pipe()
    with forked(spend, tmp_path, 60, theirs), forked(spend, tmp_path, 60, theirs):
        given = ours.recv() + ours.recv()
    assert given.count(None) == 80
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"day": "2026-11-29", "requests": [1]}), "\x00"])
def test_a_file_that_is_broken_is_told_and_counted_anew(tmp_path, caplog, content):
    (tmp_path / FILE).write_text(content)
    budget = RequestBudget(tmp_path, 3, now=lambda: NOON)
    assert (budget.spend(ONE), budget.rest(ONE)) == (None, 2)
    assert f"{FILE}: cannot be read" in caplog.text


def test_what_cannot_be_counted_is_not_sent(tmp_path, caplog):
    budget = RequestBudget(tmp_path / "nowhere", 3, now=lambda: NOON)
    assert budget.spend(ONE) == UNCOUNTED
    assert "cannot be counted, and none is sent" in caplog.text
