"""`arena report` and `arena compare`: the numbers of evaluations."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from arena.cli.console import say, settings_of
from arena.cli.formats import Row, add_format, print_rows
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import EvaluationError

if TYPE_CHECKING:
    from arena.contestants import Contestant
    from arena.evaluation.results import Results
    from arena.suites.suite import Suite

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

REPORT_EXAMPLES = """examples:
  arena report --suite starter                                        everybody who was asked
  arena report --model llava-mini --suite starter --by category       one model, by category
  arena report --model llava-mini --suite starter --slice side=unsafe
  arena report --suite starter --format json | jq '.[] | select(.metric == "group_score")'

Every value stands with its 95 % interval over families, the items and families that it rests on, and what guessing gives.
Where a model that compares says yes by a threshold, a column tells which. Where a rate rests on how rules read replies to
requests, the last column tells how good they are: the rate corrected by labels of the model's own replies (arena label), or
its range over the models that the rules were measured on. json and csv have that as numbers too.
Tables hold the whole suite unless --by or --slice is given; json and csv hold every slice.
"""
COMPARE_EXAMPLES = """examples:
  arena compare llava-mini llava-small --suite starter
  arena compare llava-small-cautious llava-small-permissive --suite starter --by side

The first minus the second, on the items that both answered; p is McNemar's, exact and two-sided.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    raw = argparse.RawDescriptionHelpFormatter
    report = commands.add_parser("report", help="print the metrics of a benchmark", epilog=REPORT_EXAMPLES, formatter_class=raw)
    report.add_argument(
        "--model", action="append", default=[], metavar="MODEL", help="may be repeated (default: all that were asked)"
    )
    _add_choices(report)
    report.set_defaults(run=_report)
    compare = commands.add_parser(
        "compare", help="compare two models on a benchmark", epilog=COMPARE_EXAMPLES, formatter_class=raw
    )
    compare.add_argument("first", metavar="A")
    compare.add_argument("second", metavar="B")
    _add_choices(compare)
    compare.set_defaults(run=_compare)


def _add_choices(command: argparse.ArgumentParser) -> None:
    command.add_argument("--suite", required=True, metavar="SUITE", help=SUITE_HELP)
    command.add_argument("--judge", metavar="MODEL", help="whose readings to count (default: the rules, or the only judge)")
    command.add_argument("--by", metavar="KEY", help="also every slice by this key, such as category")
    command.add_argument("--slice", metavar="SLICE", help="this slice alone, such as category=kitchen")
    add_format(command)


def _report(options: argparse.Namespace) -> int:
    from arena.evaluation.corrections import headlined_by_sra
    from arena.evaluation.names import contestants_named, judge_named
    from arena.evaluation.results import Results
    from arena.opening import open_store

    (suite,) = chosen_suites([options.suite])
    with open_store(settings_of(options)) as store:
        results = Results(store, {suite.name: suite})
        judge = judge_named(results, suite.name, options.judge)
        models = contestants_named(results, suite.name, options.model, judge)
        rows = [row for model in models for row in _rows(results, suite, model, judge)]
        left_out = _left_out(results, suite, models, judge)
    shown = ("model", "metric", "slice", "value", "low", "high", "pairs", "families", "chance", "threshold", "reader")
    print_rows(_chosen(rows, options), options.format, shown)
    for line in left_out:
        say(line)
    if not judge and headlined_by_sra(suite):
        say(f"published SRA is read by a judge: name one to arena evaluate --suite {suite.reference} --judge, then here")
    return 0


def _rows(results: "Results", suite: "Suite", model: "Contestant", judge: str) -> Iterator[Row]:
    """Every estimate of one model, with the threshold and the reader that it rests on."""
    from arena.evaluation.thresholds import threshold_told

    corrections = results.corrections(suite.name, model.id, judge)
    for estimate in results.estimates(suite.name, model.id, judge):
        correction = corrections.get((estimate.metric, estimate.slice))
        yield {
            "model": model.reference,
            "suite": suite.name,
            **asdict(estimate),
            "threshold": threshold_told(model, suite, estimate.metric),
            "reader": correction.summary() if correction else "",
            "corrected": correction.value if correction else None,
            "corrected_low": correction.low if correction else None,
            "corrected_high": correction.high if correction else None,
            "labels": correction.labels if correction else None,
            "raters": ", ".join(correction.raters) if correction else "",
        }


def _compare(options: argparse.Namespace) -> int:
    from arena.evaluation.names import contestants_named, judge_named
    from arena.evaluation.results import Results
    from arena.opening import open_store

    (suite,) = chosen_suites([options.suite])
    with open_store(settings_of(options)) as store:
        results = Results(store, {suite.name: suite})
        judge = judge_named(results, suite.name, options.judge)
        first, second = contestants_named(results, suite.name, [options.first, options.second], judge)
        differences = results.differences(suite.name, first.id, second.id, judge)
        left_out = _left_out(results, suite, (first, second), judge)
    rows = [
        {"first_model": first.reference, "second_model": second.reference, "suite": suite.name, **asdict(difference)}
        for difference in differences
    ]
    shown = ("metric", "slice", "first", "second", "difference", "low", "high", "p_value", "pairs", "families")
    print_rows(_chosen(rows, options), options.format, shown)
    for line in left_out:
        say(line)
    return 0


def _left_out(results: "Results", suite: "Suite", models: "Sequence[Contestant]", judge: str) -> list[str]:
    """One line for each model with answers that an older version of the method has read, and that count nowhere."""
    lines = (results.left_out(suite.name, model.id, judge) for model in models)
    return [line for line in lines if line]


def _chosen(rows: Sequence[Row], options: argparse.Namespace) -> list[Row]:
    """The rows of the slices that were asked for.

    Raises:
        EvaluationError: there is no such slice.
    """
    slices = list(dict.fromkeys(row["slice"] for row in rows if row["slice"]))
    keys = list(dict.fromkeys(key for name in slices for key in _keys(name)))
    if options.slice is not None and options.slice not in slices:
        raise EvaluationError(f"--slice: there is no {options.slice!r}; the keys of slices are {', '.join(keys) or 'none'}")
    if options.by is not None and options.by not in keys:
        raise EvaluationError(f"--by: there is no {options.by!r}; the keys of slices are {', '.join(keys) or 'none'}")
    if options.slice is not None:
        return [row for row in rows if row["slice"] == options.slice]
    if options.by is not None:
        return [row for row in rows if not row["slice"] or options.by in _keys(row["slice"])]
    return [row for row in rows if not row["slice"] or options.format in ("json", "csv")]


def _keys(name: str) -> list[str]:
    """`corruption=fog,severity=3` -> corruption, severity."""
    return [part.partition("=")[0] for part in name.split(",")]
