"""`arena suites`: the benchmarks."""

import argparse
import textwrap

from arena.cli.console import print_table, table, tell
from arena.cli.suite_choice import SUITE_HELP, chosen_suites

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

JUDGED = {"never": "no", "optional": "if named", "always": "needed"}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    suites = commands.add_parser("suites", help="list or show benchmarks").add_subparsers(required=True, metavar="ACTION")
    listing = suites.add_parser("list", help="all benchmarks")
    listing.set_defaults(run=_list)
    show = suites.add_parser("show", help="where one comes from, what it asks, and what is known to be wrong with it")
    show.add_argument("name", metavar="SUITE", help=SUITE_HELP)
    show.set_defaults(run=_show)


def _list(_: argparse.Namespace) -> int:
    from arena.suites.registry import all_suites, installed_suites

    tell(installed_suites().problems)
    listed = table("Suite", "Tasks", "Judge", "Files")
    for suite in all_suites().values():
        listed.add_row(suite.name, ", ".join(suite.tasks), JUDGED[suite.judged], suite.hub or suite.home)
    print_table(listed)
    return 0


def _show(options: argparse.Namespace) -> int:
    (suite,) = chosen_suites([options.name])
    lines = {
        "tasks": ", ".join(suite.tasks),
        "judge": JUDGED[suite.judged],
        "holds": ", ".join(f"{count} {what}" for what, count in suite.counts.items()),
        "home": suite.home,
        "dataset": suite.hub or "",
        "licence": suite.licence,
        "citation": suite.citation,
        "metrics": ", ".join(metric.name for metric in (*suite.metrics, *(formula.metric for formula in suite.derived))),
    }
    print(f"{suite.name}: {suite.title}\n{suite.summary}\n")  # noqa: T201
    for name, text in lines.items():
        if text:
            print(_hanging(f"{name:9} ", text))  # noqa: T201
    for defect in suite.defects:
        print(_hanging("defect    ", defect))  # noqa: T201
    return 0


def _hanging(head: str, text: str) -> str:
    return textwrap.fill(
        text, 100, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False, break_on_hyphens=False
    )
