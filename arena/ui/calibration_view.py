"""What the pages tell of calibration beside figures: tables with the same numbers, and the few of a model's own page."""

from collections.abc import Sequence
from typing import NamedTuple

from arena.contestants import Contestant
from arena.evaluation.calibration import EVERYTHING, SRA_AVG
from arena.evaluation.price_list import Priced, PriceTable
from arena.metrics import Difference
from arena.suites.suite import Suite
from arena.ui import slices
from arena.ui.calibration_plots import Marked
from arena.ui.markup import render

SURE = 0.05
"""Corrected p-value up to which a change is told as sure."""


class CalibrationRow(NamedTuple):
    """A variant in the tables of calibration."""

    variant: Marked
    priced: Priced

    @property
    def contestant(self) -> Contestant:
        """Whose page tells more; of a tuning in several parts, the first."""
        return self.priced.price.variant.parts[0].contestant

    @property
    def state(self) -> str:
        """What must be known to read its numbers."""
        price, told = self.priced.price, []
        if price.variant.kind == "control":
            told.append("control")
        if price.uninformative:
            told.append("not informative: it no longer reads what it is asked")
        if price.variant.cross_fitted:
            told.append("cross-fitted: tuned once for each fold")
        elif price.variant.folds:
            told.append(f"tested on fold {_listed(price.variant.folds)}")
        return "; ".join(told)


def calibration_html(table: PriceTable, variants: Sequence[Marked], suites: Sequence[Suite]) -> str:
    """All numbers of the figures, and what they do not show.

    Args:
        table: of one model on one suite.
        variants: its variants with their marks, in the same order.
        suites: all that are known, for the names of others.
    """
    rows = [CalibrationRow(*both) for both in zip(variants, table.rows, strict=True)]
    splits = dict.fromkeys(split for row in table.rows for split in row.price.utility_changes if split != EVERYTHING)
    tasks = dict.fromkeys(task for row in table.rows for _, task in row.price.task_changes)
    others = dict.fromkeys(suite for row in table.rows for suite in row.elsewhere)
    return render(
        "calibration_tables.html",
        table=table,
        rows=rows,
        contrasts=[row for row in rows if row.priced.against_shuffled],
        changed=[row for row in rows if row.priced.price.variant.kind != "none"],
        splits=[(split, slices.title(split)) for split in splits],
        tasks=list(tasks),
        others=[(one.name, one.title) for one in suites if one.name in others],
        sure=SURE,
    )


def strategies_html(table: PriceTable, contestant: Contestant) -> str:
    """A small table of what was tried on a model, for its own page.

    Args:
        table: of that model.
        contestant: whose page it is: the model, or a variant of it.
    """
    rows = [
        (row.price, row.price.safety.get(SRA_AVG), _safety(row), row.price.utility_changes.get(EVERYTHING))
        for row in table.rows
        if row.price.variant.kind != "control"
    ]
    return render("strategies.html", table=table, rows=rows, contestant=contestant)


def _safety(row: Priced) -> Difference | None:
    return row.price.safety_changes.get(SRA_AVG)


def _listed(folds: Sequence[int]) -> str:
    return ", ".join(map(str, folds))
