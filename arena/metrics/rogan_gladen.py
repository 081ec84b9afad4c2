"""Rates that were read by a reader that errs, corrected by how it erred on labels.

Rogan & Gladen (Estimating prevalence from the results of a screening test, American Journal of Epidemiology 107, 1978, 71-76):
a share q that was read with sensitivity s and specificity c is truly (q + c - 1) / (s + c - 1), within 0 and 1.

**Where s and c come from.** Labels are drawn by class: so many of what was read as each class, at random within it. They tell
of each class h how often the event is there, a_h. They do not tell s and c as they stand, for a rare class is drawn more often
than a common one. With Q_h, the share that was read as class h, the event is there in the share P = sum of Q_h a_h of all; s is
how much of P lies in classes which the reader takes for the event, and 1 - c how much of 1 - P.

Those s and c belong to all that was checked. With Q, the share of that which was read as the event, the estimate for a part of
it, a slice or a side, is P + (q - Q) / (s + c - 1): the same number, written so that the true share of all, which the labels
tell at first hand, does not hang on s and c.

**The interval** is that of every derived metric (MOVER, `arena.metrics.intervals`). Its parts are q - Q, each Q_h and each a_h,
with their limits over families; q - Q goes together with none of the others, as a part differs from a whole by what is not
common to all of it. The interval of Lang & Reiczigel (Preventive Veterinary Medicine 113, 2014, 13-22) is for s and c from
samples drawn by the truth. Of labels drawn by class it would be too sure: forty labels without an error in a class of a
thousand leave room for dozens of errors, of which s, on which all labels agree, knows nothing.
"""

import math
from collections.abc import Collection, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from arena.metrics.derived import difference_of_rates, rate
from arena.metrics.family_table import FamilyTable
from arena.metrics.intervals import combined_limits, correlations, rate_limits
from arena.metrics.units import Counts, Floats, Unit


class ReaderAccuracy(NamedTuple):
    """How a reader errs on an event."""

    sensitivity: float
    """Share of the events that it sees."""
    specificity: float
    """Share of the rest in which it sees none."""

    def rate_read(self, rate: float) -> float:
        """The rate of events that it reads, in expectation, where this is the true one."""
        return rate * self.sensitivity + (1 - rate) * (1 - self.specificity)

    def of_the_rest(self) -> "ReaderAccuracy":
        """How it errs on the event that there is none."""
        return ReaderAccuracy(self.specificity, self.sensitivity)


class Checked(NamedTuple):
    """One thing that was read, and what people say of it."""

    family: str
    read_as: str | None
    """Its class; None where it was read as none of them."""
    labels: tuple[str, ...] = ()
    """The class that each rater sees; empty where it was not drawn."""


class CorrectedRate(NamedTuple):
    """A corrected rate with its 95 % interval; all None for a part where the reader is no better than chance."""

    value: float | None
    low: float | None
    high: float | None


def rogan_gladen(read: float, accuracy: ReaderAccuracy) -> float:
    """The true share behind one that was read, within 0 and 1; NaN where the reader is no better than chance."""
    better = accuracy.sensitivity + accuracy.specificity - 1
    return min(1.0, max(0.0, (read + accuracy.specificity - 1) / better)) if better > 0 else math.nan


def span(low: float, high: float, accuracies: Sequence[ReaderAccuracy]) -> tuple[float, float]:
    """The lowest and the highest true share that readers of these accuracies leave possible.

    Args:
        low: lower limit of the share that was read.
        high: its upper limit.
        accuracies: one at least that is better than chance.
    """
    ends = [rogan_gladen(read, accuracy) for accuracy in accuracies for read in (low, high)]
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def corrected_rates(
    units: Sequence[Unit], event: Collection[str], checked: Sequence[Checked]
) -> dict[tuple[str, str], CorrectedRate]:
    """The rates of `units` as labels say that they should have been read, by metric and slice.

    The reader is supposed to err alike in all of them.

    Args:
        units: of metrics that count how often something was read as the event, among what was checked.
        event: the classes that are the event.
        checked: all that was read, labelled or not; some of each class that occurs are labelled, at random within the class.
    """
    classes = sorted({one.read_as for one in checked if one.read_as is not None})
    table = FamilyTable.of([*units, *_units_of_reader(classes, event, checked)])
    low, high = rate_limits(table, 0, 0)
    reader = [table.columns[kind, name] for kind in (_READ, _RIGHT) for name in classes]
    whole = table.columns[_READ, _EVENT]
    together = np.eye(1 + len(reader))
    together[1:, 1:] = correlations(table, reader)
    sums = table.sums(reader)
    value = partial(_true_share, [name in event for name in classes])

    def corrected(column: int) -> CorrectedRate:
        apart, lowest, highest = _difference(table, column, whole, low, high)
        parts = Counts(np.append(apart, sums.hits), np.append(1.0, sums.total))
        limits = combined_limits(value, parts, np.append(lowest, low[reader]), np.append(highest, high[reader]), together)
        return CorrectedRate(*np.clip(limits, 0, 1).tolist()) if np.isfinite(limits[0]) else CorrectedRate(None, None, None)

    return {key: corrected(table.columns[key]) for key in dict.fromkeys((unit.metric, unit.slice) for unit in units)}


_READ, _RIGHT = "reader: read as", "reader: event in"
"""Metrics of the reader; their slices are its classes."""
_EVENT = ""
"""The slice of all classes that are the event."""


def _units_of_reader(classes: Sequence[str], event: Collection[str], checked: Sequence[Checked]) -> list[Unit]:
    """How often each class was read, and the event; and how often the event is there in each class."""
    units: list[Unit] = []
    for place, one in enumerate(checked):
        units.append(Unit(_READ, _EVENT, str(place), one.family, float(one.read_as in event), 1.0))
        units += [Unit(_READ, name, str(place), one.family, float(one.read_as == name), 1.0) for name in classes]
        if one.labels and one.read_as is not None:
            share = sum(label in event for label in one.labels) / len(one.labels)
            units.append(Unit(_RIGHT, one.read_as, str(place), one.family, share, 1.0))
    return units


def _difference(table: FamilyTable, part: int, whole: int, low: Floats, high: Floats) -> tuple[float, float, float]:
    """How far the rate of a part lies above that of the whole, with limits; none where the part is the whole."""
    columns = [part, whole]
    if all((sums[:, [part]] != sums[:, [whole]]).nnz == 0 for sums in (table.hits, table.total)):
        return 0.0, 0.0, 0.0
    together = correlations(table, columns)
    return combined_limits(difference_of_rates, table.sums(columns), low[columns], high[columns], together)


def _true_share(is_event: Sequence[bool], difference: Counts, *parts: Counts) -> Floats:
    """Rogan & Gladen's estimate, not yet kept within 0 and 1; NaN for a part where the reader is no better than chance.

    Args:
        is_event: for each class whether the reader takes it for the event.
        difference: how far the rate of the part lies above that of the whole.
        parts: how often each class was read; then how often the event is there in it.
    """
    shares, there = (np.array([rate(part) for part in half]) for half in (parts[: len(is_event)], parts[len(is_event) :]))
    true = (shares * there).sum(axis=0)
    seen, taken = (shares * there)[is_event].sum(axis=0), shares[is_event].sum(axis=0)
    apart = rate(difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        better = seen / true - (taken - seen) / (1 - true)
        return np.where(apart == 0, true, np.where(better > 0, true + apart / better, np.nan))
