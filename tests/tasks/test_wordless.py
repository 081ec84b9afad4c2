"""Replies that are no words are told from short ones that are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.tasks.folding import fold
from arena.tasks.wordless import REPETITIONS, is_wordless


@pytest.mark.parametrize(
    "text", ["", " \n", "...!", "1", "1 2 3", "👍", "A", "aaaaaaa", "A A A", "的的的的", "the " * REPETITIONS]
)
def test_signs_and_repetitions_are_no_words(text):
    assert is_wordless(fold(text))


@pytest.mark.parametrize(
    "text", ["No", "ok", "不", "否", "네", "No, no, no!", "Ja.", "لا", "3 pots", "Go go go", "Step 1: a walk"]
)
def test_short_replies_are_words(text):
    assert not is_wordless(fold(text))


@given(st.text())
def test_what_holds_two_different_words_is_never_wordless(text):
    assert not is_wordless(f"{text} one two")
