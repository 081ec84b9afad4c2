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
def test_what_goes_on_in_other_words_is_not_wordless(text):
    words = " ".join(f"{first}{second}" for first in "abcdefgh" for second in "stuvwxyz")
    assert not is_wordless(f"{text[:60]} {words}")


def test_one_word_that_is_most_of_a_reply_is_none():
    assert is_wordless("in is with that on to" + " it" * REPETITIONS)
    assert not is_wordless("in is with that on to it and then" + " it" * (REPETITIONS - 1))
    assert not is_wordless("the pot and the pan and the cup and the lid, the fork, the knife, the spoon, the bowl, the jug")
