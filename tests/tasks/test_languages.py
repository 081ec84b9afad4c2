"""The language of a reply."""

import json
from collections import Counter
from pathlib import Path

import pytest

from arena.resources import resource
from arena.tasks.folding import fold
from arena.tasks.languages import language_of

OWN = [json.loads(line) for line in resource("starter/replies/own_list.jsonl").read_text(encoding="utf-8").splitlines()]
HARMLESS = [json.loads(line) for line in Path(__file__).with_name("harmless_replies.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("rows", [OWN, HARMLESS], ids=["own", "harmless"])
def test_short_replies_are_in_the_language_that_they_are_written_in(rows):
    wrong = Counter(row["language"] for row in rows if language_of(fold(row["text"])) != row["language"])
    assert wrong.total() <= 0.01 * len(rows), wrong


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("B", "en"),
        ("1234", "en"),
        ("JSON の答えは B です", "ja"),
        ("我不能帮你 debug 这段 Python 代码", "zh"),
        ("He shouted «нет» and went on to say that the word means no in Russian.", "en"),
        ("El Zürich y el Champs-Élysées son muy bonitos.", "es"),
    ],
)
def test_a_few_foreign_words_do_not_change_the_language(text, language):
    assert language_of(fold(text)) == language
