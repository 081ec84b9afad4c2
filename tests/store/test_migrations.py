import duckdb
import pytest
from old_homes import METHOD, STEPS, OldBattle, write_old_home
from store_world import CLEAR_WIN, CONTESTANTS, PAIRS, RULE, found

from arena.errors import StoreError
from arena.probes import Probe, Reply
from arena.store import Store
from arena.store.database import open_database
from arena.store.migrations import MIGRATIONS, migrate

FIRST_TABLES = {"pairs", "contestants", "replies", "battles", "votes", "settlements", "migrations"}


@pytest.fixture
def connection(tmp_path):
    opened = open_database(tmp_path / "arena.duckdb")
    yield opened
    opened.close()


def tables(connection) -> set[str]:
    found = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'arena'").fetchall()
    return {name for (name,) in found}


def columns(connection) -> list[tuple]:
    return connection.execute(
        """
        SELECT table_name, column_name, data_type, is_nullable
        FROM duckdb_columns() WHERE database_name = 'arena' ORDER BY ALL
        """
    ).fetchall()


def test_names_are_numbered_in_order_without_gaps():
    assert [step.__name__[:5] for step in MIGRATIONS] == [f"m{n:03}_" for n in range(1, len(MIGRATIONS) + 1)]


def test_an_empty_database_gets_every_step_once(connection):
    assert migrate(connection) == [step.__name__ for step in MIGRATIONS]
    assert FIRST_TABLES | {"elo", "questions", "readings", "judgements", "rereadings"} <= tables(connection)
    assert migrate(connection) == []


@pytest.mark.parametrize("old", range(len(MIGRATIONS)))
def test_every_old_schema_ends_up_like_a_new_one(connection, tmp_path, old):
    migrate(connection, MIGRATIONS[:old])
    assert migrate(connection) == [step.__name__ for step in MIGRATIONS[old:]]
    fresh = open_database(tmp_path / "fresh.duckdb")
    migrate(fresh)
    assert columns(connection) == columns(fresh)
    fresh.close()


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_facts_of_an_old_database_are_kept_and_rated(home, steps):
    seats = (CONTESTANTS[0].id, CONTESTANTS[1].id)
    probe = Probe("caption_choice", "image0", "caption_choice/1", (), "A or B?")
    replies = [(seats[0], probe, Reply("A")), (seats[1], probe, Reply(logprobs=(-0.5, -1.0)))]
    write_old_home(home, CONTESTANTS, [OldBattle("old", PAIRS[0], seats, "a", CLEAR_WIN, replies)], steps)
    with Store.open(home, RULE) as store:
        battle = found(store.battle("old"))
        assert (battle.result, battle.method_version, battle.outcomes) == ("a", METHOD, CLEAR_WIN)
        assert [store.replies(who, [probe.key]) for who in seats] == [{probe.key: reply} for _, _, reply in replies]
        assert store.pair(PAIRS[0].id) == PAIRS[0]
        assert len(store.elo_changes("old")) == 2


def test_a_step_that_fails_leaves_no_trace(connection):
    def m999_breaks(connection):
        connection.execute("CREATE TABLE arena.half_done (n INTEGER)")
        connection.execute("SELECT nonsense")

    with pytest.raises(duckdb.Error):
        migrate(connection, [*MIGRATIONS, m999_breaks])
    assert tables(connection) <= {"migrations"}, "a new database has all steps or none"
    migrate(connection)
    with pytest.raises(duckdb.Error):
        migrate(connection, [*MIGRATIONS, m999_breaks])
    assert "half_done" not in tables(connection)
    assert migrate(connection) == []


def test_a_newer_database_is_refused_in_one_line(home):
    Store.open(home).close()
    connection = open_database(home / "arena.duckdb")
    connection.execute("INSERT INTO arena.migrations VALUES ('m999_future', '2030-01-01')")
    connection.close()
    with pytest.raises(StoreError, match=r"newer than this arena .*m999_future") as caught:
        Store.open(home)
    assert "\n" not in str(caught.value)
