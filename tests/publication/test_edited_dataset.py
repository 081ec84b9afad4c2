"""A published dataset that somebody has edited, or that was left half done, is made whole; clocks that jump leak nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hub_repositories import Fault
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from publication_world import FROZEN, MADE, battle

from arena.errors import SettingsError
from arena.hub.publication import PublicationOrder, publish
from arena.hub.publication_state import FILE
from arena.store import now
from arena.store.published_tables import TABLES

ORDER = PublicationOrder("org/battles", embargo_days=0)
BY = {"by": "operator", "reason": "a court order"}
NAME = ORDER.name


@pytest.fixture
def api(hub):
    return HfApi(endpoint=hub.address)


def edit(api, *operations):
    api.create_commit(NAME, list(operations), commit_message="By hand", repo_type="dataset")


def rows_by_table(dataset):
    return {table: sorted(dataset.rows(table), key=repr) for table in TABLES}


def test_a_state_that_was_put_back_leaves_nothing_twice(api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    earlier = dataset.files[FILE].read()
    for number in range(3):
        battle(store, f"2{number}", FROZEN[number % 2])
        publish(api, store, ORDER)
    edit(api, CommitOperationAdd(FILE, earlier))
    publish(api, store, ORDER)
    ids = [row[0] for row in dataset.rows("battles")]
    assert (len(ids), len(set(ids))) == (13, 13)


def test_files_that_somebody_deleted_come_back(api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    before = rows_by_table(dataset)
    gone = ["battles/part-000002.parquet", "pairs/part-000001.parquet"]
    edit(api, *(CommitOperationDelete(name) for name in gone))
    publish(api, store, ORDER)
    assert rows_by_table(dataset) == before
    assert publish(api, store, ORDER).commits == 0


def test_a_takedown_of_what_somebody_deleted_is_carried_out(api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    files = [name for name in dataset.files if name.startswith("battles/")]
    edit(api, *(CommitOperationDelete(name) for name in files))
    store.takedowns.hide([MADE.id], **BY)
    publish(api, store, ORDER)
    assert MADE.id not in dataset.everything_kept()
    assert len(dataset.rows("battles")) == 9


def test_large_files_of_a_takedown_that_was_cut_off_go_the_next_time(hub, api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    store.takedowns.erase([MADE.id], **BY)
    repository = hub.repository("datasets", NAME)
    repository.faults.append(Fault(503, on="lfs-files"))
    with pytest.raises(SettingsError, match="the Hub failed with HTTP 503"):
        publish(api, store, ORDER)
    repository.faults.clear()
    publish(api, store, ORDER)
    assert MADE.id not in dataset.everything_kept()


@pytest.mark.parametrize("field", ["since", "read"])
def test_what_a_clock_of_the_future_published_is_not_gone_on_with(api, store, dataset, field):
    publish(api, store, ORDER)
    state = json.loads(dataset.files[FILE].read())
    state["parts"][-1]["until"][field] = (now() + timedelta(days=9)).isoformat()
    edit(api, CommitOperationAdd(FILE, json.dumps(state).encode()))
    battle(store, "30", MADE)
    with pytest.raises(SettingsError, match="that is not yet by the clock of this machine"):
        publish(api, store, replace(ORDER, embargo_days=30))


def test_a_state_that_cannot_be_read_is_one_line(api, store, dataset):
    publish(api, store, ORDER)
    state = json.loads(dataset.files[FILE].read())
    for moment in ("soon", "2026-01-01T00:00:00", 5, None):
        state["parts"][-1]["until"]["since"] = moment
        edit(api, CommitOperationAdd(FILE, json.dumps(state).encode()))
        with pytest.raises(SettingsError, match=f"its {FILE} cannot be read") as caught:
            publish(api, store, ORDER)
        assert "\n" not in str(caught.value), moment


@pytest.mark.parametrize("days", [10**4, 10**6, 10**12])
def test_an_embargo_may_be_as_long_as_anybody_likes(api, store, days):
    assert publish(api, store, replace(ORDER, embargo_days=days)).held_back == 4
