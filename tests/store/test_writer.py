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


def insert(connection, numbers: list[int | None]) -> list[int | None]:
    connection.execute("INSERT INTO numbers SELECT unnest(?)", [numbers])
    return numbers


def refused_row(connection, items: list) -> list:
    return insert(connection, [99, None])


def bad_statement(connection, items: list) -> list:
    insert(connection, [99])
    return connection.execute("not SQL").fetchall()


def exception(connection, items: list) -> list:
    insert(connection, [99])
    return [1 / 0]


def end_of_thread(connection, items: list) -> list:
    insert(connection, [99])
    raise SystemExit


def too_few_answers(connection, items: list) -> list:
    insert(connection, [99])
    return []


def numbers(connection) -> list[int]:
    return [n for (n,) in connection.cursor().execute("SELECT n FROM numbers ORDER BY rowid").fetchall()]


def hold(writer: Writer) -> threading.Event:
    """Keep the writer busy until the event is set, so that what is submitted meanwhile waits together."""
    entered, release = threading.Event(), threading.Event()

    def wait(connection, items: list) -> list:
        entered.set()
        return [release.wait(10)]

    writer.submit(wait, None)
    entered.wait(10)
    return release


def test_what_waits_together_is_committed_together(writer, connection):
    release = hold(writer)
    futures = [writer.submit(insert, n) for n in range(100)]
    release.set()
    assert [future.result(10) for future in futures] == list(range(100))
    assert writer.transactions == 2, "one for the work that held the writer, one for the hundred"
    assert numbers(connection) == list(range(100)), "in the order they were submitted"


def test_items_for_the_same_work_are_handed_over_together_and_in_order(writer):
    calls: list[tuple[str, list[int]]] = []

    def left(connection, items: list[int]) -> list[int]:
        calls.append(("left", items))
        return items

    def right(connection, items: list[int]) -> list[int]:
        calls.append(("right", items))
        return items

    release = hold(writer)
    futures = [writer.submit(work, n) for n, work in enumerate([left, left, right, left, left, left])]
    release.set()
    assert [future.result(10) for future in futures] == list(range(6))
    assert calls == [("left", [0, 1]), ("right", [2]), ("left", [3, 4, 5])]


def test_a_group_has_a_bound(connection):
    writer = Writer(connection.cursor(), largest_group=10)
    release = hold(writer)
    futures = [writer.submit(insert, n) for n in range(100)]
    release.set()
    [future.result(10) for future in futures]
    writer.close()
    assert writer.transactions == 11


def test_concurrent_writers_share_transactions(writer, connection):
    def write_some(first: int) -> None:
        for n in range(first, first + 10):
            writer.submit(insert, n).result(10)

    threads = [threading.Thread(target=write_some, args=(100 * i,)) for i in range(32)]
    release = hold(writer)
    for thread in threads:
        thread.start()
    release.set()
    for thread in threads:
        thread.join()
    assert len(numbers(connection)) == 320
    assert writer.transactions < 320 / 2


@pytest.mark.parametrize("bad", [refused_row, bad_statement, exception, end_of_thread, too_few_answers])
def test_a_bad_piece_of_work_loses_nobody_else(writer, connection, bad):
    release = hold(writer)
    before = [writer.submit(insert, n) for n in range(5)]
    failing = writer.submit(bad, None)
    after = [writer.submit(insert, n) for n in range(5, 10)]
    release.set()
    assert [future.result(10) for future in before + after] == list(range(10))
    assert failing.exception(10) is not None
    assert numbers(connection) == list(range(10))
    assert writer.submit(insert, 10).result(10) == 10, "the writer goes on"


def test_failed_work_leaves_nothing_behind(writer, connection):
    failing = writer.submit(exception, None)
    assert isinstance(failing.exception(10), ZeroDivisionError)
    assert numbers(connection) == []


def test_done_means_committed(writer, connection):
    for n in range(50):
        writer.submit(insert, n).result(10)
        assert n in numbers(connection), "another connection sees only what is committed"


def test_cancelled_work_is_not_done(writer, connection):
    release = hold(writer)
    kept, dropped = writer.submit(insert, 1), writer.submit(insert, 2)
    assert dropped.cancel()
    release.set()
    kept.result(10)
    writer.close()
    assert numbers(connection) == [1]


def test_closing_commits_what_waits_and_then_refuses(writer, connection):
    release = hold(writer)
    futures = [writer.submit(insert, n) for n in range(20)]
    release.set()
    writer.close()
    writer.close()
    assert all(future.done() for future in futures)
    assert numbers(connection) == list(range(20))
    with pytest.raises(StoreError, match="closed"):
        writer.submit(insert, 1)


def test_what_is_refused_before_its_transaction_is_not_written(connection):
    allowed = threading.Event()

    def before() -> None:
        if not allowed.is_set():
            raise StoreError("not yet")

    writer = Writer(connection.cursor(), before=before)
    waiting = [writer.submit(insert, number) for number in range(3)]
    for refused in waiting:
        with pytest.raises(StoreError, match="not yet"):
            refused.result(10)
    allowed.set()
    assert writer.submit(insert, 7).result(10) == 7
    writer.close()
    assert numbers(connection) == [7]


def test_what_goes_wrong_after_a_commit_is_told_to_everybody_in_it(connection):
    committed: list[int] = []

    def after(writing: duckdb.DuckDBPyConnection) -> None:
        committed.append(len(writing.execute("SELECT n FROM numbers").fetchall()))
        if len(committed) == 2:
            raise StoreError("the files are gone")

    writer = Writer(connection.cursor(), after=after)
    release = hold(writer)
    together = [writer.submit(insert, number) for number in range(3)]
    release.set()
    for future in together:
        with pytest.raises(StoreError, match="the files are gone"):
            future.result(10)
    assert writer.submit(insert, 3).result(10) == 3
    writer.close()
    assert committed == [0, 3, 4], "it is called after each commit"
    assert numbers(connection) == [0, 1, 2, 3], "nothing is written twice"
