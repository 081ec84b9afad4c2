import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.store.database import open_database
from arena.store.row_order import put_in_order


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    opened = open_database(tmp_path_factory.mktemp("database") / "arena.duckdb")
    yield opened
    opened.close()


@given(st.lists(st.text("abc-é", max_size=3), max_size=40), st.integers(1, 50))
def test_rows_lie_in_the_order_of_their_words_and_then_as_before(connection, words, chunk):
    connection.execute("CREATE OR REPLACE TABLE arena.rows (word VARCHAR NOT NULL, place INTEGER)")
    connection.execute(
        "INSERT INTO arena.rows SELECT unnest(?::VARCHAR[]), unnest(?::INTEGER[])", [words, [*range(len(words))]]
    )
    put_in_order(connection, "rows", "word", chunk)
    rows = connection.execute("SELECT word, place FROM arena.rows ORDER BY rowid").fetchall()
    assert rows == sorted(zip(words, range(len(words)), strict=True), key=lambda row: (row[0].encode(), row[1]))
    columns = connection.execute("SELECT column_name, is_nullable FROM duckdb_columns() WHERE table_name = 'rows'").fetchall()
    assert columns == [("word", False), ("place", True)]
