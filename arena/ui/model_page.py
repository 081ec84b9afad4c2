"""The model page: one contestant on every suite that it was asked, and its failures to leaf through."""

from collections.abc import Callable, Sequence

import gradio as gr

from arena.contestants import Contestant
from arena.errors import InputError
from arena.evaluation.price_list import PriceList
from arena.evaluation.results import Results, SuiteResults
from arena.ui import slices
from arena.ui.benchmark_plots import Row, interval_plot
from arena.ui.benchmark_view import SuiteMetrics, called, failure_html, metric_rows, metrics_html
from arena.ui.calibration_view import strategies_html
from arena.ui.contestant_plots import ContestantPlots
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, Updates, choice, html, line_for_visitors
from arena.ui.plot_slot import PlotSlot
from arena.ui.plotly_look import mark

LEAD = "<h1>Model</h1>"
WAITING = '<div class="waiting board"><i></i><i></i><i></i><i></i></div>'
EMPTY = """<div class="empty"><p>No model has been evaluated here yet.</p>
<p><code>arena evaluate --model all --suite starter</code> fills this page.</p></div>"""
PARAMETERS = ("model", "suite", "failure")
"""What the page's address may choose; failures are counted from 1."""


MOST_DIGITS = 9
"""Of the number of a failure; no address that the page made has more."""


class ModelPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.price_list = PriceList(results)
        html(LEAD, elem_classes="text")
        with gr.Row(elem_classes="choices", visible=False) as self.choices:
            self.model, self.suite = (choice(label) for label in ("Contestant", "Benchmark"))
        self.linked = [gr.Textbox(visible="hidden") for _ in PARAMETERS]
        self.place = gr.Textbox("1", visible="hidden")
        self.metrics = html(WAITING, elem_id="model")
        with gr.Row(elem_classes="figures"):
            self.intervals = PlotSlot("metrics")
            self.plots = ContestantPlots()
        self.strategies = html(elem_id="strategies")
        with gr.Column(visible=False, elem_id="failures") as self.failures:
            html("<h2>Failures</h2>", elem_classes="text")
            with gr.Row(elem_classes="leaf"):
                self.before = gr.Button("Previous", elem_id="previous-failure", size="sm")
                self.count = html(elem_id="failure-count")
                self.after = gr.Button("Next", elem_id="next-failure", size="sm")
            self.failure = html(elem_id="failure")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the choices, the buttons and the opening of `page` to what they show."""
        chosen = [self.model, self.suite]
        leaf = [self.failures, self.before, self.count, self.after, self.place, self.failure]
        shown = [
            self.choices,
            *chosen,
            self.metrics,
            *self.intervals.components,
            *self.plots.components,
            self.strategies,
            *leaf,
        ]
        read = f"() => window.arenaPage.parameters({list(PARAMETERS)})"
        names = ", ".join(PARAMETERS)
        keep = {"js": f"({names}) => window.arenaPage.keep({{{names}}})", **INTERNAL}
        page.load(self.show, self.linked, shown, js=read, **INTERNAL)
        changed = gr.on([one.select for one in chosen], self.show, chosen, shown, trigger_mode="always_last", **INTERNAL)
        changed.then(None, [*chosen, self.place], **keep)
        for button, step in ((self.before, -1), (self.after, 1)):
            turned = button.click(self._turner(step), [*chosen, self.place], leaf, **INTERNAL)
            turned.then(None, [*chosen, self.place], **keep)

    def show(self, model: str, suite: str, failure: str = "1") -> Updates:
        """One contestant, and its failures in one suite; what is not there is replaced by the first that is."""
        try:
            found = self.results.suites()
            if not found:
                return {self.metrics: EMPTY}
            contestant = self._named(model, found)
            asked = [one for one in found if contestant in one.contestants]
            if not asked:
                raise InputError(
                    f"model {contestant.repository}: was not evaluated yet; "
                    f"run arena evaluate --model {contestant.repository} --suite starter while the arena is stopped"
                )
            at = next((one for one in asked if one.suite.name == suite), asked[0])
            return {**self._chosen(found, contestant, asked, at), **self._leaf(contestant.id, at.suite.name, _number(failure))}
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.metrics: error_html(line_for_visitors(error, RETRY))}

    def _named(self, model: str, found: Sequence[SuiteResults]) -> Contestant:
        known = self.results.contestants()
        if not model:
            return found[0].contestants[0]
        if model not in known:
            raise InputError(f"model {model}: is unknown here; choose one from the benchmarks page")
        return known[model]

    def _chosen(
        self, found: Sequence[SuiteResults], contestant: Contestant, asked: Sequence[SuiteResults], at: SuiteResults
    ) -> Updates:
        everybody = {one.id: one for suite in found for one in suite.contestants}
        names = called(everybody.values())
        estimates = self.results.estimates(at.suite.name, contestant.id, self._judge(at))
        rows = metric_rows(at.suite, estimates)
        rates = slices.shares(at.suite) - slices.differences(at.suite)
        drawn = [Row(row.title, row.estimate, mark(0)) for row in rows if row.estimate.metric in rates]
        reading = "With 95\N{NARROW NO-BREAK SPACE}% intervals. The dotted tick is what guessing gives."
        return {
            self.choices: gr.update(visible=True),
            self.model: gr.update(choices=[(name, one) for one, name in names.items()], value=contestant.id),
            self.suite: gr.update(choices=[(one.suite.title, one.suite.name) for one in asked], value=at.suite.name),
            self.metrics: metrics_html(contestant, [self._metrics(one, contestant) for one in asked], at.suite.name),
            **self.intervals.shown(f"{at.suite.title} at a glance", reading, interval_plot(drawn, share=True)),
            **self.plots.shown(names[contestant.id], at.suite, at.suite.metrics[0].name, estimates),
            self.strategies: self._strategies(contestant, at),
        }

    def _strategies(self, contestant: Contestant, at: SuiteResults) -> str:
        """What was tried on the model that this is, or is a variant of, on a suite with requests; the chosen one if it has."""
        suites = sorted(self.price_list.suites(), key=lambda one: one.suite.name != at.suite.name)
        lineups = [(one.suite.name, lineup) for one in suites for lineup in self.price_list.lineups(one.suite.name)]
        own = next(((suite, lineup.base.id) for suite, lineup in lineups if contestant in lineup), None)
        return strategies_html(self.price_list.table(*own), contestant) if own else ""

    def _metrics(self, at: SuiteResults, contestant: Contestant) -> SuiteMetrics:
        judge = self._judge(at)
        estimates = self.results.estimates(at.suite.name, contestant.id, judge)
        known = self.results.contestants()
        rows = metric_rows(at.suite, estimates, self.results.corrections(at.suite.name, contestant.id, judge))
        left_out = self.results.left_out(at.suite.name, contestant.id, judge)
        return SuiteMetrics(at.suite, known[judge].name if judge in known else "", rows, left_out)

    def _judge(self, at: SuiteResults) -> str:
        """Who read the answers: the rules, where they count, else the first judge."""
        return at.judges[0]

    def _turner(self, step: int) -> Callable[[str, str, str], Updates]:
        def turn(model: str, suite: str, place: str) -> Updates:
            try:
                return self._leaf(model, suite, _number(place) + step)
            except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
                return {self.failure: error_html(line_for_visitors(error, RETRY))}

        return turn

    def _leaf(self, model: str, suite: str, number: int) -> Updates:
        """The failure with this number, counted from 1; the nearest where there is none."""
        at = next((one for one in self.results.suites() if one.suite.name == suite), None)
        if at is None:
            raise InputError(f"suite {suite}: has no results here; choose one from the list")
        total, _ = self.results.failures(model, suite, limit=0, judge=self._judge(at))
        number = min(max(number, 1), max(total, 1))
        _, page = self.results.failures(model, suite, limit=1, offset=number - 1, judge=self._judge(at))
        shown = failure_html(page[0], number - 1, total) if page else "<p class='empty'>It failed on nothing here.</p>"
        return {
            self.failures: gr.update(visible=True),
            self.before: gr.update(interactive=number > 1),
            self.after: gr.update(interactive=number < total),
            self.count: f"<p data-announce>{number} of {total}</p>" if page else "",
            self.place: str(number),
            self.failure: shown,
        }


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else 1
