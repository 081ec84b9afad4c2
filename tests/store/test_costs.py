"""What answers cost, from their times and their words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from store_world import CONTESTANTS, NOON, picture

from arena.probes import Outcome, Probe, Reading, Reply, Tokens, Turn
from arena.store import Cost, EvaluationRecord, QuestionRecord, ReadingRecord, ReplyRecord, now

ASKED, OTHER = CONTESTANTS[0].id, CONTESTANTS[1].id
QUESTIONS = [
    QuestionRecord(f"q{number}", f"item{number}", "stove", Probe("request", "image0", "request/1", (picture(number),), "How?"))
    for number in range(3)
]


def answer(store, number, text, at, contestant=ASKED, tokens=None):
    reply = ReplyRecord(contestant, QUESTIONS[number].probe.key, "request", Reply(text, tokens=tokens), asked_at=at)
    store.evaluations.add([reply], [ReadingRecord(f"q{number}", contestant, Reading(Outcome.CORRECT, {}), "1")])


def test_seconds_run_from_the_start_of_an_evaluation_to_its_last_answer_and_words_are_those_of_replies(store):
    store.evaluations.add_questions("suite", "edition", QUESTIONS)
    start = now()
    answer(store, 0, "one", NOON)  # in a battle, before
    store.evaluations.begin(
        EvaluationRecord("e1", "suite", "edition", ASKED, "", {}, {}, started_at=start - timedelta(seconds=8))
    )
    answer(store, 1, "one two", start - timedelta(seconds=4))
    answer(store, 2, "one  two\nthree", start - timedelta(seconds=2))
    store.evaluations.end("e1", "finished", {})
    (cost,) = store.evaluations.costs("suite", "edition").values()
    assert cost.seconds == pytest.approx((8 - 2) / 2, abs=1e-3)
    assert cost.words == pytest.approx((1 + 2 + 3) / 3)


def test_what_was_answered_elsewhere_has_no_seconds(store):
    store.evaluations.add_questions("suite", "edition", QUESTIONS)
    answer(store, 0, "one two", NOON, OTHER)
    assert store.evaluations.costs("suite", "edition") == {OTHER: Cost(None, 2)}
    assert store.evaluations.costs("suite", "another") == {}


def test_tokens_are_told_for_each_question_with_those_of_its_second_turn_where_they_are_known(store):
    store.evaluations.add_questions("suite", "edition", QUESTIONS)
    start = now()
    store.evaluations.begin(
        EvaluationRecord("e1", "suite", "edition", ASKED, "", {}, {}, started_at=start - timedelta(seconds=8))
    )
    answer(store, 0, "one", start - timedelta(seconds=6), tokens=Tokens(10, 2))
    answer(store, 1, "one", start - timedelta(seconds=6), tokens=Tokens(20, 4))
    answer(store, 2, "one", start - timedelta(seconds=6))
    again = replace(QUESTIONS[1].probe, before=(Turn("How?", "one"),))
    second = Reply("two", tokens=Tokens(30, 1))
    store.add_replies([ReplyRecord(ASKED, again.key, "request", second, asked_at=start - timedelta(seconds=4))])
    store.evaluations.end("e1", "finished", {})
    (cost,) = store.evaluations.costs("suite", "edition").values()
    assert (cost.tokens_read, cost.tokens_written) == ((10 + 20 + 30) / 2, (2 + 4 + 1) / 2)
    assert cost.seconds == pytest.approx((8 - 4) / 3, abs=1e-3)
