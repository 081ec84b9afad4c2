"""What answers cost, from their times and their words."""

from datetime import timedelta

import pytest
from store_world import CONTESTANTS, NOON, picture

from arena.probes import Outcome, Probe, Reading, Reply
from arena.store import Cost, EvaluationRecord, QuestionRecord, ReadingRecord, ReplyRecord, now

ASKED, OTHER = CONTESTANTS[0].id, CONTESTANTS[1].id
QUESTIONS = [
    QuestionRecord(f"q{number}", f"item{number}", "stove", Probe("request", "image0", "request/1", (picture(number),), "How?"))
    for number in range(3)
]


def answer(store, number, text, at, contestant=ASKED):
    reply = ReplyRecord(contestant, QUESTIONS[number].probe.key, "request", Reply(text), asked_at=at)
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
