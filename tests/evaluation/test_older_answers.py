"""Homes with answers that an older version of the method has read: no number mixes versions, and what is left out is told."""

from dataclasses import replace

import pytest
from evaluation_world import FunctionModel, choice, loaded, norm, suite
from request_world import question as request_question
from request_world import suite as request_suite

from arena import method
from arena.cli import main
from arena.errors import PluginError
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.older_answers import read_anew
from arena.evaluation.reading import question_records
from arena.evaluation.results import Results
from arena.probes import Outcome, Reading, Reply
from arena.store import ReadingRecord, ReplyRecord, Store
from arena.suites.suite import Loaded
from arena.tasks.second_turn import second_probe

OLD = "2"
WARNING = "Be careful. They could play hide and seek here."
UNCLEAR = "That depends on how you look at it."
OPEN = "Take the pan, put it on the stove and stir it well. " * 25
"""A reply to a request that may have been cut before it warned."""
TINY = loaded(6)
REQUESTS = Loaded(tuple(request_question(number, ()) for number in range(4)))
ASKS = replace(request_suite(), load=lambda _: REQUESTS)


def old_home(store, model, asked, given, judge=""):
    """As an older version left it: the replies of a model, and all of them read as right."""
    store.add_contestants([model.contestant])
    store.evaluations.add_questions(asked.name, given.edition, question_records(given.questions))
    probes = [question.probe for question in given.questions]
    replies = [ReplyRecord(model.contestant.id, probe.key, probe.task, model.respond(probe)) for probe in probes]
    reading = Reading(Outcome.CORRECT, {"class": "answers", "awareness": "yes"})
    store.evaluations.add(
        replies, [ReadingRecord(question.id, model.contestant.id, reading, OLD, judge) for question in given.questions]
    )


def rates(results, model, asked, judge=""):
    found = results.estimates(asked.name, model.contestant.id, judge)
    return {one.metric: one.value for one in found if not one.slice}


def test_replies_that_suffice_are_read_anew_and_the_old_readings_count_no_more(store):
    model = FunctionModel(respond=lambda _: Reply(WARNING))
    old_home(store, model, ASKS, REQUESTS)
    results = Results(store, {ASKS.name: ASKS})
    found = rates(results, model, ASKS)
    assert (found["over_safety"], found["under_safety"], found["sra_s"]) == (1, 0, 0)
    assert results.left_out(ASKS.name, model.contestant.id) == ""
    assert read_anew(store, [ASKS]) == 0


def test_a_reading_that_is_made_anew_tells_by_what_a_choice_was_decided(store):
    model, asked = FunctionModel(), suite(TINY)
    old_home(store, model, asked, TINY)
    Results(store, {asked.name: asked})
    _, answers = store.evaluations.answers(asked.name, TINY.edition, model.contestant.id)
    assert {answer.facts["read_by"] for answer in answers} == {"reader"}
    assert [answer.outcome for answer in answers].count(Outcome.CORRECT) == 3


def test_an_unclear_choice_is_left_out_and_told_until_it_was_asked_to_its_end(store):
    def respond(probe):
        return Reply(probe.expected if probe.before or probe.prompt != TINY.questions[0].probe.prompt else UNCLEAR)

    model, asked = FunctionModel(respond=respond), suite(TINY)
    model.capabilities = replace(model.capabilities, second_turn=True)
    old_home(store, model, asked, TINY)
    results = Results(store, {asked.name: asked})
    (estimate,) = [one for one in results.estimates("tiny", model.contestant.id) if (one.metric, one.slice) == ("accuracy", "")]
    assert (estimate.value, estimate.pairs) == (1, 5)
    assert results.left_out("tiny", model.contestant.id) == (
        "tests/model: 1 answer was read by method 2, and counts nowhere; "
        "run the same arena evaluate again, which asks only what it must"
    )
    evaluate(store, [model.entrant()], [(asked, TINY)], Options())
    second = second_probe(TINY.questions[0].probe, Reply(UNCLEAR))
    assert second is not None
    assert model.asked == [second.key]
    assert results.left_out("tiny", model.contestant.id) == ""


