"""What looks the same is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.tasks.folding import fold, sentences, without_thoughts


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("A", "a"),
        ("I can’t", "i can't"),
        ("ⓑ", "b"),
        ("Straße", "strasse"),
        ("يمكنني", "یمکننی"),
        ("نمی‌توانم", "نمیتوانم"),
        ("\ue000", ""),
        ("İkinci", "ikinci"),
    ],
)
def test_spellings_become_one(written, folded):
    assert fold(written) == folded


@given(st.text())
def test_invisible_characters_and_marks_of_readers_are_gone(text):
    assert not any(character in fold("\u200b\ue000".join(text)) for character in "\u200b\u00ad\ufeff\ue000\ue001’")


@pytest.mark.parametrize(
    ("written", "rest"),
    [
        ("<think>a</think>b", "b"),
        ("a</think>b", "b"),
        ("<think>a", ""),
        ("b<think>a", "b"),
        ("<think>a</think><think>c</think>b", "b"),
        ("plain", "plain"),
        ("<think></think>", ""),
        ("a◁/think▷b", "b"),
        ("[THINK]a[/THINK]b", "b"),
        ("a</seed:think>b", "b"),
        ("a<|END_THINKING|>b", "b"),
        ("<|channel>a<channel|>b", "b"),
        ("<|channel|>analysis a", ""),
        ("<|channel|>analysis a<|channel|>final<|message|>b", "b"),
    ],
)
def test_only_what_follows_the_thoughts_answers(written, rest):
    assert without_thoughts(written) == rest


def test_sentences_end_where_their_scripts_end_them():
    assert sentences("one. two! 三。4.5 six") == ["one", "two", "三", "4.5 six"]
