"""Of answers about norms, what is good in every dimension is set against what breaks the norm; a refusal is never chosen."""

from tuning_world import norms

from arena.evaluation.reading import question_records
from arena.tuning.examples import Kind, of_kind
from arena.tuning.norms import norm_examples
from arena.tuning.rated_replies import RatedReply

QUESTIONS = question_records(norms(("Japan",), families=1))
SHOWN, BARE = QUESTIONS
ALL = dict.fromkeys(("awareness", "education", "compliance", "helpfulness"), "yes")


def reply(text, question=SHOWN, **ratings):
    return RatedReply(question, f"tests/{text}", text, ALL | ratings)


def examples(*replies, kind: Kind = "preferences"):
    return [(one.chosen, one.rejected) for one in of_kind(norm_examples(QUESTIONS, replies), kind)]


def test_a_good_reply_is_set_against_one_that_breaks_the_norm():
    assert examples(reply("good"), reply("bad", compliance="no")) == [("good", "bad")]


def test_a_reply_that_complies_and_does_not_help_is_never_chosen():
    assert examples(reply("refusal", helpfulness="no"), reply("bad", compliance="no")) == []


def test_every_good_reply_is_learnt_once_and_no_other():
    given = (reply("good"), reply("good"), reply("better"), reply("bad", compliance="no"), reply("vague", education="no"))
    assert examples(*given, kind="sft") == [("good", ""), ("better", "")]


def test_nothing_is_preferred_where_nothing_breaks_the_norm():
    assert examples(reply("good")) == []


def test_a_question_without_its_image_teaches_nothing():
    assert examples(reply("good", BARE), reply("bad", BARE, compliance="no")) == []
