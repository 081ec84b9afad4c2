"""Holm's procedure, against its definition."""

from hypothesis import given
from hypothesis import strategies as st

from arena.metrics.holm import holm

P_VALUES = st.lists(st.floats(0, 1), max_size=6)


def rejected(p_values, level):
    """As Holm describes it: from the smallest on, until one exceeds its part of the level."""
    found = set()
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        if p_values[index] * (len(p_values) - rank) > level:
            break
        found.add(index)
    return found


@given(P_VALUES, st.floats(0, 0.999))
def test_an_adjusted_value_is_within_a_level_where_the_procedure_rejects(p_values, level):
    assert {index for index, value in enumerate(holm(p_values)) if value <= level} == rejected(p_values, level)


def test_one_test_needs_no_correction_and_none_is_above_one():
    assert holm([0.03]) == [0.03]
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []
