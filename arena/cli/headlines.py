"""What `arena evaluate` ends with: the first numbers of everybody, and where the others are."""

from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING

from arena.cli.console import say
from arena.cli.formats import print_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arena.evaluation.evaluate import Evaluation
    from arena.evaluation.results import Results


def print_headlines(results: "Results", done: "Sequence[Evaluation]", judge: str | None) -> None:
    """Print the first numbers of everybody on every suite, and the commands that print all of them.

    Args:
        results: of the store.
        done: evaluations that ended; where a judge read a suite, its readings are told.
        judge: how the user called the judge.
    """
    judged = {one.suite for one in done if one.judge}
    told = [one for one in done if not one.failure and bool(one.judge) == (one.suite in judged)]
    rows = [
        {"suite": one.suite, "model": one.contestant.reference, **asdict(estimate)}
        for one in sorted(told, key=lambda one: (one.suite, one.contestant.reference))
        for estimate in results.headlines(one.suite, one.contestant.id, one.judge.id if one.judge else "")
    ]
    suites = sorted({row["suite"] for row in rows})
    if rows:
        print_rows(rows, "table", (*["suite"] * (len(suites) > 1), "model", "metric", "value", "low", "high", "chance"))
    for suite in suites:
        by = f" --judge {quote(judge)}" if judge and suite in judged else ""
        say(f"all metrics of {suite}: arena report --suite {quote(results.suite(suite).reference)}{by}")
