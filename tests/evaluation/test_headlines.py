"""What an evaluation ends with: whose numbers, in which table, and the commands that print the others."""

import pytest
from evaluation_world import FunctionModel, knowing, loaded, norm, suite

from arena.cli.headlines import print_headlines
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import Results
from arena.probes import Reply
from arena.suites.suite import Loaded

TINY = loaded(12)
GOOD = FunctionModel("good", knowing(12))


@pytest.fixture
def ended(store, capsys):
    """Evaluate entrants on suites, and give the lines of both streams."""

    def run(suites, *entrants, judge=None):
        done = evaluate(store, entrants, suites, Options(), judge=judge)
        print_headlines(Results(store, {asked.name: asked for asked, _ in suites}), done, judge and judge.contestant.repository)
        printed = capsys.readouterr()
        return [line.split() for line in printed.out.splitlines()], printed.err.splitlines()

    return run


def test_one_suite_is_told_without_its_name_in_every_line(ended):
    lines, told = ended([(suite(TINY), TINY)], GOOD.entrant())
    assert lines[0] == ["Model", "Metric", "Value", "Low", "High", "Chance"]
    assert lines[1][:3] == ["tests/good", "accuracy", "0.917"]
    assert told == ["arena: all metrics of tiny: arena report --suite tiny"]


def test_several_suites_are_one_table_with_their_names(ended):
    lines, told = ended([(suite(TINY), TINY), (suite(TINY, name="my own"), TINY)], GOOD.entrant())
    assert lines[0][:3] == ["Suite", "Model", "Metric"]
    assert [line[:2] for line in lines[1:]] == [["my", "own"], ["tiny", "tests/good"]]
    assert told[0] == "arena: all metrics of my own: arena report --suite 'my own'"


def test_what_a_judge_read_is_told_with_the_command_that_names_it(ended):
    norms = Loaded(tuple(norm(number) for number in range(3)))
    model, judge = FunctionModel(respond=lambda _: Reply("Yes.")), FunctionModel("judge", lambda _: Reply("Verdict: yes"))
    lines, told = ended([(suite(norms, judged="always"), norms)], model.entrant(), judge=judge.entrant())
    assert [line[:3] for line in lines[1:]] == [["tests/model", "awareness", "1.000"]]
    assert told == ["arena: all metrics of tiny: arena report --suite tiny --judge tests/judge"]


def test_nothing_is_told_of_a_model_that_answered_nothing(ended):
    silent = FunctionModel("silent", lambda _: Reply(error="down"))
    assert ended([(suite(TINY), TINY)], silent.entrant()) == ([], [])
