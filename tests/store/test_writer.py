import threading
from collections.abc import Iterator

import duckdb
import pytest

from arena.errors import StoreError
from arena.store.writer import Writer


@pytest.fixture
def connection(tmp_path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(str(tmp_path / "numbers.duckdb"))
    opened.execute("CREATE TABLE numbers (n INTEGER NOT NULL)")
    yield opened
    opened.close()


@pytest.fixture
def writer(connection) -> Iterator[Writer]:
    started = Writer(connection.cursor())
    yield started
    started.close()


def insert(number: int | None):
    return lambda connection: connection.execute("INSERT INTO numbers VALUES (?)", [number]) and number


def numbers(connection) -> list[int]:
    return [n for (n,) in connection.cursor().execute("SELECT n FROM numbers ORDER BY rowid").fetchall()]


def hold(writer: Writer) -> threading.Event:
    """Keep the writer busy until the event is set, so that what is submitted meanwhile waits together."""
    entered, release = threading.Event(), threading.Event()
    writer.submit(lambda _: entered.set() or release.wait(10))
    entered.wait(10)
    return release


def test_what_waits_together_is_committed_together(writer, connection):
    release = hold(writer)
    futures = [writer.submit(insert(n)) for n in range(100)]
    release.set()
    assert [future.result(10) for future in futures] == list(range(100))
    assert writer.transactions == 2, "one for the work that held the writer, one for the hundred"
    assert numbers(connection) == list(range(100)), "in the order they were submitted"


def test_a_group_has_a_bound(connection):
    writer = Writer(connection.cursor(), largest_group=10)
    release = hold(writer)
    futures = [writer.submit(insert(n)) for n in range(100)]
    release.set()
    [future.result(10) for future in futures]
    writer.close()
    assert writer.transactions == 11


def test_concurrent_writers_share_transactions(writer, connection):
    def write_some(first: int) -> None:
        for n in range(first, first + 10):
            writer.submit(insert(n)).result(10)

    threads = [threading.Thread(target=write_some, args=(100 * i,)) for i in range(32)]
    release = hold(writer)
    for thread in threads:
        thread.start()
    release.set()
    for thread in threads:
        thread.join()
    assert len(numbers(connection)) == 320
    assert writer.transactions < 320 / 2


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(insert(None), id="a row that the table refuses"),
        pytest.param(lambda connection: connection.execute("not SQL"), id="a statement that cannot be parsed"),
        pytest.param(lambda _: 1 / 0, id="an exception of Python"),
        pytest.param(lambda _: (_ for _ in ()).throw(SystemExit), id="an exception that ends threads"),
    ],
)
def test_a_bad_piece_of_work_loses_nobody_else(writer, connection, bad):
    release = hold(writer)
    before = [writer.submit(insert(n)) for n in range(5)]
    failing = writer.submit(lambda connection: (connection.execute("INSERT INTO numbers VALUES (99)"), bad(connection)))
    after = [writer.submit(insert(n)) for n in range(5, 10)]
    release.set()
    assert [future.result(10) for future in before + after] == list(range(10))
    assert failing.exception(10) is not None
    assert numbers(connection) == list(range(10))
    assert writer.submit(insert(10)).result(10) == 10, "the writer goes on"


def test_failed_work_leaves_nothing_behind(writer, connection):
    failing = writer.submit(lambda connection: (connection.execute("INSERT INTO numbers VALUES (99)"), 1 / 0))
    assert isinstance(failing.exception(10), ZeroDivisionError)
    assert numbers(connection) == []


def test_done_means_committed(writer, connection):
    for n in range(50):
        writer.submit(insert(n)).result(10)
        assert n in numbers(connection), "another connection sees only what is committed"


def test_cancelled_work_is_not_done(writer, connection):
    release = hold(writer)
    kept, dropped = writer.submit(insert(1)), writer.submit(insert(2))
    assert dropped.cancel()
    release.set()
    kept.result(10)
    writer.close()
    assert numbers(connection) == [1]


def test_closing_commits_what_waits_and_then_refuses(writer, connection):
    release = hold(writer)
    futures = [writer.submit(insert(n)) for n in range(20)]
    release.set()
    writer.close()
    writer.close()
    assert all(future.done() for future in futures)
    assert numbers(connection) == list(range(20))
    with pytest.raises(StoreError, match="closed"):
        writer.submit(insert(1))