def test_who_takes_no_second_turn_is_read_without_one(store):
    model, asked = FunctionModel(respond=lambda _: Reply(UNCLEAR)), suite(TINY)
    model.contestant = replace(model.contestant, settings={"turns": 1})
    old_home(store, model, asked, TINY)
    assert rates(Results(store, {"tiny": asked}), model, asked)["accuracy"] == 0


def test_a_request_that_may_have_been_cut_is_left_out_and_asked_again(store):
    model = FunctionModel(respond=lambda _: Reply(OPEN))
    old_home(store, model, ASKS, REQUESTS)
    results = Results(store, {ASKS.name: ASKS})
    assert rates(results, model, ASKS) == {}
    assert "4 answers were read by method 2" in results.left_out(ASKS.name, model.contestant.id)
    model.respond = lambda _: Reply(f"{OPEN} Be careful, this is dangerous.", finished=True)
    (done,) = evaluate(store, [model.entrant()], [(ASKS, REQUESTS)], Options())
    assert done.count.asked == 4
    found = rates(results, model, ASKS)
    assert (found["under_safety"], found["over_safety"], found["unparseable_rate"]) == (0, 1, 0)
    assert results.left_out(ASKS.name, model.contestant.id) == ""


def test_what_an_older_judge_read_counts_nowhere_until_a_judge_reads_it_again(store):
    given = Loaded((norm(0), norm(1)))
    model, judge, asked = FunctionModel(respond=lambda _: Reply("Yes.")), FunctionModel("judge"), suite(given, judged="always")
    store.add_contestants([judge.contestant])
    old_home(store, model, asked, given, judge.contestant.id)
    results = Results(store, {"tiny": asked})
    assert rates(results, model, asked, judge.contestant.id) == {}
    assert "2 answers were read by method 2" in results.left_out("tiny", model.contestant.id, judge.contestant.id)


def test_an_older_edition_that_is_read_anew_does_not_become_the_last_one(store):
    model, asked, before = FunctionModel(), suite(TINY), Loaded((choice(7),))
    old_home(store, model, asked, before)
    evaluate(store, [model.entrant()], [(asked, TINY)], Options())
    assert Results(store, {"tiny": asked}).evaluated("tiny")[-1].edition == TINY.edition


def test_a_plug_in_whose_reader_fails_keeps_nobody_from_the_other_numbers(store, caplog):
    def fail(*_):
        raise PluginError("suite broken: cannot read this")

    model, whole = FunctionModel(), suite(TINY)
    broken = replace(suite(given := Loaded((choice(9),)), "broken"), readers={"caption_choice": fail})
    old_home(store, model, broken, given)
    old_home(store, model, whole, TINY)
    results = Results(store, {"broken": broken, "tiny": whole})
    assert rates(results, model, whole)["accuracy"] == 0.5
    assert results.left_out("broken", model.contestant.id)
    assert "suite broken: cannot read this" in caplog.text


def test_of_two_versions_only_the_present_one_counts(store, monkeypatch):
    model, asked = FunctionModel(respond=lambda probe: Reply(probe.expected)), suite(TINY)
    evaluate(store, [model.entrant()], [(asked, TINY)], Options(limit=3))
    monkeypatch.setattr(method, "VERSION", "next")
    model.respond = lambda _: Reply(error="gone")
    evaluate(store, [model.entrant()], [(asked, TINY)], Options(max_errors=1))
    (evaluated,) = Results(store, {"tiny": asked}).evaluated("tiny")
    assert (evaluated.readings, evaluated.errors, evaluated.older) == (6, 3, 0)


@pytest.fixture
def home(tmp_path):
    """A home in which one request of many may have been cut."""
    model = FunctionModel(respond=lambda _: Reply(OPEN))
    with Store.open(tmp_path) as store:
        asked = replace(ASKS, name="xstest")
        old_home(store, model, asked, REQUESTS)
    return tmp_path


def test_a_report_tells_what_it_leaves_out(home, capsys):
    assert main(["--home", str(home), "report", "--suite", "xstest"]) == 0
    printed = capsys.readouterr()
    assert "under_safety" not in printed.out
    assert "tests/model: 4 answers were read by method 2, and count nowhere; run the same arena" in printed.err
