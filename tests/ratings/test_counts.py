import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ratings import UnitCounts, WinTable

ROWS = [("a", "b", "f1", 2), ("b", "a", "f1", 1), ("a", "c", "f2", 3)]


def test_wins_sum_units_over_families_and_rows():
    counts = UnitCounts.from_rows([*ROWS, ("a", "b", "f2", 4)])
    assert counts.names == ("a", "b", "c")
    assert counts.wins().tolist() == [[0, 6, 3], [1, 0, 0], [0, 0, 0]]


def test_both_seat_orders_of_a_pairing_add_up():
    """Who sat where is not in the counts: a unit won from seat A and one won from seat B are the same row, and add up."""
    assert UnitCounts.from_rows([ROWS[0], ROWS[0]]).wins().tolist() == [[0, 4], [0, 0]]


def test_the_order_of_rows_does_not_matter():
    forth, back = UnitCounts.from_rows(ROWS), UnitCounts.from_rows(ROWS[::-1])
    assert forth.names == back.names
    assert np.array_equal(forth.wins(), back.wins())


def test_contestants_and_families_without_discordant_units_are_kept():
    counts = UnitCounts.from_rows(ROWS, names=["idle", "a"], number_of_families=9)
    assert counts.names == ("a", "b", "c", "idle")
    assert counts.number_of_families == 9


def test_among_keeps_the_units_between_the_chosen_ones():
    counts = UnitCounts.from_rows(ROWS).among(np.array([1, 0]))
    assert counts.names == ("b", "a")
    assert counts.wins().tolist() == [[0, 1], [2, 0]]
    assert counts.number_of_families == 2


def test_nothing_at_all_is_a_table_too():
    assert UnitCounts.from_rows([]).wins().shape == (0, 0)


@pytest.mark.parametrize(
    ("rows", "families", "field"),
    [
        ([("a", "a", "f", 1)], None, "winner"),
        ([("a", "b", "f", 0)], None, "count"),
        ([("a", "b", "f", -1)], None, "count"),
        ([("a", "b", "f", float("nan"))], None, "count"),
        ([("a", "b", "f", 1), ("a", "b", "g", 1)], 1, "family"),
    ],
)
def test_what_cannot_be_counts_is_refused_by_name(rows, families, field):
    with pytest.raises(ValueError, match=f"UnitCounts.{field}"):
        UnitCounts.from_rows(rows, number_of_families=families)


def test_fields_of_different_length_are_refused():
    one, two = np.zeros(1, dtype=np.int64), np.ones(2, dtype=np.int64)
    with pytest.raises(ValueError, match=r"UnitCounts\.loser"):
        UnitCounts(names=("a", "b"), winner=one, loser=two, family=one, count=np.ones(1), number_of_families=1)


CHANGES = st.lists(
    st.tuples(st.permutations("abcd").map(lambda names: names[:2]), st.integers(1, 3)).map(lambda one: (*one[0], one[1])),
    max_size=12,
)


@given(CHANGES, st.integers(0, 12), st.sets(st.sampled_from("acef")))
def test_a_table_of_wins_that_grows_is_that_of_all_counts(changes, split, names):
    grown = WinTable().plus(changes[:split], names=names).plus(changes[split:])
    counted = UnitCounts.from_rows([(winner, loser, "", units) for winner, loser, units in changes], names=names)
    assert grown.names == counted.names
    assert np.array_equal(grown.wins(), counted.wins())
    back = grown.plus([(winner, loser, -units) for winner, loser, units in changes])
    assert not back.wins().any()
