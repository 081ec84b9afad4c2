"""Strategies in evaluations: the contestant differs, and what is asked and stored does not."""

from evaluation_world import FunctionModel, knowing, loaded, number_of, suite

from arena.evaluation.entrants import Entrant, entrants
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.names import contestants_named
from arena.evaluation.results import Results
from arena.models import Entry
from arena.probes import Reply
from arena.roster import STARTER_MODELS
from arena.settings import Settings
from arena.strategies import entry_under, strategy_named

TINY = loaded(4)


def under(model: FunctionModel, name: str, home) -> Entrant:
    entry = entry_under(Entry(model.contestant, "generative", 0, lambda: model), strategy_named(name, home))
    return Entrant(entry.contestant, "writers", 0, entry.load)


def test_replies_under_a_strategy_are_kept_by_the_question_and_found_again(store, tmp_path):
    model = FunctionModel(respond=lambda probe: Reply("A") if probe.prompt.startswith("Look") else Reply("nothing was changed"))
    entrant = under(model, "reminder", tmp_path)
    for asked in (len(TINY.questions), 0):
        (done,) = evaluate(store, [entrant], [(suite(TINY), TINY)], Options())
        assert (done.count.asked, done.count.errors) == (asked, 0)
    keys = {question.probe.key for question in TINY.questions}
    assert store.replies(entrant.contestant.id, keys).keys() == keys
    assert not store.replies(model.contestant.id, keys)
    assert not keys & set(model.asked)


def test_each_question_knows_its_family(store, tmp_path):
    families = {}

    def respond(probe):
        families[number_of(probe)] = probe.family
        return Reply("A")

    evaluate(store, [under(FunctionModel(respond=respond), "blind", tmp_path)], [(suite(TINY), TINY)], Options())
    assert families == {number: question.family for number, question in enumerate(TINY.questions)}


def test_questions_that_a_strategy_cannot_ask_are_counted(store, tmp_path):
    (done,) = evaluate(store, [under(FunctionModel(), "caption-only", tmp_path)], [(suite(TINY), TINY)], Options())
    assert (done.count.asked, done.count.not_applicable, done.count.errors) == (4, 4, 0)


def test_a_name_means_the_contestant_under_that_strategy_alone(store, tmp_path):
    model = FunctionModel("otter", knowing(2))
    evaluate(store, [model.entrant(), under(model, "blind", tmp_path)], [(suite(TINY), TINY)], Options())
    results = Results(store, {"tiny": suite(TINY)})
    for reference, strategy in (("otter", ""), ("tests/otter", ""), ("otter+blind", "blind"), ("blind:otter", "blind")):
        (named,) = contestants_named(results, "tiny", [reference], "")
        assert named.strategy == strategy
    assert contestants_named(results, "tiny", [named.id], "") == [named]


def test_every_model_is_meant_under_every_strategy_and_who_cannot_be_is_told(tmp_path):
    settings = Settings(home=tmp_path)
    named, problems = entrants(["llava-mini", "clip-mini", "always-refuse"], settings, ["none", "blind", "reminder"])
    assert {one.contestant.reference.rpartition("/")[2] for one in named} == {
        *("llava-mini", "llava-mini+blind", "llava-mini+reminder", "clip-mini", "clip-mini+blind"),
        *("always-refuse", "always-refuse+blind", "always-refuse+reminder"),
    }
    assert problems == ["drawn-world/clip-mini+reminder: only compares, and reads no prompt; name one that writes"]
    assert {one.audience for one in named if one.contestant.name == "clip-mini"} == {"scorers"}


def test_a_reference_with_a_strategy_takes_no_other(tmp_path):
    settings = Settings(home=tmp_path, starter_models=False)
    reference = f"{STARTER_MODELS / 'drawn-world' / 'clip-mini'}+blind"
    assert entrants([reference], settings, ["blind"])[1] == [
        f"{reference}: has a strategy already; leave out --strategy, or what follows the +"
    ]
    (one,), problems = entrants([reference], settings)
    assert (one.contestant.strategy, problems) == ("blind", [])
