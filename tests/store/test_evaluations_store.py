"""Questions and answers of suites: kept once, read once, found again."""

from dataclasses import replace

import pytest
from store_world import CONTESTANTS, found, picture

from arena.errors import StoreError
from arena.probes import Outcome, Probe, Reading, Reply
from arena.store import EvaluationRecord, QuestionRecord, ReadingRecord, ReplyRecord, Store

ASKED, OTHER = CONTESTANTS[0].id, CONTESTANTS[1].id


def question(number, task="caption_choice"):
    probe = Probe(
        task=task,
        cell=f"image{number}",
        template="caption_choice/1",
        images=(picture(number),),
        prompt=f"A or B, nr. {number}?",
        captions=("a pot", "a pan"),
        options=("A", "B"),
        expected="A",
        max_new_tokens=7,
    )
    return QuestionRecord(f"q{number}", f"item{number}", "stove", probe, {"side": "safe"}, {"norm": ["é", number]}, "writers")


QUESTIONS = [question(number) for number in range(3)]


def reply(number, contestant=ASKED, **given):
    return ReplyRecord(contestant, QUESTIONS[number].probe.key, "caption_choice", Reply(**(given or {"text": "A"})))


def reading(number, outcome: Outcome | None = Outcome.CORRECT, contestant=ASKED, judge="", version="1", **facts):
    return ReadingRecord(f"q{number}", contestant, Reading(outcome, facts), version, judge)


def unread(store, **more):
    return store.evaluations.unread("suite", "edition", ASKED, **{"method_version": "1", **more})


@pytest.fixture
def asked(store):
    store.evaluations.add_questions("suite", "edition", QUESTIONS)
    return store


def test_questions_are_kept_once_with_their_images(asked, home):
    assert asked.evaluations.add_questions("suite", "edition", QUESTIONS) == 0
    assert asked.evaluations.add_questions("suite", "other", QUESTIONS) == 3
    asked.evaluations.add([reply(1)], [reading(1, judged="kindly")])
    asked.close()
    with Store.open(home) as again:
        total, (answer,) = again.evaluations.answers("suite", "edition", ASKED)
        assert total == 1
        assert answer.question == QUESTIONS[1]
        assert answer.question.gold == QUESTIONS[1].gold
        assert answer.question.probe.key == QUESTIONS[1].probe.key
        assert answer.question.probe.images[0].encoded == picture(1).encoded
        assert (answer.text, answer.outcome, answer.facts) == ("A", Outcome.CORRECT, {"judged": "kindly"})


def test_what_was_never_asked_is_unanswered_and_what_was_asked_elsewhere_is_unread(asked):
    assert set(unread(asked).unanswered) == {"q0", "q1", "q2"}
    asked.add_replies([reply(1, logprobs=(-1.0, float("-inf")))])
    left = unread(asked)
    assert set(left.unanswered) == {"q0", "q2"}
    assert left.replies == {"q1": Reply(logprobs=(-1.0, float("-inf")))}


@pytest.mark.parametrize("finished", [True, False, None])
def test_whether_a_reply_ended_by_itself_is_kept(asked, finished):
    asked.add_replies([reply(1, text="A", finished=finished)])
    assert unread(asked).replies["q1"].finished is finished
    (kept,) = asked.replies(ASKED, [QUESTIONS[1].probe.key]).values()
    assert kept.finished is finished


def test_a_reply_with_its_reading_is_done_for_this_contestant_judge_and_version_alone(asked):
    asked.evaluations.add([reply(1)], [reading(1)])
    assert set(unread(asked).unanswered) == {"q0", "q2"}
    assert not unread(asked).replies
    assert set(unread(asked, judge=OTHER).replies) == {"q1"}
    assert set(unread(asked, method_version="2").replies) == {"q1"}
    assert len(asked.evaluations.unread("suite", "edition", OTHER, method_version="1").unanswered) == 3


def test_a_failed_attempt_is_recorded_and_asked_again_until_an_answer_takes_its_place(asked):
    asked.evaluations.add([reply(0, error="out of memory")], [reading(0, Outcome.ERROR)])
    assert "q0" in unread(asked).unanswered
    (done,) = asked.evaluations.evaluated()
    assert (done.readings, done.errors) == (1, 1)
    asked.evaluations.add([reply(0)], [reading(0, Outcome.WRONG)])
    assert "q0" not in unread(asked).unanswered
    total, (answer,) = asked.evaluations.answers("suite", "edition", ASKED)
    assert (total, answer.outcome, answer.text) == (1, Outcome.WRONG, "A")


def test_a_newer_reading_takes_the_place_of_an_older_one_and_of_no_other(asked):
    asked.evaluations.add(
        [reply(0), reply(1), reply(0, OTHER)],
        [reading(0), reading(1), reading(0, contestant=OTHER), reading(0, judge=OTHER, version="1", aware=True)],
    )
    asked.evaluations.add([], [reading(0, Outcome.REFUSED, version="2")])
    page = asked.evaluations.answers("suite", "edition", ASKED)[1]
    assert [answer.outcome for answer in page] == [Outcome.REFUSED, Outcome.CORRECT]
    assert asked.evaluations.answers("suite", "edition", OTHER)[1][0].outcome is Outcome.CORRECT
    assert asked.evaluations.answers("suite", "edition", ASKED, judge=OTHER)[1][0].facts == {"aware": True}


