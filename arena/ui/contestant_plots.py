"""The plots of one contestant on one suite that depend on how its metrics are split."""

from collections.abc import Sequence
from typing import Any

from arena.metrics import Estimate
from arena.suites.suite import Suite
from arena.ui import slices, words
from arena.ui.benchmark_plots import Row, Series, degradation_plot, interval_plot, world_plot
from arena.ui.parts import Updates
from arena.ui.plot_slot import PlotSlot
from arena.ui.plotly_look import mark

DEGRADATION_RATES = (
    *("hallucination_rate", "critical_omission_rate", "safety_misinterpretation_rate"),
    *("presence_hallucination_rate", "presence_critical_omission_rate"),
)
"""The rates of Cheng (2026), arXiv 2601.08355: of models that write, and of those that only tell what is there."""


class ContestantPlots:
    """A map of the world, a split such as by language, and curves over severities, built into the surrounding `gr.Blocks`."""

    def __init__(self) -> None:
        self._slots = self._world, self._split, self._severity = tuple(
            PlotSlot(name) for name in ("world", "split", "severity")
        )

    @property
    def components(self) -> list[Any]:
        """All that it updates."""
        return [part for slot in self._slots for part in slot.components]

    def any_in(self, updates: Updates) -> bool:
        """Whether some updates show one of them."""
        return any(slot.plot in updates for slot in self._slots)

    def shown(self, name: str, suite: Suite, metric: str, estimates: Sequence[Estimate]) -> Updates:
        """Those plots for which the estimates have what they need.

        Args:
            name: of the contestant.
            suite: what it was asked.
            metric: what the map and the split are about.
            estimates: all that the contestant has on the suite.
        """
        return {
            **self._by_country(name, suite, metric, estimates),
            **self._by_value(name, suite, metric, estimates),
            **self._by_severity(name, suite, estimates),
        }

    def hidden(self) -> Updates:
        """None of them."""
        return {part: update for slot in self._slots for part, update in slot.hidden().items()}

    def _by_country(self, name: str, suite: Suite, metric: str, estimates: Sequence[Estimate]) -> Updates:
        countries = slices.by_value(estimates, metric, slices.COUNTRY)
        if not countries or metric not in slices.shares(suite):
            return self._world.hidden()
        reading = f"{_title(suite, metric)}, by country. Point at one for its numbers."
        return self._world.shown(f"{name}: the world", reading, world_plot(countries))

    def _by_value(self, name: str, suite: Suite, metric: str, estimates: Sequence[Estimate]) -> Updates:
        key = slices.split_key(estimates, metric)
        if key is None:
            return self._split.hidden()
        found = slices.by_value(estimates, metric, key)
        rows = [Row(words.title(value), one, mark(0)) for value, one in sorted(found.items())]
        plot = interval_plot(rows, share=metric in slices.shares(suite))
        return self._split.shown(f"{name}: by {words.title(key).lower()}", f"{_title(suite, metric)}.", plot)

    def _by_severity(self, name: str, suite: Suite, estimates: Sequence[Estimate]) -> Updates:
        clean = slices.in_slice(estimates, f"{slices.CORRUPTION}={slices.CLEAN}")
        measured = [(rate, slices.by_severity(estimates, rate)) for rate in DEGRADATION_RATES]
        series = [
            Series(_title(suite, rate), mark(index), found, clean.get(rate))
            for index, (rate, found) in enumerate(measured)
            if found
        ]
        if not series:
            return self._severity.hidden()
        reading = "Lower is better. The dotted line of each colour is its level on clean pictures."
        legend = [(one.name, one.mark) for one in series]
        return self._severity.shown(f"{name}: by severity", reading, degradation_plot(series), legend)


def _title(suite: Suite, metric: str) -> str:
    declared = (*suite.metrics, *(one.metric for one in suite.derived))
    return next((one.title for one in declared if one.name == metric), words.title(metric))
