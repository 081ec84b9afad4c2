"""The dataset of an arena on the Hub: it grows by what is new, forgets what was taken down, and reads with others' tools."""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
from hub_repositories import Fault
from huggingface_hub import CommitOperationAdd, HfApi, metadata_load
from outbox_world import BUCKET, World, wait_until_saved
from publication_world import DRAWN, FROZEN, MADE, SECRETS, battle, rows_of
from store_world import RULE, furnish, make_battle

from arena.battles.leaderboard import leaderboard
from arena.cli import main
from arena.errors import SettingsError
from arena.hub.publication import PublicationOrder, publish
from arena.hub.publication_schedule import publication_order, published_daily
from arena.hub.publication_state import FILE, read_state
from arena.settings import Settings
from arena.store import Store
from arena.store.published_tables import TABLES

ORDER = PublicationOrder("org/battles", embargo_days=0)
BY = {"by": "operator", "reason": "a court order"}


@pytest.fixture
def api(hub):
    return HfApi(endpoint=hub.address)


def test_what_is_new_is_added_and_what_is_there_stays_as_it_is(hub, api, store, dataset):
    first = publish(api, store, ORDER)
    assert (first.battles, first.commits, first.held_back) == (10, 1, 0)
    there = dict(dataset.files)
    assert publish(api, store, ORDER) == replace(first, battles=0, commits=0)
    battle(store, "20", FROZEN[1], method_version="2")
    again = publish(api, store, ORDER)
    assert (again.battles, again.commits) == (1, 1)
    assert [row[0] for row in rows_of(dataset.files["battles/part-000002.parquet"].read())] == ["20"]
    parquet = {name for name in there if name.endswith(".parquet")}
    assert {name: dataset.files[name].sha256 for name in parquet} == {name: there[name].sha256 for name in parquet}
    assert dataset.commits[:2] == ["Part 2: 1 battles, up to number 12", "Part 1: 10 battles, up to number 11"]


def test_a_pair_that_is_old_enough_follows_with_its_battles(api, store, dataset):
    held = PublicationOrder("org/battles", embargo_days=10**4)
    assert publish(api, store, held).held_back == 4
    before = {row[0] for row in dataset.rows("battles")}
    assert "Pairs that were drawn or edited for the arena" in dataset.files["README.md"].read().decode()
    assert publish(api, store, ORDER).battles == 4
    assert {row[0] for row in dataset.rows("battles")} - before == {"06-drawn", "07-drawn", "08-made", "10-drawn"}
    assert publish(api, store, held).battles == 0, "what is out is not held back again"


@pytest.mark.parametrize("how", ["hide", "erase"])
def test_what_is_taken_down_is_in_no_file_of_no_commit(hub, api, store, dataset, how):
    publish(api, store, replace(ORDER, most_battles=4))
    secrets = (MADE.id, "08-made", MADE.sides[0].picture.digest, MADE.sides[1].caption)
    assert all(secret in dataset.everything_kept() for secret in secrets)
    others = [row for row in dataset.rows("battles") if row[0] != "08-made"]
    getattr(store.takedowns, how)([MADE.id], **BY)
    done = publish(api, store, ORDER)
    assert (done.battles, done.parts_again) == (0, 1)
    kept = dataset.everything_kept()
    assert not any(secret in kept for secret in secrets)
    assert dataset.rows("battles") == others
    assert len(dataset.commits) == 1
    assert publish(api, store, ORDER).commits == 0


