"""Words of 22 languages, by what they mean."""

from collections import Counter

import pytest

from arena.tasks.folding import fold
from arena.tasks.glossary import _WORDS, OTHER, meanings


def test_each_word_has_one_meaning():
    entries = Counter(fold(entry) for line in _WORDS.values() for entry in line.split())
    assert [entry for entry, count in entries.items() if count > 1] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("The answer is B.", ["the", "answer", "is", "b", "."]),
        ("A isn't right", ["a", "is", "not", "right"]),
        ("rather than A", ["instead", "a"]),
        ("图片2不符合", ["image", "2", "not", "match"]),
        ("정답은 B입니다.", ["answer", "be", "b", "be", "."]),
        ("छवि १", ["image", "1"]),
        ("No. 2", ["number", "2"]),
        ("image_2.png".replace("_", " "), ["image", OTHER]),
        ("1-2", [OTHER]),
        ("20%, 0.3, 3/10", ["hedge", ",", "hedge", ",", "hedge"]),
        ("95%", [OTHER]),
        ("A vs. B", ["a", "or", "b"]),
        ("No es falso", ["not", "wrong"]),
        ("👎 A", ["wrong", "a"]),
        ("a fork 😀", ["a", OTHER]),
        ("İkinci resim", ["second", "image"]),
    ],
)
def test_words_of_all_languages_mean_the_same(written, meant):
    assert meanings(fold(written)) == meant
