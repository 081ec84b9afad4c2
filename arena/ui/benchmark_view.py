"""What the pages of benchmarks show beside plots: the suite, its table, a contestant's metrics, and its failures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from arena.contestants import Contestant
from arena.evaluation.corrections import Correction, Corrections, headlined_by_sra
from arena.evaluation.results import Failure, SuiteResults
from arena.metrics import Estimate, Metric
from arena.suites.suite import Suite
from arena.ui import slices, words
from arena.ui.markup import render
from arena.ui.pictures import source
from arena.ui.plotly_look import Mark

LONGEST_FACTS = 300
"""Characters of what else was read of an answer."""


def called(contestants: Iterable[Contestant]) -> dict[str, str]:
    """Contestant id -> its name with its options, and the beginning of its commit where another is called the same."""
    known = list(contestants)
    times = Counter(one.label for one in known)
    return {one.id: one.label if times[one.label] == 1 else f"{one.label} {one.revision[:7]}" for one in known}


class TableRow(NamedTuple):
    """One contestant in the table of a metric."""

    contestant: Contestant
    name: str
    mark: Mark
    estimate: Estimate
    correction: Correction | None = None
    """What the rate comes to, where it rests on how rules read replies to requests."""


class MetricRow(NamedTuple):
    """One metric in the table of a contestant."""

    title: str
    estimate: Estimate
    share: bool
    correction: Correction | None = None
    """As of a `TableRow`."""


class SuiteMetrics(NamedTuple):
    """All that one contestant reached on one suite."""

    suite: Suite
    judge: str
    """The judge's name; empty where rules read the answers."""
    rows: Sequence[MetricRow]
    left_out: str = ""
    """Which answers count nowhere, as an older version of the method has read them."""


def suite_html(found: SuiteResults) -> str:
    """What a suite asks; where it comes from and what is wrong with it when that is opened."""
    return render("suite.html", suite=found.suite, edition=found.edition)


def table_html(suite: Suite, metric: Metric, rows: Sequence[TableRow], left_out: Sequence[str] = ()) -> str:
    """Everybody's value of one metric, in the order given, and a line for each contestant with answers that count nowhere."""
    share, needs_judge = metric.name in slices.shares(suite), headlined_by_sra(suite) and any(row.correction for row in rows)
    shown = {"rows": rows, "share": share, "needs_judge": needs_judge, "left_out": left_out}
    return render("benchmark_table.html", suite=suite, metric=metric, **shown)


def legend_html(entries: Sequence[tuple[str, Mark]]) -> str:
    """What the marks of a plot stand for."""
    return render("legend.html", entries=entries)


def metrics_html(contestant: Contestant, suites: Sequence[SuiteMetrics], chosen: str) -> str:
    """Who the contestant is, and every metric of every suite that it was asked; the chosen suite stands open."""
    return render("model_metrics.html", contestant=contestant, suites=suites, chosen=chosen)


def metric_rows(suite: Suite, estimates: Sequence[Estimate], corrections: Corrections | None = None) -> list[MetricRow]:
    """The whole suite's metrics, in its own order."""
    corrected = corrections or {}
    titles = {metric.name: metric.title for metric in (*suite.metrics, *(one.metric for one in suite.derived))}
    shares = slices.shares(suite)
    return [
        MetricRow(
            titles.get(one.metric, words.title(one.metric)), one, one.metric in shares, corrected.get((one.metric, one.slice))
        )
        for one in estimates
        if not one.slice
    ]


def failure_html(failure: Failure, place: int, total: int) -> str:
    """One failure: what was shown and asked, what was expected, and what was said.

    Args:
        failure: what to show.
        place: its index among all failures, from 0.
        total: how many there are.
    """
    return render(
        "failure.html",
        failure=failure,
        place=place,
        total=total,
        sources=[source(picture) for picture in failure.pictures],
        guarded=may_be_unsafe(failure.slices, len(failure.pictures)),
        mark=None if failure.outcome is None else words.OUTCOMES[failure.outcome],
        facts=_facts(failure.facts),
        where=" · ".join([words.title(failure.question.probe.task), *map(_slice, failure.slices.items())]),
    )


def may_be_unsafe(given: Mapping[str, str], pictures: int) -> bool:
    """Whether a picture may show something unsafe, and so waits behind a note.

    So it is where the question starts from an unsafe side, or shows both sides of a safety pair.

    Args:
        given: the slices that the question belongs to.
        pictures: how many it shows.
    """
    return "unsafe" in given.values() or (given.get("domain") == "safety" and pictures > 1)


def _slice(given: tuple[str, str]) -> str:
    return slices.title("=".join(given))


def _fact(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _facts(facts: Mapping[str, Any]) -> str:
    told = "; ".join(
        f"{name.replace('_', ' ')}: {_fact(value)}" for name, value in facts.items() if value not in (None, "", [], {})
    )
    return told if len(told) <= LONGEST_FACTS else told[:LONGEST_FACTS] + " …"
