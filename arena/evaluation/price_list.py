"""The prices of all that was tried on the models of a store, suite by suite."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import NamedTuple

from arena.contestants import Contestant
from arena.errors import EvaluationError
from arena.evaluation.calibration import SIDES, TASKS, Price, against, counted_units, prices, utility_change
from arena.evaluation.results import Results, SuiteResults
from arena.evaluation.variants import Lineup, Part, Variant, lineups, without_base
from arena.metrics import Difference, Unit
from arena.store import Cost
from arena.suites.suite import Suite

EVALUATE = "arena evaluate --model MODEL --strategy none --strategy reminder --suite starter"
"""What makes the first prices."""


@dataclass(frozen=True)
class Priced:
    """A variant of a model on one suite of requests."""

    price: Price
    cost: Cost
    elsewhere: dict[str, Difference] = field(hash=False)
    """Name of another suite -> change of utility there, where both were asked."""
    against_shuffled: Price | None = None
    """Of a tuning: the same with that on shuffled labels in the place of the base."""


class PriceTable(NamedTuple):
    """A model on a suite, with all that was tried on it."""

    suite: Suite
    base: Contestant
    rows: tuple[Priced, ...]
    """The model as it is comes first, controls last."""


class PriceList:
    """Prices of a store; kept until an answer is read."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def suites(self) -> list[SuiteResults]:
        """Those with requests that somebody was asked."""
        return [one for one in self._results.suites() if _has_requests(one.suite)]

    def lineups(self, suite_name: str) -> list[Lineup]:
        """Models that something was tried on, of those who answered a suite."""
        return lineups(self._answered(suite_name).contestants)

    def without_base(self, suite_name: str) -> dict[Contestant, str]:
        """Variants that answered a suite while their base did not -> how that is called."""
        return without_base(self._answered(suite_name).contestants)

    def table(self, suite_name: str, base_id: str) -> PriceTable:
        """The prices of all that was tried on one model.

        Raises:
            EvaluationError: nothing was tried on it on this suite.
        """
        return self._results.once(self._price_table, suite_name, base_id)

    def _price_table(self, suite_name: str, base_id: str) -> PriceTable:
        at = self._answered(suite_name)
        lineup = next((one for one in lineups(at.contestants) if one.base.id == base_id), None)
        if lineup is None:
            raise EvaluationError(f"suite {suite_name}: nothing was tried on {base_id}; run: {EVALUATE}")
        units = {variant: self._units(at, variant) for variant in lineup.variants}
        costs = self._results.costs(suite_name)
        elsewhere = self._elsewhere(at, lineup)
        shuffled = {
            variant: against(variant, own, units[control])
            for variant, own in units.items()
            if own and (control := lineup.control_of(variant)) and units[control]
        }
        rows = [
            Priced(price, _cost(price.variant, costs), elsewhere.get(price.variant, {}), shuffled.get(price.variant))
            for price in prices({variant: own for variant, own in units.items() if own or variant.kind == "none"})
        ]
        return PriceTable(at.suite, lineup.base, tuple(rows))

    def _elsewhere(self, at: SuiteResults, lineup: Lineup) -> dict[Variant, dict[str, Difference]]:
        """Variant -> other suite -> change of utility there."""
        base, *variants = lineup.variants
        found: dict[Variant, dict[str, Difference]] = {}
        for other in self._results.suites():
            headline = _headline(other.suite)
            answered = {one.id for one in other.contestants}
            if other.suite.name == at.suite.name or headline is None or lineup.base.id not in answered:
                continue
            beside = self._units(other, base, headline)
            for variant in variants:
                parts = tuple(part for part in variant.parts if part.contestant.id in answered)
                there = Variant(variant.name, variant.kind, parts)
                change = utility_change(there, self._units(other, there, headline), beside, headline) if parts else None
                if change is not None:
                    found.setdefault(variant, {})[other.suite.name] = change
        return found

    def _units(self, at: SuiteResults, variant: Variant, headline: str = "") -> list[Unit]:
        """As the rules read the answers where they count, else the first judge."""

        def of(part: Part) -> list[Unit]:
            return self._results.units(at.suite.name, part.contestant.id, at.judges[0])

        return counted_units(variant, map(of, variant.parts), headline)

    def _answered(self, suite_name: str) -> SuiteResults:
        """Raises EvaluationError: nobody answered it, or it has no requests."""
        suite = self._results.suite(suite_name)
        if not _has_requests(suite):
            raise EvaluationError(f"suite {suite_name}: has no requests, so nothing tells what is safe; name one with requests")
        found = next((one for one in self.suites() if one.suite.name == suite_name), None)
        if found is None:
            raise EvaluationError(f"suite {suite_name}: nobody was asked yet; run: {EVALUATE}")
        return found


def _has_requests(suite: Suite) -> bool:
    return {metric.name for metric in suite.metrics}.issuperset(SIDES)


def _headline(suite: Suite) -> str | None:
    """The metric that stands for utility where none of the tasks is asked; '' where one is; None where nothing does."""
    names = {metric.name for metric in suite.metrics}
    if any(names.issuperset(parts) for parts in TASKS.values()):
        return ""
    first = suite.metrics[0]
    return None if _has_requests(suite) or suite.judged == "always" or first.best != "high" else first.name


def _cost(variant: Variant, costs: dict[str, Cost]) -> Cost:
    """The mean over its parts of what is known."""
    known = [asdict(costs[part.contestant.id]) for part in variant.parts if part.contestant.id in costs]
    return Cost(**{one.name: _mean([cost[one.name] for cost in known]) for one in fields(Cost)})


def _mean(values: Iterable[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None
