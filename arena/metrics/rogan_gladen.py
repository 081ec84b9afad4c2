"""Rates that were read by a reader that errs, corrected by how it erred on labels.

Rogan & Gladen (Estimating prevalence from the results of a screening test, American Journal of Epidemiology 107, 1978, 71-76):
a share q that was read with sensitivity s and specificity c is truly (q + c - 1) / (s + c - 1), within 0 and 1.

**Where s and c come from.** Labels are drawn by class: so many of what was read as each class, at random within it. They tell
of each class h how often the event is there, a_h. They do not tell s and c as they stand, for a rare class is drawn more often
than a common one. With Q_h, the share that was read as class h, the event is there in the share Q_h a_h of all; s is how much
of that lies in classes which the reader takes for the event, and 1 - c what it takes for the event of all the rest. Where q is
the rate of the very things that were checked, the corrected rate is the sum of Q_h a_h.

**The interval** is that of every derived metric (MOVER, `arena.metrics.intervals`): its parts are q, each Q_h and each a_h,
with their limits over families, and how they move together over families. The interval of Lang & Reiczigel (Preventive
Veterinary Medicine 113, 2014, 13-22) is for s and c from samples drawn by the truth. Of labels drawn by class it would be too
sure: forty labels without an error in a class of a thousand leave room for dozens of errors, of which s, on which all labels
agree, knows nothing.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from arena.metrics.derived import rate
from arena.metrics.family_table import FamilyTable
from arena.metrics.intervals import combined_limits, correlations, rate_limits
from arena.metrics.units import Counts, Floats, Unit


class ReaderAccuracy(NamedTuple):
    """How a reader errs on an event."""

    sensitivity: float
    """Share of the events that it sees."""
    specificity: float
    """Share of the rest in which it sees none."""

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
    """A corrected rate with its 95 % interval; all None where the reader is no better than chance."""

    value: float | None
    low: float | None
    high: float | None


def rogan_gladen(read: float, accuracy: ReaderAccuracy) -> float:
    """The true share behind one that was read, within 0 and 1; NaN where the reader is no better than chance."""
    sensitivity, specificity = (np.array(each) for each in accuracy)
    return float(np.clip(_true_share(np.array(read), sensitivity, specificity), 0, 1))


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
        units: of metrics that count how often something was read as the event.
        event: the classes that are the event.
        checked: all that was read, labelled or not; some of each class that occurs are labelled, at random within the class.
    """
    classes = sorted({one.read_as for one in checked if one.read_as is not None})
    table = FamilyTable.of([*units, *_units_of_reader(classes, event, checked)])
    low, high = rate_limits(table, 0, 0)
    reader = [table.columns[kind, name] for kind in (_READ, _RIGHT) for name in classes]

    def value(read: Counts, *parts: Counts) -> Floats:
        shares, there = (np.array([rate(part) for part in half]) for half in (parts[: len(classes)], parts[len(classes) :]))
        taken = np.array([name in event for name in classes])
        events = shares * there
        seen, everywhere = events[taken].sum(axis=0), events.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _true_share(rate(read), seen / everywhere, 1 - (shares[taken].sum(axis=0) - seen) / (1 - everywhere))

    corrected: dict[tuple[str, str], CorrectedRate] = {}
    for metric, part in dict.fromkeys((unit.metric, unit.slice) for unit in units):
        columns = [table.columns[metric, part], *reader]
        limits = combined_limits(value, table.sums(columns), low[columns], high[columns], correlations(table, columns))
        told = np.clip(limits, 0, 1).tolist() if np.isfinite(limits[0]) else [None] * 3
        corrected[metric, part] = CorrectedRate(*told)
    return corrected


_READ, _RIGHT = "reader: read as", "reader: event in"
"""Metrics of the reader; their slices are its classes."""


def _units_of_reader(classes: Sequence[str], event: Collection[str], checked: Sequence[Checked]) -> list[Unit]:
    """How often each class was read, and how often the event is there in it."""
    units: list[Unit] = []
    for place, one in enumerate(checked):
        units += [Unit(_READ, name, str(place), one.family, float(one.read_as == name), 1.0) for name in classes]
        if one.labels and one.read_as is not None:
            share = sum(label in event for label in one.labels) / len(one.labels)
            units.append(Unit(_RIGHT, one.read_as, str(place), one.family, share, 1.0))
    return units


def _true_share(read: Floats, sensitivity: Floats, specificity: Floats) -> Floats:
    """Rogan & Gladen's estimate, not yet kept within 0 and 1; NaN where the reader is no better than chance."""
    better = sensitivity + specificity - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(better > 0, (read + specificity - 1) / better, np.nan)