def test_only_readings_by_the_version_that_counts_are_in_answers_and_the_others_are_told(asked):
    old = [reading(0, Outcome.WRONG), reading(1, judge=OTHER)]
    asked.evaluations.add([reply(0), reply(1), reply(2)], [*old, reading(1, version="2")])
    assert asked.evaluations.answers("suite", "edition", ASKED)[0] == 2, "all count until a version is named"
    asked.evaluations.count_method("2")
    assert [one.question.id for one in asked.evaluations.answers("suite", "edition", ASKED)[1]] == ["q1"]
    by_judge = {one.judge: one for one in asked.evaluations.evaluated()}
    rules, judge = by_judge[""], by_judge[OTHER]
    assert (rules.readings, rules.items, rules.older, rules.older_versions) == (1, 1, 1, ("1",))
    assert (judge.readings, judge.items, judge.older) == (0, 0, 1)
    with pytest.raises(StoreError, match="is no version of the method"):
        asked.evaluations.count_method("2' OR 'a' = 'a")


def test_older_answers_come_with_their_replies_and_without_pixels(asked):
    asked.evaluations.add([reply(0), reply(1)], [reading(0), reading(1, version="2"), reading(1, judge=OTHER)])
    (older,) = asked.evaluations.older_answers("suite", "edition", ASKED, method_version="2")
    assert (older.question.id, older.reply) == ("q0", Reply("A"))
    assert older.question.probe.key == QUESTIONS[0].probe.key
    assert older.question.probe.images[0].encoded == b""


def test_a_reply_that_was_given_again_is_the_one_that_answers_show(asked):
    asked.evaluations.add([reply(0)], [reading(0)])
    again = replace(reply(0, text="B", finished=True), again=True)
    asked.evaluations.add([again], [reading(0, Outcome.WRONG)])
    total, (answer,) = asked.evaluations.answers("suite", "edition", ASKED)
    assert (total, answer.text, answer.outcome) == (1, "B", Outcome.WRONG)
    assert unread(asked, method_version="2").replies == {"q0": Reply("B", finished=True)}


def test_replies_and_readings_are_kept_together_or_not_at_all(asked):
    before = asked.transactions
    asked.evaluations.add([reply(0)], [reading(0)])
    assert asked.transactions == before + 1
    with pytest.raises((StoreError, TypeError)):
        asked.evaluations.add([reply(1)], [reading(1, unspeakable=object())])
    assert set(unread(asked).unanswered) == {"q1", "q2"}
    assert not unread(asked).replies


def test_answers_come_in_pages_of_chosen_outcomes(asked):
    asked.evaluations.add([reply(n) for n in range(3)], [reading(0, Outcome.WRONG), reading(1), reading(2, Outcome.REFUSED)])
    total, (second,) = asked.evaluations.answers("suite", "edition", ASKED, outcomes=["wrong", "refused"], limit=1, offset=1)
    assert (total, second.question.id) == (2, "q2")
    assert asked.evaluations.answers("suite", "edition", ASKED, outcomes=[]) == (0, [])
    assert asked.evaluations.answers("suite", "nothing", ASKED) == (0, [])


def test_a_view_counts_answers_of_one_contestant_edition_and_judge(asked):
    view = """
        SELECT suite, edition, contestant_id, judge, 'accuracy' AS metric, slice, item, family,
               count(*) FILTER (outcome = 'correct') AS hits, count(*) AS total
        FROM (SELECT *, unnest(['', 'side=' || (slices ->> 'side')]) AS slice FROM arena.answers)
        WHERE outcome NOT IN ('error', 'not_applicable') GROUP BY ALL
    """
    asked.evaluations.define_views({"tiny_units": view})
    asked.evaluations.define_views({"tiny_units": view})
    asked.evaluations.add([reply(0), reply(1)], [reading(0), reading(1, Outcome.WRONG), reading(0, judge=OTHER)])
    assert asked.evaluations.units("tiny_units", "suite", "edition", ASKED) == [
        ("accuracy", "", "item0", "stove", 1.0, 1.0),
        ("accuracy", "", "item1", "stove", 0.0, 1.0),
        ("accuracy", "side=safe", "item0", "stove", 1.0, 1.0),
        ("accuracy", "side=safe", "item1", "stove", 0.0, 1.0),
    ]
    assert len(asked.evaluations.units("tiny_units", "suite", "edition", ASKED, judge=OTHER)) == 2
    assert asked.evaluations.units("tiny_units", "suite", "edition", OTHER) == []


@pytest.mark.parametrize("name", ["", "Tiny", "tiny; DROP TABLE arena.replies", "tiny.units", "1st"])
def test_a_view_has_a_plain_name(asked, name):
    with pytest.raises(StoreError, match="is no name"):
        asked.evaluations.define_views({name: "SELECT 1"})


def test_a_view_that_cannot_be_is_told_in_one_line(asked):
    with pytest.raises(StoreError) as caught:
        asked.evaluations.define_views({"broken": "SELECT nonsense FROM nowhere"})
    assert len(str(caught.value).splitlines()) == 1


def test_the_log_tells_how_each_evaluation_ended(asked):
    for name in ("first", "second"):
        asked.evaluations.begin(EvaluationRecord(name, "suite", "edition", ASKED, "", {"limit": 5}, {"torch": "2"}))
    asked.evaluations.end("first", "finished", {"fingerprint": "fp_1"})
    (first, reason), (second, cut_off) = asked.evaluations.log()
    assert (first.id, reason, first.endpoint) == ("first", "finished", {"fingerprint": "fp_1"})
    assert (second.id, cut_off, second.endpoint) == ("second", None, {})
    assert (first.arguments, first.versions) == ({"limit": 5}, {"torch": "2"})
    assert found(first.started_at).tzinfo is not None
