"""What pages may show of what models write."""

import pytest

from arena.battles.playing import names_of
from arena.contestants import Contestant

NAMES = names_of([Contestant("drawn-world/clip-small", "0123456789" * 4, "test")])


@pytest.mark.parametrize(
    "text", ["clip-small", "Clip Small", "CLIP_SMALL", "clipsmall", "Drawn World", "drawn-world/clip-small", "0123456789" * 4]
)
def test_names_are_struck_out_however_they_are_spelled(text):
    struck = NAMES.sub("[name]", f"I am {text}, a model.")
    assert text not in struck
    assert "[name]" in struck


@pytest.mark.parametrize("text", ["a small paper clip", "the world is drawn", "clips smaller"])
def test_other_words_stay(text):
    assert NAMES.sub("[name]", text) == text


def test_nobody_has_no_names():
    assert names_of([]).sub("[name]", "anything at all") == "anything at all"
