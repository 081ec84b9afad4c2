"""Which homes may join an arena of several machines, and what the others are told."""

import sys
from contextlib import closing

import psycopg
import pytest
from store_insides import connection_of
from store_world import CONTESTANTS, PAIRS, RULE, found, furnish, make_battle

from arena.errors import SettingsError, StoreError
from arena.store import ClusterAddress, Store, cluster_address
from arena.store.cluster.replica import VERSION
from arena.store.cluster.shared_log import SharedLog


def test_a_home_founds_an_arena_with_what_it_has_and_only_an_empty_one_joins_it_and_none_leaves_it(address, server, tmp_path):
    with Store.open(tmp_path / "old", RULE) as alone:
        furnish(alone)
        alone.add_battle(make_battle("x"))
    with (
        Store.open(tmp_path / "old", RULE, cluster=address) as founder,
        Store.open(tmp_path / "new", RULE, cluster=address) as new,
    ):
        assert found(new.battle("x")) == founder.battle("x")
        assert new.battle_counts() == founder.battle_counts() == {one.id: 1 for one in CONTESTANTS[:2]}
        assert found(new.pair(PAIRS[0].id)).sides[1].picture == PAIRS[0].sides[1].picture
        assert new.add_battle(make_battle("y")).seq == 2
    with pytest.raises(StoreError, match="takes part in an arena of several machines; set ARENA_DATABASE and ARENA_DATA_PATH"):
        Store.open(tmp_path / "new", RULE)
    with Store.open(tmp_path / "other", RULE) as alone:
        furnish(alone)
    with pytest.raises(StoreError, match=r"holds another arena than .*other.*; set an ARENA_HOME that is empty"):
        Store.open(tmp_path / "other", RULE, cluster=address)
    elsewhere = ClusterAddress(server.database(), str(tmp_path / "elsewhere"))
    with pytest.raises(StoreError, match=r"holds no arena, but .* has the first 1 commits of one"):
        Store.open(tmp_path / "new", RULE, cluster=elsewhere)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE arena_head SET schema_step = 9999", "is written by another version .*; run the same on all machines"),
        ("DELETE FROM arena_log WHERE place = 1", "has its log up to 0, and it now begins at 2; move the home away"),
        ("UPDATE arena_head SET place = -1", "PostgreSQL has lost what was acknowledged"),
        ("DELETE FROM arena_head", "holds no arena any more"),
    ],
)
def test_a_log_that_does_not_fit_is_refused_in_one_line(address, statement, line):
    with closing(SharedLog(address.postgres, VERSION)) as log:
        with log.founding() as arena:
            assert arena is None
            log.found()
        for place in range(2):
            with log.head(place) as head:
                head.append("[]")
        with psycopg.connect(address.postgres) as connection:
            connection.execute(statement)
        with pytest.raises(StoreError, match=line) as caught, log.head(0):
            pass
    assert "\n" not in str(caught.value)


def test_an_older_arena_is_brought_up_to_date(address, tmp_path):
    """With a lake that lacks a column, which is NULL for what it holds already."""
    with Store.open(tmp_path / "east", RULE, cluster=address) as east:
        furnish(east)
        with closing(connection_of(east).cursor()) as cursor:
            cursor.execute("ALTER TABLE lake.replies DROP COLUMN drawn")
    with psycopg.connect(address.postgres) as connection:
        connection.execute("UPDATE arena_head SET schema_step = 1")
    with Store.open(tmp_path / "west", RULE, cluster=address) as west:
        assert len(west.contestants()) == len(CONTESTANTS)
        columns = connection_of(west).execute("DESCRIBE lake.replies").fetchall()
        assert "drawn" in [name for name, *_ in columns]


def test_a_postgresql_that_is_away_is_told_at_once(tmp_path):
    away = ClusterAddress(f"host={tmp_path} dbname=arena password=hunter2", str(tmp_path / "data"))
    with pytest.raises(
        StoreError, match=r"ARENA_DATABASE: PostgreSQL cannot be used .*; start it, or correct the address"
    ) as caught:
        Store.open(tmp_path / "home", RULE, cluster=away)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(StoreError, match="ARENA_DATABASE: PostgreSQL cannot be used"):
        Store.open(tmp_path / "home", RULE, cluster=ClusterAddress("no address", str(tmp_path / "data")))


@pytest.mark.parametrize(
    ("module", "package"), [("psycopg", "psycopg"), ("duckdb_extension_ducklake", "duckdb-extension-ducklake")]
)
def test_a_package_that_is_missing_is_named_with_the_extra(address, tmp_path, monkeypatch, module, package):
    for name in [name for name in sys.modules if name.startswith("arena.store.cluster.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(StoreError, match=f"needs .*{package}.*; install the extra `cluster`"):
        Store.open(tmp_path / "home", RULE, cluster=address)


def test_a_bucket_without_keys_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    with pytest.raises(StoreError, match="a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set both"):
        Store.open(tmp_path / "home", RULE, cluster=ClusterAddress(address.postgres, "s3://arena"))


def test_both_settings_are_needed_or_neither():
    assert cluster_address(None, None) is None
    assert cluster_address("ducklake:postgres:dbname=arena", "/data/") == ClusterAddress("dbname=arena", "/data")
    for settings, line in (
        (("ducklake:postgres:dbname=arena", None), "ARENA_DATA_PATH: is not set"),
        ((None, "/data"), "ARENA_DATABASE: is not set"),
        (("postgresql://host/arena", "/data"), "ARENA_DATABASE: is no database that machines share"),
    ):
        with pytest.raises(SettingsError, match=line):
            cluster_address(*settings)
    assert "hunter2" not in repr(cluster_address("ducklake:postgres:password=hunter2", "/data"))
