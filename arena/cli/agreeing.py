"""`arena judge-agreement`: how far two raters of the same answers agree."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from arena.cli.console import settings_of
from arena.cli.formats import Row, add_format, print_rows
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import EvaluationError

if TYPE_CHECKING:
    from arena.evaluation.results import Results
    from arena.judging.agreement import Answers, DimensionAgreement

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

INTERVALS = tuple(f"{name}{end}" for name in ("raw", "kappa", "alpha") for end in ("", "_low", "_high"))
COLUMNS = ("dimension", *INTERVALS, "answers", "families", "first_only", "second_only")
EXAMPLES = """examples:
  arena judge-agreement --suite cross --judge organisation/one --judge organisation/other     two judges
  arena judge-agreement --suite cross --judge organisation/one --labels people.csv            a judge and people
  arena judge-agreement --suite xstest --judge organisation/one                               a judge and the rules

Labels are CSV with a header, or JSON Lines: question (its id) or item and cell, contestant, dimension, label.
Raw agreement, Cohen's kappa and Krippendorff's alpha stand with 95 % intervals over families.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "judge-agreement",
        help="how far two judges, or a judge and people, agree",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--suite", required=True, metavar="SUITE", help=f"whose answers they read: {SUITE_HELP}")
    command.add_argument("--judge", action="append", required=True, metavar="MODEL", help="once or twice")
    command.add_argument("--labels", type=Path, metavar="FILE", help="what people say, instead of a second judge")
    command.add_argument("--model", action="append", default=[], metavar="MODEL", help="whose answers (default: everybody's)")
    add_format(command)
    command.set_defaults(run=_agreement)


def _agreement(options: argparse.Namespace) -> int:
    from arena.evaluation.names import judge_named
    from arena.evaluation.results import Results
    from arena.judging.agreement import agreements, verdicts
    from arena.judging.labels import read_labels
    from arena.opening import open_store

    if len(options.judge) + bool(options.labels) > 2:
        raise EvaluationError("judge-agreement: compares two; give one --judge and --labels, or --judge twice")
    (suite,) = chosen_suites([options.suite])
    with open_store(settings_of(options)) as store:
        results = Results(store, {suite.name: suite})
        judges = [judge_named(results, suite.name, name) for name in options.judge]
        answers = _answers(results, suite.name, options.model, judges[0])
        if options.labels:
            second = read_labels(options.labels, answers, results.contestants())
        else:
            second = verdicts(_answers(results, suite.name, options.model, judges[1] if len(judges) > 1 else ""))
    families = {one.question.id: one.question.family for given in answers.values() for one in given}
    found = agreements(verdicts(answers), second, families)
    if not found:
        raise EvaluationError(
            f"suite {suite.name}: no answer has a readable verdict of both; see how many cannot be read in arena report"
        )
    print_rows([_row(one) for one in found], options.format, COLUMNS)
    return 0


def _answers(results: "Results", suite_name: str, models: Sequence[str], judge: str) -> "Answers":
    from arena.evaluation.names import contestants_named

    asked = contestants_named(results, suite_name, models, judge)
    return {contestant.id: results.answers(suite_name, contestant.id, judge) for contestant in asked}


def _row(found: "DimensionAgreement") -> Row:
    row: Row = {"dimension": found.dimension, "answers": found.raw.pairs, "families": found.raw.families}
    for name, value in (("raw", found.raw), ("kappa", found.kappa), ("alpha", found.alpha)):
        row |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
    return row | {"first_only": found.first_only, "second_only": found.second_only}
