"""Every metric of one contestant in every slice, and two contestants compared on the items that both answered."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.special import bdtr

from arena.metrics.derived import rate
from arena.metrics.family_table import FamilyTable
from arena.metrics.intervals import combined_limits, correlations, rate_limits
from arena.metrics.units import Counts, Derived, Difference, Estimate, Floats, Metric, Unit, splits_of_items

FIRST, SECOND = "first ", "second "
"""Put before the names of metrics where two contestants are in one table."""


def estimates(
    units: Sequence[Unit], metrics: Sequence[Metric], derived: Sequence[Derived] = (), *, rounds: int = 1000, seed: int = 0
) -> list[Estimate]:
    """Every metric in every slice that has units, with 95 % intervals that take families as what is independent.

    In the order of `metrics`, then of `derived`; the whole suite before its slices, and those by name. A derived metric is
    given in the slices in which all its parts have units. Units of metrics that are not declared serve as parts, if at all. An
    interval is None where only one family was asked; a single limit is where the data set none. How intervals are made:
    `arena.metrics.intervals`.

    Args:
        units: what each item adds to each metric.
        metrics: rates, which are sums of hits over sums of totals.
        derived: functions of those.
        rounds: bootstrap draws for rates that are not between 0 and 1.
        seed: of the draws; the same seed and units give the same intervals.
    """
    needed = {*(metric.name for metric in metrics), *(name for formula in derived for name in formula.of)}
    measured = _Measured.of([unit for unit in units if unit.metric in needed], rounds, seed)
    found = [measured.plain(metric, split) for metric in metrics for split in measured.slices_of([metric.name])]
    return found + [measured.derived(formula, split) for formula in derived for split in measured.slices_of(formula.of)]


def differences(
    first: Sequence[Unit],
    second: Sequence[Unit],
    metrics: Sequence[Metric],
    derived: Sequence[Derived] = (),
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> list[Difference]:
    """The first contestant minus the second in every metric and slice, on the items that both have there.

    Ordered as `estimates` are. The interval knows how both go together over families, so that what is hard for both cancels
    out. The p-value is McNemar's, exact, of items where one hit and the other missed; it takes items, not families, as
    independent, so where families have many items the interval is what to trust. What has no value for one of them is left out.
    """
    both = {(unit.metric, unit.slice, unit.item) for unit in first} & {(unit.metric, unit.slice, unit.item) for unit in second}
    paired = [[unit for unit in units if (unit.metric, unit.slice, unit.item) in both] for units in (first, second)]
    family = {unit.item: unit.family for unit in paired[0]}
    ours, theirs = (
        [unit._replace(metric=side + unit.metric, family=family[unit.item]) for unit in units]
        for side, units in zip((FIRST, SECOND), paired, strict=True)
    )
    measured = _Measured.of([*ours, *theirs], rounds, seed)
    tests = _mcnemar(*paired)
    plain = (
        measured.difference(Derived(metric, (metric.name,), rate), split, tests.get((metric.name, split)))
        for metric in metrics
        for split in measured.slices_of([FIRST + metric.name, SECOND + metric.name])
    )
    formulas = (
        measured.difference(formula, split, None)
        for formula in derived
        for split in measured.slices_of([side + name for side in (FIRST, SECOND) for name in formula.of])
    )
    return [found for found in (*plain, *formulas) if found is not None]


@dataclass(frozen=True, eq=False)
class _Measured:
    """All that one call needs to know of its units."""

    table: FamilyTable
    low: Floats
    high: Floats
    slices: dict[str, set[str]]
    """Of each metric."""
    without_chance: set[tuple[str, str]]
    """Metric and slice where no chance holds."""

    @classmethod
    def of(cls, units: Sequence[Unit], rounds: int, seed: int) -> "_Measured":
        table = FamilyTable.of(units)
        slices: dict[str, set[str]] = defaultdict(set)
        for name, split in table.columns:
            slices[name].add(split)
        return cls(table, *rate_limits(table, rounds, seed), slices, splits_of_items(units))

    def slices_of(self, names: Sequence[str]) -> list[str]:
        """Slices in which all of these metrics have units, by name."""
        return sorted(set.intersection(*(self.slices[name] for name in names)))

    def plain(self, metric: Metric, split: str) -> Estimate:
        column = self.table.columns[metric.name, split]
        value = self._value(rate, [column])
        return self._estimate(metric, split, (value, self.low[column], self.high[column]), [metric.name])

    def derived(self, formula: Derived, split: str) -> Estimate:
        columns = [self.table.columns[name, split] for name in formula.of]
        return self._estimate(formula.metric, split, self._combined(formula.value, columns), formula.of)

    def difference(self, formula: Derived, split: str, p_value: float | None) -> Difference | None:
        sides = [[self.table.columns[side + name, split] for name in formula.of] for side in (FIRST, SECOND)]
        columns = [*sides[0], *sides[1]]

        def minus(*parts: Counts) -> Floats:
            return formula.value(*parts[: len(formula.of)]) - formula.value(*parts[len(formula.of) :])

        first, second = (self._value(formula.value, side) for side in sides)
        if not math.isfinite(first - second):
            return None
        _, low, high = self._combined(minus, columns)
        items, families = self.table.sizes(columns)
        low, high = (_told(limit, families) for limit in (low, high))
        return Difference(formula.metric.name, split, first, second, first - second, low, high, p_value, items, families)

    def _estimate(self, metric: Metric, split: str, found: tuple[float, float, float], of: Sequence[str]) -> Estimate:
        items, families = self.table.sizes([self.table.columns[name, split] for name in of])
        value, *limits = found
        low, high = (_told(limit, families) for limit in limits)
        chance = None if self.without_chance & {(name, split) for name in of} else metric.chance
        return Estimate(metric.name, split, _told(value), low, high, items, families, chance)

    def _combined(self, value: Callable[..., Floats], columns: Sequence[int]) -> tuple[float, float, float]:
        sums = self.table.sums(columns)
        return combined_limits(value, sums, self.low[columns], self.high[columns], correlations(self.table, columns))

    def _value(self, value: Callable[..., Floats], columns: Sequence[int]) -> float:
        hits, total = self.table.sums(columns)
        return float(value(*(Counts(hits[[part]], total[[part]]) for part in range(len(columns))))[0])


def _told(value: float, families: int = 2) -> float | None:
    """The value as it is told: None where it is not finite, or one family has nothing to say about others."""
    return float(value) if families > 1 and math.isfinite(value) else None


def _mcnemar(first: Sequence[Unit], second: Sequence[Unit]) -> dict[tuple[str, str], float]:
    """(metric, slice) -> exact two-sided p, where each item of both is one yes or no."""
    theirs = {(unit.metric, unit.slice, unit.item): unit for unit in second}
    won, lost = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    ours = Counter((unit.metric, unit.slice, unit.item) for unit in first)
    graded = {key[:2] for key, times in ours.items() if times > 1}
    for unit in first:
        other = theirs[unit.metric, unit.slice, unit.item]
        key = (unit.metric, unit.slice)
        won[key] += unit.hits > other.hits
        lost[key] += unit.hits < other.hits
        if not all(each.total == 1 and each.hits in {0, 1} for each in (unit, other)):
            graded.add(key)
    return {key: _two_sided(won[key], lost[key]) for key in won if key not in graded}


def _two_sided(won: int, lost: int) -> float:
    """The exact binomial test of a fair coin. Twice the smaller tail, as a fair coin's tails are alike."""
    # Not scipy.stats.binomtest, which gives the same: its package takes a second to import, in every command.
    return min(1.0, 2 * float(bdtr(min(won, lost), won + lost, 0.5)))
