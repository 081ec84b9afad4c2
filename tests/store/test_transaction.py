"""What a transaction remembers, and what is derived of it."""

from collections.abc import Iterator

import duckdb
import pytest
from store_insides import database_of
from store_world import CONTESTANTS, PAIRS, furnish, make_battle

from arena.store import OutcomeRecord, PairReading, Rereading, Rereadings, facts
from arena.store.rereadings import add_rereadings
from arena.store.rows import append, overwrite
from arena.store.transaction import Overwriting, Transaction, appended
from arena.store.works import OneByOne


@pytest.fixture
def written() -> Iterator[Transaction]:
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS arena; CREATE TABLE arena.words (word VARCHAR)")
        yield Transaction(connection)


def erase(connection, word: str) -> int:
    return connection.execute("UPDATE arena.words SET word = '' WHERE word = ?", [word]).fetchall()[0][0]


def test_steps_are_remembered_in_their_order(written):
    append(written, "words", [("one",), ("two",)])
    append(written, "words", [("one",)])
    assert overwrite(written, erase, "one") == 2
    append(written, "words", [("one",)])
    assert written.steps == [{"words": [("one",), ("two",), ("one",)]}, Overwriting("erase", ("one",)), {"words": [("one",)]}]
    assert appended(written.steps) == {"words": [("one",), ("two",), ("one",), ("one",)]}
    assert written.execute("SELECT count(*) FROM arena.words WHERE word = 'one'").fetchall() == [(1,)]


def test_nothing_is_remembered_outside_of_a_transaction(written):
    append(written.connection, "words", [("one",)])
    assert overwrite(written.connection, erase, "one") == 1
    assert written.steps == []


def test_a_group_that_votes_and_reads_anew_counts_each_vote_once(store):
    """Votes are counted anew where results change, and else added."""
    furnish(store)
    for name in ("old", "new"):
        store.add_battle(make_battle(name, played_by="visitor"))
    outcome = OutcomeRecord("a", "request", "image0", "request/0", make_battle("x").outcomes[0].outcome, "answer")
    readings = [PairReading(one.id, PAIRS[0].id, [outcome]) for one in CONTESTANTS[:2]]
    given = Rereadings("9", [Rereading("old", "tie")], readings)
    votes = [facts.Vote(name, "somebody", "a", make_battle("x").played_at) for name in ("old", "new")]

    def together(connection, _):
        return facts.add_votes(connection, votes), add_rereadings(connection, given)

    assert database_of(store).write(OneByOne(together), None) == ([True, True], 1)
    assert store.votes_by_result() == {("a", "tie"): 1, ("a", "a"): 1}
    store.rebuild_elo()
    assert store.rebuild() == ()
