"""Numbers of evaluations: who is in them, in which order, and when they are computed again."""

from dataclasses import replace

import pytest
from evaluation_world import METRICS, FunctionModel, choice, knowing, loaded, norm, suite

from arena.errors import EvaluationError
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.names import contestants_named, judge_named
from arena.evaluation.results import Results
from arena.probes import Outcome, Reply
from arena.suites.suite import Loaded

TINY = loaded(12)
GOOD, POOR = FunctionModel("good", knowing(12)), FunctionModel("poor", knowing(2))


def put(store, *models, given=TINY, **more):
    entrants = [model.entrant() for model in models]
    return evaluate(store, entrants, [(suite(given, **more), given)], Options())


def results(store, given=TINY, **more):
    return Results(store, {"tiny": suite(given, **more), "other": suite(given, name="other")})


def test_only_suites_that_somebody_was_asked_are_there(store):
    assert results(store).suites() == []
    put(store, GOOD, POOR)
    (shown,) = results(store).suites()
    assert (shown.suite.name, shown.judges) == ("tiny", ("",))
    assert [contestant.name for contestant in shown.contestants] == ["good", "poor"]
    assert shown.metrics == METRICS
    assert shown.edition == TINY.edition


def test_a_table_has_the_best_first_and_who_has_no_value_not_at_all(store):
    silent = FunctionModel("silent", lambda _: Reply(error="down"))
    put(store, POOR, GOOD, silent)
    rows = results(store).table("tiny", "accuracy")
    assert [(contestant.name, estimate.value) for contestant, estimate in rows] == [("good", 11 / 12), ("poor", 0.5)]
    # Items 0, 3, 6, 9 are unsafe; `poor` is wrong on the even ones.
    (worst,) = [row[1] for row in results(store).table("tiny", "accuracy", "side=unsafe") if row[0].name == "poor"]
    assert (worst.value, worst.pairs) == (0.5, 4)


def test_a_metric_that_should_be_low_has_the_lowest_first(store):
    given = Loaded(tuple(choice(number) for number in range(4)))
    lazy = suite(given)
    view = type(lazy.view)("slips_units", lazy.view.sql.replace("'accuracy'", "'slips'"))
    slips = type(lazy)(**{**vars(lazy), "view": view})
    put(store, GOOD, POOR, given=given)
    rows = Results(store, {"tiny": slips}).table("tiny", "slips")
    assert [estimate.value for _, estimate in rows] == sorted(estimate.value or 0 for _, estimate in rows)
    assert rows[0][0].name == "poor"


def test_headlines_are_the_first_numbers_of_the_whole_suite(store, monkeypatch):
    put(store, GOOD)
    shown = results(store)
    whole = [one for one in shown.estimates("tiny", GOOD.contestant.id) if not one.slice]
    assert shown.headlines("tiny", GOOD.contestant.id) == whole
    monkeypatch.setattr("arena.evaluation.results.HEADLINES", 1)
    assert [one.metric for one in shown.headlines("tiny", GOOD.contestant.id)] == ["accuracy"]


def test_numbers_are_kept_until_an_answer_is_read(store, monkeypatch):
    put(store, GOOD)
    shown = results(store)
    first = shown.estimates("tiny", GOOD.contestant.id)
    assert shown.estimates("tiny", GOOD.contestant.id) is first
    put(store, POOR)
    again = shown.estimates("tiny", GOOD.contestant.id)
    assert again is not first
    assert again == first


def test_other_data_make_another_edition_and_the_last_one_counts(store):
    put(store, GOOD, POOR)
    grown = Loaded((*TINY.questions, choice(12), choice(13)))
    put(store, GOOD, given=grown)
    shown = results(store, grown)
    assert shown.suites()[0].edition == grown.edition
    assert [row[1].pairs for row in shown.table("tiny", "accuracy") if row[0].name == "good"] == [14]