def test_what_is_restored_is_back_where_it_was(api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    before = {table: dataset.rows(table) for table in TABLES}
    store.takedowns.hide([MADE.id, FROZEN[0].id], **BY)
    publish(api, store, ORDER)
    assert dataset.rows("battles") != before["battles"]
    store.takedowns.restore([MADE.id, FROZEN[0].id], **BY)
    assert publish(api, store, ORDER).parts_again == 3
    assert {table: dataset.rows(table) for table in TABLES} == before


def test_a_takedown_that_was_cut_off_is_gone_on_with(hub, api, store, dataset):
    publish(api, store, replace(ORDER, most_battles=4))
    store.takedowns.hide([MADE.id], **BY)
    repository = hub.repository("datasets", "org/battles")
    repository.faults.append(Fault(503, on="super-squash"))
    with pytest.raises(SettingsError, match="the Hub failed with HTTP 503"):
        publish(api, store, ORDER)
    assert len(dataset.commits) > 1, "its history still holds it"
    repository.faults.clear()
    assert publish(api, store, ORDER).parts_again == 0
    assert MADE.id not in dataset.everything_kept()


def test_one_that_was_cut_off_is_gone_on_with_and_holds_nothing_twice(hub, api, store, dataset, monkeypatch):
    order = replace(ORDER, most_battles=3)
    made = 0

    def cut_off(line):
        nonlocal made
        made += 1
        if made == 2:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        publish(api, store, order, cut_off)
    assert 0 < len(dataset.rows("battles")) < 10
    publish(api, store, order)
    ids = [row[0] for row in dataset.rows("battles")]
    assert (len(ids), len(set(ids))) == (10, 10)
    state = read_state(dataset.files[FILE].read().decode(), "org/battles")
    assert (state.rows["battles"], state.reach.place) == (10, 11)


def test_two_at_once_do_not_write_over_each_other(hub, api, store, dataset):
    def commit_something_else(_):
        notes = [CommitOperationAdd("notes.txt", b"of somebody else")]
        api.create_commit("org/battles", notes, commit_message="Add notes", repo_type="dataset")

    with pytest.raises(SettingsError, match="org/battles: somebody has changed it meanwhile; run the same command again"):
        publish(api, store, replace(ORDER, most_battles=3), commit_something_else)
    assert dataset.files["notes.txt"].read() == b"of somebody else"
    assert publish(api, store, ORDER).battles == 10 - 3
    assert "notes.txt" in dataset.files


def test_nothing_is_published_that_could_still_be_lost_with_the_disk(hub, tmp_path, api):
    world, order = World(hub, tmp_path), replace(ORDER, patience=0.1)
    with world.opened("saving", world.outbox(seconds=0.3)) as store:
        furnish(store)
        store.add_battle(make_battle("01"))
        wait_until_saved(store)
        assert publish(api, store, order).battles == 1
        bucket = hub.buckets.named(BUCKET)
        bucket.faults = [Fault(500, on="batch")]
        store.add_battle(make_battle("02"))
        with pytest.raises(SettingsError, match="org/battles: what is stored is not saved yet; publish once saving works"):
            publish(api, store, order)
        bucket.faults = []
        assert publish(api, store, replace(order, patience=60)).battles == 1


def test_battles_of_another_home_are_not_mixed_in(api, store, tmp_path):
    publish(api, store, ORDER)
    with (
        Store.open(tmp_path / "another", RULE) as other,
        pytest.raises(SettingsError, match="holds battles that this home has not"),
    ):
        publish(api, other, ORDER)


def test_a_dataset_of_something_else_is_left_alone(hub, api, store, tmp_path):
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "mine.csv").write_text("a,b\n")
    hub.add("org/battles", tmp_path / "else", kind="datasets")
    with pytest.raises(SettingsError, match="holds something else than published battles; name another dataset"):
        publish(api, store, ORDER)


def test_what_the_hub_refuses_is_one_line(hub, api, store):
    publish(api, store, ORDER)
    for status, told in ((401, "does not know who you are"), (429, "too many requests"), (500, "HTTP 500")):
        hub.repository("datasets", "org/battles").faults = [Fault(status)]
        with pytest.raises(SettingsError, match=told) as caught:
            publish(api, store, ORDER)
        assert "\n" not in str(caught.value)


