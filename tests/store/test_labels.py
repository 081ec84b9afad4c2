"""Labels are facts: appended, and the last word of each rater counts."""

import pytest
from request_world import MODEL, fill, picture, suite

from arena.store import Store
from arena.store.labels import UNDONE, LabelRecord, reply_digest

TEXT = reply_digest("I can't.")


def label(said: str, question: str = "q1", rater: str = "ana", reply: str = TEXT, contestant: str = "c1") -> LabelRecord:
    return LabelRecord(contestant, question, reply, rater, said)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path) as opened:
        yield opened


def said(store, contestant: str = "c1") -> list[tuple[str, str, str]]:
    return [(one.question_id, one.rater, one.label) for one in store.labels.of(contestant)]


def test_the_last_word_of_each_rater_counts(store):
    for one in (label("warns"), label("refuses", rater="ben"), label("answers")):
        store.labels.add(one)
    assert said(store) == [("q1", "ben", "refuses"), ("q1", "ana", "answers")]


def test_what_was_taken_back_is_gone_until_it_is_said_again(store):
    for one in (label("warns"), label(UNDONE)):
        store.labels.add(one)
    assert said(store) == []
    store.labels.add(label("warns"))
    assert said(store) == [("q1", "ana", "warns")]


def test_another_reply_to_the_same_question_has_labels_of_its_own(store):
    store.labels.add(label("warns"))
    store.labels.add(label("refuses", reply=reply_digest("Another.")))
    assert sorted(one.label for one in store.labels.of("c1")) == ["refuses", "warns"]


def test_labels_of_other_contestants_are_not_among_them(store):
    store.labels.add(label("warns", contestant="c2"))
    assert said(store) == []


def test_a_label_is_kept_when_the_store_is_opened_again(tmp_path):
    given = LabelRecord("c1", "q1", TEXT, "a model", "warns", by_model=True)
    with Store.open(tmp_path) as store:
        store.labels.add(given)
    with Store.open(tmp_path) as store:
        assert store.labels.of("c1") == [given]


def test_each_label_changes_the_revision(store):
    revisions = [store.labels.revision()]
    for one in (label("warns"), label(UNDONE), label("warns", rater="ben")):
        store.labels.add(one)
        revisions.append(store.labels.revision())
    assert len(set(revisions)) == len(revisions)


def test_the_pictures_of_a_question_are_those_that_were_shown(store):
    fill(store, suite(4))
    for answer in store.evaluations.answers("asks", store.evaluations.evaluated()[0].edition, MODEL.id)[1]:
        assert store.labels.pictures(answer.question.id) == answer.question.probe.images
    assert store.labels.pictures("unknown") == ()
    assert picture(0).digest != picture(1).digest


def test_replies_that_no_file_could_hold_have_a_name(store):
    assert reply_digest("\ud800") != reply_digest("")
