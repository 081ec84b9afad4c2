"""Shuffled labels keep words and numbers, and lose only what ties a reply to its image."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.tuning.shuffled_labels import shuffled_columns

rows = st.lists(st.tuples(st.sampled_from("xyz"), st.text(max_size=3)), max_size=20)


@given(rows, st.integers(0, 99))
def test_each_family_keeps_its_replies(given_rows, seed):
    families, texts = [family for family, _ in given_rows], [text for _, text in given_rows]
    dealt = shuffled_columns({"completion": texts}, families, seed)["completion"]
    for family in "xyz":
        before, after = (
            [text for own, text in zip(families, column, strict=True) if own == family] for column in (texts, dealt)
        )
        assert Counter(before) == Counter(after)


@given(rows, st.integers(0, 99))
def test_a_coin_leaves_both_replies_in_their_row(given_rows, seed):
    chosen, rejected = [f"{text}+" for _, text in given_rows], [f"{text}-" for _, text in given_rows]
    tossed = shuffled_columns({"chosen": chosen, "rejected": rejected}, ["x"] * len(chosen), seed)
    for before, after in zip(zip(chosen, rejected, strict=True), zip(*tossed.values(), strict=True), strict=True):
        assert set(before) == set(after)


@pytest.mark.parametrize("columns", [{"completion": ["a", "b"] * 200}, {"chosen": ["a"] * 400, "rejected": ["b"] * 400}])
def test_half_of_the_replies_are_wrong_afterwards(columns):
    shuffled = shuffled_columns(columns, ["x"] * 400, seed=1)
    name = next(iter(columns))
    same = sum(one == other for one, other in zip(columns[name], shuffled[name], strict=True))
    assert 160 < same < 240
    assert shuffled == shuffled_columns(columns, ["x"] * 400, seed=1)
    assert shuffled != shuffled_columns(columns, ["x"] * 400, seed=2)
