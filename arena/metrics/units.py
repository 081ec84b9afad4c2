"""What metrics are made of, and what they come to: plain values between the store, the suites and the pages."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Best = Literal["high", "low", "none"]


class Unit(NamedTuple):
    """What one item adds to one metric of one contestant. A rate is the sum of `hits` over the sum of `total`."""

    metric: str
    slice: str
    """Empty for the whole suite, else such as `category=kitchen` or `corruption=motion_blur,severity=3`."""
    item: str
    family: str
    hits: float
    total: float


@dataclass(frozen=True)
class Metric:
    """What a number means."""

    name: str
    title: str
    """Plain words for tables and pages."""
    best: Best = "high"
    chance: float | None = None
    """The best value that can be expected without looking at the images; None where there is none to state
    (`docs/benchmarks.md`)."""


class Counts(NamedTuple):
    """The sums of one metric in one slice: those of the data first, then those of each bootstrap draw.

    Intervals also ask what a formula would give if one rate were at its limit: then `total` is very large, as for a known rate.
    """

    hits: Floats
    total: Floats


@dataclass(frozen=True)
class Derived:
    """A metric that is a function of others in the same slice, such as a mean of two rates or d'."""

    metric: Metric
    of: tuple[str, ...]
    """Names of the metrics that it is made of."""
    value: Callable[..., Floats]
    """From the `Counts` of each of those, in order, to one value an entry, entry by entry; NaN where the formula has none."""


@dataclass(frozen=True)
class Estimate:
    """One number with its 95 % interval and its sample size."""

    metric: str
    slice: str
    value: float | None
    """None where nothing was asked, or the formula has no value."""
    low: float | None
    """None where there is no interval, or the data set no lower limit; `high` likewise, each for itself."""
    high: float | None
    pairs: int
    """Items that it rests on."""
    families: int
    """Families that those come from: the number of independent ones."""
    chance: float | None = None
    """As that of the metric, in slices that take items whole."""


@dataclass(frozen=True)
class Difference:
    """Two contestants compared on the items that both answered: the first minus the second."""

    metric: str
    slice: str
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    p_value: float | None
    """Exact McNemar, two-sided, over items where one hit and one missed; None where an item is more than a yes or no."""
    pairs: int
    families: int


def splits_of_items(units: Iterable[Unit]) -> set[tuple[str, str]]:
    """Metric and slice wherever a slice holds some of what was asked about an item without the rest, such as one side of pairs.

    There the words alone may tell the answer: on the safe side of a pair the safe caption is always right.
    """
    totals: dict[tuple[str, str, str], float] = defaultdict(float)
    for unit in units:
        totals[unit.metric, unit.slice, unit.item] += unit.total
    return {(metric, split) for (metric, split, item), total in totals.items() if total < totals.get((metric, "", item), 0)}


def metrics_by_name(metrics: Sequence[Metric]) -> dict[str, Metric]:
    """name -> metric, in order."""
    return {metric.name: metric for metric in metrics}
