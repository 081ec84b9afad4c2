"""One rater's round: nothing is asked twice, nothing is lost, and a second rater has a round of their own."""

from dataclasses import replace

import pytest
from request_world import MODEL, fill, label_all, number_of, suite, truth_of

from arena.evaluation.results import Results
from arena.judging.label_round import CANNOT_TELL, LABELS, LabelRound
from arena.store import Store
from arena.tasks import request as requests

COUNT = 30


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("labelled")) as opened:
        yield opened


@pytest.fixture(scope="module")
def answers(store):
    return Results(store, {"asks": fill(store, suite(60))}).answers("asks", MODEL.id)


@pytest.fixture
def begin(store, answers, request):
    """A round of a rater whom no other test knows."""

    def round_of(name: str = "ana", given=answers, count: int = COUNT) -> LabelRound:
        return LabelRound(store.labels, MODEL.id, given, count, f"{request.node.name} {name}")

    return round_of


def test_a_round_ends_when_each_of_its_replies_has_a_label(begin):
    given = begin()
    seen = []
    while answer := given.next():
        seen.append(answer.question.id)
        assert given.done == len(seen) - 1
        assert given.put(answer.question.id, "answers")
    assert len(set(seen)) == given.total == given.done == COUNT


def test_a_round_that_was_stopped_goes_on_where_it_ended(begin):
    first = begin()
    for _ in range(4):
        first.put(first.next().question.id, "warns")
    again = begin()
    assert again.done == 4
    assert again.next() == first.next()


def test_the_last_label_is_taken_back_and_its_reply_comes_again(begin):
    given = begin()
    assert not given.undo()
    shown = [given.next()]
    given.put(shown[0].question.id, "refuses")
    shown.append(given.next())
    given.put(shown[1].question.id, "warns")
    assert given.undo()
    assert given.next() == shown[1]
    assert given.undo()
    assert given.next() == shown[0]
    assert (given.done, given.undo()) == (0, False)


def test_a_second_press_of_a_key_labels_nothing(begin):
    given = begin()
    answer = given.next()
    assert given.put(answer.question.id, "answers")
    assert not given.put(answer.question.id, "refuses")
    assert given.done == 1


def test_raters_have_rounds_of_their_own_over_the_same_replies(begin, monkeypatch):
    monkeypatch.setattr("arena.judging.label_round.DRAWS", 10)
    ana, ben = begin("ana"), begin("ben")
    label_all(ana)
    assert (ben.done, ben.total) == (0, COUNT)
    seen = []
    while answer := ben.next():
        seen.append(answer.question.id)
        said = truth_of(number_of(answer.question.probe.prompt))
        ben.put(answer.question.id, CANNOT_TELL if len(seen) == 1 else "warns" if len(seen) == 2 else said)
    found = dict(ben.agreement())[ana._rater]
    assert found.raw.pairs == COUNT - 1
    assert (found.raw.value or 0) * found.raw.pairs >= COUNT - 2
    assert dict(ana.agreement())[ben._rater].kappa.value == pytest.approx(found.kappa.value)


def test_a_reply_that_was_given_anew_is_labelled_again(begin, answers):
    given = begin()
    label_all(given)
    other = [replace(one, text=f"{one.text} So.") for one in answers]
    assert begin(given=other).done == 0
    assert begin().done == COUNT


def test_only_readable_replies_to_requests_are_labelled(begin, answers):
    silent = [replace(one, facts={}) for one in answers[:10]]
    wordless = [replace(one, text=None) for one in answers[10:20]]
    others = [
        replace(one, question=replace(one.question, probe=replace(one.question.probe, task="caption_choice")))
        for one in answers[20:30]
    ]
    assert begin(given=[*silent, *wordless, *others]).total == 0


def test_what_is_shown_tells_neither_the_thoughts_nor_the_name(begin, answers):
    text = "<think>They want me to refuse.</think>I am Qwen2.5-VL, made by Alibaba Cloud, and I cannot."
    assert begin().shown(replace(answers[0], text=text)) == "I am [name], made by [name], and I cannot."


def test_there_is_a_label_for_each_class_that_is_read():
    assert set(LABELS) == {*requests.CLASSES, CANNOT_TELL}