def test_differences_are_of_the_first_minus_the_second(store):
    put(store, GOOD, POOR)
    whole, *_ = results(store).differences("tiny", GOOD.contestant.id, POOR.contestant.id)
    assert (whole.metric, whole.difference, whole.pairs) == ("accuracy", pytest.approx(11 / 12 - 1 / 2), 12)


def test_failures_come_in_pages_with_what_was_said(store):
    scorer = FunctionModel("scorer", lambda _: Reply(logprobs=(-0.1, -3.0)), writes_text=False)
    put(store, POOR, scorer)
    total, page = results(store).failures(POOR.contestant.id, "tiny", limit=4, offset=4)
    assert (total, len(page)) == (6, 2)
    for failure in page:
        assert failure.outcome is Outcome.WRONG
        assert failure.answer != failure.question.probe.expected
    _, (first, *_) = results(store).failures(scorer.contestant.id, "tiny")
    assert (first.answer, first.question.probe.expected) == ("A", "B")


def test_names_find_who_is_meant(store):
    put(store, GOOD, POOR)
    shown = results(store)
    for reference in ("good", "tests/good", "tests/good@0000", GOOD.contestant.id):
        assert contestants_named(shown, "tiny", [reference], "") == [GOOD.contestant]
    assert contestants_named(shown, "tiny", [], "") == [GOOD.contestant, POOR.contestant]


def test_options_of_a_name_tell_contestants_of_one_commit_apart(store):
    thinker, single = (FunctionModel("good") for _ in range(2))
    thinker.contestant = replace(GOOD.contestant, settings={"thinking": 64})
    single.contestant = replace(GOOD.contestant, settings={"turns": 1})
    put(store, thinker, single)
    put(store, GOOD)  # which is the last, by itself
    shown = results(store)
    meant = {"good?thinking=64": thinker, "tests/good@0000?turns=1": single, "good?turns=2": GOOD, "good": GOOD}
    for reference, model in meant.items():
        assert contestants_named(shown, "tiny", [reference], "") == [model.contestant]
    with pytest.raises(EvaluationError, match=r"thinking=32.* was not asked yet"):
        contestants_named(shown, "tiny", ["good?thinking=32"], "")


@pytest.mark.parametrize("reference", ["better", "tests/good@1111", "other/good"])
def test_who_was_not_asked_is_told_with_the_command_that_asks(store, reference):
    put(store, GOOD)
    with pytest.raises(EvaluationError, match=f"run: arena evaluate --model {reference} --suite tiny"):
        contestants_named(results(store), "tiny", [reference], "")


def test_an_unknown_suite_is_told_with_those_that_there_are(store):
    with pytest.raises(EvaluationError, match="suite 'nope': is unknown; there are tiny, other"):
        results(store).estimates("nope", "")


NORMS = Loaded(tuple(norm(number) for number in range(3)))


def judged(store, *names):
    model = FunctionModel("model", lambda _: Reply("Yes, of course."))
    for name in names:
        judge = FunctionModel(name, lambda _: Reply("Verdict: yes"))
        given = (suite(NORMS, judged="always"), NORMS)
        evaluate(store, [model.entrant()], [given], Options(), judge=judge.entrant())
    return results(store, NORMS, judged="always")


def test_the_only_judge_is_meant_where_one_is_needed(store):
    shown = judged(store, "one")
    judge = judge_named(shown, "tiny", None)
    assert shown.suites()[0].judges == (judge,)
    assert shown.contestants()[judge].name == "one"


def test_one_of_several_judges_has_to_be_named(store):
    shown = judged(store, "one", "two")
    with pytest.raises(EvaluationError, match="choose one with --judge: tests/one, tests/two"):
        judge_named(shown, "tiny", None)
    assert shown.contestants()[judge_named(shown, "tiny", "two")].name == "two"
    with pytest.raises(EvaluationError, match="those who did are tests/one, tests/two"):
        judge_named(shown, "tiny", "three")


def test_rules_are_meant_where_no_judge_is_needed(store):
    put(store, GOOD)
    assert judge_named(results(store), "tiny", None) == ""