def test_who_may_not_write_there_is_told(hub, api, store):
    with pytest.raises(SettingsError, match="other/battles: your token may not write there"):
        publish(api, store, replace(ORDER, name="other/battles"))
    with pytest.raises(SettingsError, match="battles: is no name of a dataset"):
        publish(api, store, replace(ORDER, name="battles"))


def test_datasets_and_duckdb_read_it_as_its_card_says(api, store, dataset, tmp_path, monkeypatch):
    from datasets import get_dataset_config_names, load_dataset

    # What was read anew in the last minute follows the next time, and `datasets` loads no table without rows.
    publish(api, store, replace(ORDER, most_battles=4))
    folder, tables = dataset.folder(), {table: TABLES[table] for table in TABLES if dataset.rows(table)}
    assert get_dataset_config_names(str(folder)) == list(tables)
    for table, columns in tables.items():
        rows = load_dataset(str(folder), table, split="train", cache_dir=str(tmp_path / "cache"))
        assert (len(rows), list(rows.features)) == (len(dataset.rows(table)), list(columns))
        if table == "pairs":
            pictures = dict(zip(rows["id"], rows["image_0"], strict=True))
            assert pictures[MADE.id].size == MADE.sides[0].picture.pixels().size
            assert pictures[DRAWN[0].id] is None
    card = (folder / "README.md").read_text()
    (query,) = (line for line in card.splitlines() if line.startswith("SELECT"))
    counted = duckdb.sql(query.removesuffix(";").replace("hf://datasets/org/battles", str(folder))).fetchall()
    assert sum(row[-1] for row in counted) == 10
    meta = metadata_load(folder / "README.md") or {}
    assert (meta["license"], [one["config_name"] for one in meta["configs"]]) == ("apache-2.0", list(tables))
    for table, columns in TABLES.items():
        assert all(f"| `{name}` |" in card for name in columns), table


def test_the_board_is_in_it_as_of_the_last_battle(api, store, dataset):
    publish(api, store, ORDER)
    folder = dataset.folder()
    rows = leaderboard(store, {})
    read = duckdb.sql(f"SELECT model, battles, battle FROM read_csv('{folder}/leaderboard.csv', header=true)").fetchall()
    assert read == [(row.contestant.reference, row.battles, 11) for row in rows]
    battle(store, "30", MADE)
    held = publish(api, store, replace(ORDER, embargo_days=0))
    assert held.commits == 1


def test_nothing_of_visitors_is_in_it(api, store, dataset):
    publish(api, store, ORDER)
    told = dataset.everything_kept()
    assert "02-voted" in told
    assert not any(secret.decode() in told for secret in SECRETS)


def test_the_command_publishes_and_says_what_is_held_back(hub, store, tmp_path, capsys, dataset, monkeypatch):
    monkeypatch.setenv("ARENA_EMBARGO_DAYS", "9999")
    assert main(["--home", str(tmp_path / "home"), "publish", "org/battles", "--private"]) == 0
    told = capsys.readouterr()
    assert told.out == f"{hub.address}/datasets/org/battles: 6 battles more; 4 are held back\n"
    assert hub.repository("datasets", "org/battles").private
    assert main(["--home", str(tmp_path / "home"), "publish"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "arena: publish: no dataset is named; write arena publish ORG/NAME, or set ARENA_PUBLISH"
    )


def test_a_server_publishes_by_itself_and_outlives_a_hub_that_fails(hub, store, dataset, caplog):
    assert publication_order(Settings()) is None
    order = publication_order(Settings(publish="org/battles", embargo_days=0))
    hub.faults.append(Fault(503))
    soon = timedelta(seconds=0.05)
    with caplog.at_level(logging.INFO), published_daily(store, order, first=soon, every=soon):
        _wait(lambda: "not published: org/battles: the Hub failed with HTTP 503" in caplog.text)
        hub.faults.clear()
        _wait(lambda: hub.repository("datasets", "org/battles") is not None and len(dataset.rows("battles")) == 10)
    assert not any(thread.name == "publication" for thread in threading.enumerate())


def _wait(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
