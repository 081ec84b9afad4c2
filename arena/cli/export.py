"""`arena export`: data to tune models on, from what models answered; and the benchmark's card for the Hub."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from arena.cli.console import positive, say, settings_of
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arena.evaluation.results import Results
    from arena.judging.agreement import Answers, Rated
    from arena.store import Store

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

HOME_LABELS = "arena label"
"""Stands for the labels that the home keeps."""
EXAMPLES = """examples:
  arena export preferences --suite starter --test-fold 0 --out ./twins         right and wrong replies to requests
  arena export sft --suite starter --choices 60 --out ./both                   with choices beside them
  arena export preferences --suite vscbench-image --judge organisation/judge --out ./vsc
  arena export sft --suite starter --labels --out ./labelled                   what people labelled with `arena label`
  arena export preferences --suite cross --judge organisation/judge --countries exclusive --out ./cross
  arena export eval-yaml --out eval.yaml                                       the benchmark's card for the Hub

Replies are those that models gave in `arena evaluate`. Families fall into four folds by a hash; those of the test fold never
leave. Choices keep a model able to compare while it learns when to refuse.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "export",
        help="write data to tune models on, or the benchmark's card for the Hub",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = command.add_subparsers(required=True, dest="kind", metavar="KIND")
    for kind, summary in (("preferences", "pairs of replies to prefer between"), ("sft", "replies to learn")):
        _add_data_options(kinds.add_parser(kind, help=summary))
    card = kinds.add_parser(
        "eval-yaml", help="eval.yaml of the dataset with the arena's pairs, by which the Hub knows a benchmark"
    )
    card.add_argument("--out", type=Path, metavar="FILE", help="where to (default: standard output)")
    card.set_defaults(run=_export_card)


def _add_data_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--suite", required=True, metavar="SUITE", help=SUITE_HELP)
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to; it must be empty, or not exist")
    command.add_argument(
        "--model", action="append", default=[], metavar="MODEL", help="whose replies (default: everybody's); may be repeated"
    )
    command.add_argument(
        "--choices", type=positive, default=0, metavar="N", help="also N caption choices, image choices and verifications"
    )
    command.add_argument("--test-fold", type=_fold, default=0, metavar="N", help="left for the test, 0 to 3 (default: 0)")
    command.add_argument(
        "--countries",
        choices=("overlapped", "exclusive"),
        default="overlapped",
        help="of cross: whether countries of the test may be trained on, with other norms (default: overlapped)",
    )
    rater = command.add_mutually_exclusive_group()
    rater.add_argument("--judge", metavar="MODEL", help="whose verdicts say what is right (default: the rules)")
    rater.add_argument(
        "--labels",
        nargs="?",
        const=HOME_LABELS,
        metavar="FILE",
        help="what people say: those of `arena label`, or of a file as `arena judge-agreement` reads",
    )
    command.set_defaults(run=_export)


def _fold(text: str) -> int:
    from arena.tuning.split import test_fold

    try:
        return test_fold(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _export_card(options: argparse.Namespace) -> int:
    from arena.submissions.benchmark_card import eval_yaml

    if options.out is None:
        print(eval_yaml(), end="")  # noqa: T201 - the file as it is
        return 0
    try:
        options.out.write_text(eval_yaml(), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--out: {options.out} cannot be written ({error.strerror}); name another file") from error
    say(f"{options.out}: put it beside the README of the dataset; docs/hub.md says what the Hub has to allow")
    return 0


def _export(options: argparse.Namespace) -> int:
    from arena.evaluation.names import contestants_named, judge_named
    from arena.evaluation.results import Results
    from arena.opening import open_store
    from arena.tuning.export import Order, export
    from arena.tuning.split import Split

    (suite,) = chosen_suites([options.suite])
    split = Split(options.test_fold, "country" if options.countries == "exclusive" else "family")
    order = Order(options.kind, split, options.choices)
    with open_store(settings_of(options)) as store:
        results = Results(store, {suite.name: suite})
        judge = judge_named(results, suite.name, options.judge)
        asked = contestants_named(results, suite.name, options.model, judge)
        answers = {contestant.id: results.answers(suite.name, contestant.id, judge) for contestant in asked}
        verdicts = _verdicts(options, store, results, answers)
        edition = results.evaluated(suite.name)[-1].edition
        rater = "people" if options.labels else results.contestants()[judge].reference if judge else "rules"
        made = export(store, suite, edition, answers, verdicts, order, options.out, rater=rater)
    say(f"{made.rows} rows of {made.families} families in {options.out}; fold {made.test_fold} is left for the test")
    method = "dpo" if made.kind == "preferences" else "sft"
    say(f"next: arena tune --method {method} --model MODEL --data {options.out} --out ORGANISATION/NAME")
    return 0


def _verdicts(options: argparse.Namespace, store: "Store", results: "Results", answers: "Answers") -> "Mapping[Rated, str]":
    """What the rater that is meant says of the answers."""
    from arena.judging.agreement import verdicts
    from arena.judging.labels import read_labels
    from arena.tuning.rated_replies import people_verdicts

    if options.labels is None:
        return verdicts(answers)
    if options.labels == HOME_LABELS:
        return people_verdicts(store.labels, answers)
    return read_labels(Path(options.labels), answers, results.contestants())
