"""Captions that replies repeat."""

import pytest

from arena.tasks.caption_echoes import MARKS, with_echoes_marked, without_caption

CAPTIONS = ("A cat on a mat.", "A cat on a mat by a dog.")


@pytest.mark.parametrize(
    ("folded", "marked"),
    [
        ("a cat on a mat", MARKS[0]),
        ("the cat on the mat", MARKS[0]),
        ('"a cat, on a mat"', f'" {MARKS[0]} "'),
        ("a cat on a mat by a dog.", f"{MARKS[1]} ."),
        ("a cat on a matter", "a cat on a matter"),
    ],
)
def test_a_repeated_caption_becomes_its_mark(folded, marked):
    assert with_echoes_marked(folded, CAPTIONS).split() == marked.split()


def test_a_very_short_caption_is_never_found():
    assert without_caption("a cat sat", "a cat") == "a cat sat"
