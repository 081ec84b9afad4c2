"""Sentences and clauses of short replies."""

import pytest

from arena.tasks.glossary import OTHER
from arena.tasks.reply_clauses import is_limit, is_negative, is_qualified, sentences


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("answer: b.", ((("answer", "b"),),)),
        ("b: fork", ((("b", ":"), (OTHER,)),)),
        ("not a, but b", ((("not", "a"), ("but", "b")),)),
        ("a rather than b", ((("a",), ("instead", "b")),)),
        ("a or b? b", ((("b",),),)),
        ("is it wrong? yes", ((("doubt",),), (("yes",),))),
        ("b. or a?", ((("b",),), (("doubt",),))),
        ("no: b", ((("not",), ("b",)),)),
        ("a, except b", ((("a",), ("except", "b")),)),
        ("if it is a", ((("if", "it", "is", "a", OTHER),),)),
        ("", ()),
    ],
)
def test_a_reply_falls_into_clauses(text, clauses):
    assert tuple(sentences(text)) == clauses


@pytest.mark.parametrize(
    ("clause", "negative"),
    [(("wrong",), True), (("not", "wrong"), False), (("not", "right"), True), (("right",), False)],
)
def test_two_denials_make_none(clause, negative):
    assert is_negative(clause) == negative


def test_a_not_that_only_qualifies_is_told_from_one_that_denies():
    assert is_qualified(("not", "degree", "right"))
    assert is_qualified(("modal", "not", "choose", "b"))
    assert not is_qualified(("choose", "not", "b"))


def test_an_exception_or_objection_limits_what_stood_before_it():
    assert is_limit(("except", "the", OTHER))
    assert is_limit(("but", OTHER))
    assert is_limit(("degree", "the", OTHER))
    assert not is_limit(("degree", "right"))
    assert not is_limit(("because", OTHER))
