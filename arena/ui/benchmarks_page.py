"""The benchmarks page: a suite, a metric, everybody's numbers, and the plots that the field reads them by."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import gradio as gr

from arena.errors import StoreError
from arena.evaluation.results import Results, SuiteResults
from arena.metrics import Estimate, Metric
from arena.ui import slices, words
from arena.ui.benchmark_planes import PLANES, Point, plane_plot
from arena.ui.benchmark_plots import Row, interval_plot
from arena.ui.benchmark_view import TableRow, called, suite_html, table_html
from arena.ui.contestant_plots import ContestantPlots
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, Updates, choice, html, line_for_visitors
from arena.ui.plot_slot import PlotSlot
from arena.ui.plotly_look import Mark, mark

LEAD = """<h1>Benchmarks</h1>
<p class="lead">Every metric of the papers, with its 95 % interval, how many items and families it rests on, and what
guessing gives. <a href="calibration">What strategies change in safety, and what they cost</a>, is on a page of its own.</p>"""
WAITING = '<div class="waiting board"><i></i><i></i><i></i><i></i></div>'
EMPTY = """<div class="empty"><p>Nothing has been evaluated here yet.</p>
<p><code>arena evaluate --model all --suite starter</code> fills this page, while the arena runs.</p></div>"""
LABELS = ("Benchmark", "Metric", "Of", "Read by")
PARAMETERS = ("suite", "metric", "slice", "judge", "model")
"""What the page's address may choose."""
NEWS_SECONDS = 4.0
"""After which an open page asks for newer numbers."""


class Participant(NamedTuple):
    """A contestant on the chosen suite."""

    name: str
    mark: Mark
    estimates: Sequence[Estimate]


class BenchmarksPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, results: Results) -> None:
        self.results = results
        html(LEAD, elem_classes="text")
        with gr.Row(elem_id="choices", elem_classes="choices", visible=False) as self.choices:
            self.suite, self.metric, self.slice, self.judge = (choice(label) for label in LABELS)
        self.linked = [gr.Textbox(visible="hidden") for _ in PARAMETERS]
        self.revision = gr.Textbox(visible="hidden")
        self.clock = gr.Timer(NEWS_SECONDS)
        self.about = html(WAITING, elem_id="about-suite")
        self.intervals = PlotSlot("intervals")
        self.table = html(elem_id="benchmark")
        with gr.Row(elem_classes="figures"):
            self.planes = {plane.name: PlotSlot(plane.name) for plane in PLANES}
        with gr.Row(visible=False, elem_id="closer", elem_classes="choices") as self.closer:
            self.contestant = choice("A closer look at")
        with gr.Row(elem_classes="figures"):
            self.plots = ContestantPlots()

    def connect(self, page: gr.Blocks) -> None:
        """Tie the choices and the opening of `page` to what they show."""
        chosen = [self.suite, self.metric, self.slice, self.judge, self.contestant]
        slots = [self.intervals, *self.planes.values(), self.plots]
        shown = [
            self.choices,
            *chosen,
            self.revision,
            self.about,
            self.table,
            self.closer,
            *(part for slot in slots for part in slot.components),
        ]
        read = f"() => window.arenaPage.parameters({list(PARAMETERS)})"
        page.load(self.show, self.linked, shown, js=read, **INTERNAL)
        changed = gr.on([one.select for one in chosen], self.show, chosen, shown, trigger_mode="always_last", **INTERNAL)
        names = ", ".join(PARAMETERS)
        self.clock.tick(self.update, [self.revision, *chosen], shown, **INTERNAL)
        changed.then(None, chosen, js=f"({names}) => window.arenaPage.keep({{{names}}})", **INTERNAL)

    def show(self, suite: str, metric: str, slice: str, judge: str, contestant: str) -> Updates:  # noqa: A002  as units call it
        """The numbers of what is chosen; what is not there is replaced by the first that is."""
        try:
            revision, found = self.results.revision(), self.results.suites()
            if not found:
                return {self.revision: revision, self.about: EMPTY}
            at = next((one for one in found if one.suite.name == suite), found[0])
            reader = _kept(judge, at.judges)
            numbers = self._numbers(at, metric, slice, reader, contestant)
            return {self.revision: revision, **self._chosen_suite(found, at, reader), **numbers}
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.about: error_html(line_for_visitors(error, RETRY))}

    def update(self, revision: str, *chosen: str) -> Updates:
        """The same, where there are newer numbers than those of a revision; else nothing changes."""
        try:
            is_new = self.results.revision() != revision
        except StoreError:  # the next time will tell
            is_new = False
        return self.show(*chosen) if is_new else {self.revision: gr.skip()}

    def _chosen_suite(self, found: Sequence[SuiteResults], at: SuiteResults, judge: str) -> Updates:
        known = self.results.contestants()
        readers = [(known[one].name if one in known else "Rules", one) for one in at.judges]
        return {
            self.choices: gr.update(visible=True),
            self.suite: gr.update(choices=[(one.suite.title, one.suite.name) for one in found], value=at.suite.name),
            self.judge: gr.update(choices=readers, value=judge, visible=len(readers) > 1),
            self.about: suite_html(at),
        }

    def _numbers(self, at: SuiteResults, metric: str, slice: str, judge: str, contestant: str) -> Updates:  # noqa: A002
        everybody = self._everybody(at, judge)
        metrics = measured(at, [one for participant in everybody.values() for one in participant.estimates])
        left_out = [line for one in at.contestants if (line := self.results.left_out(at.suite.name, one.id, judge))]
        if not metrics:
            return {self.table: error_html("; ".join(left_out) or "no answer to this benchmark counts yet"), **self._nothing()}
        name = _kept(metric, [one.name for one in metrics])
        parts = sorted({one.slice for participant in everybody.values() for one in participant.estimates if one.metric == name})
        part = _kept(slice, parts)
        ranked = self.results.table(at.suite.name, name, part, judge)
        rows = [
            TableRow(
                one,
                everybody[one.id].name,
                everybody[one.id].mark,
                estimate,
                self.results.corrections(at.suite.name, one.id, judge).get((name, part)),
            )
            for one, estimate in ranked
        ]
        declared = next(one for one in metrics if one.name == name)
        return {
            self.metric: gr.update(choices=[(one.title, one.name) for one in metrics], value=name),
            self.slice: gr.update(choices=[(slices.title(one), one) for one in parts], value=part, visible=len(parts) > 1),
            self.table: table_html(at.suite, declared, rows, left_out),
            **self._intervals(at, declared, rows),
            **self._planes(everybody, part),
            **self._closer(at, name, everybody, _kept(contestant, [one.id for one, _ in ranked])),
        }

    def _everybody(self, at: SuiteResults, judge: str) -> dict[str, Participant]:
        names = called(at.contestants)
        return {
            one.id: Participant(names[one.id], mark(index), self.results.estimates(at.suite.name, one.id, judge))
            for index, one in enumerate(at.contestants)
        }

    def _intervals(self, at: SuiteResults, metric: Metric, rows: Sequence[TableRow]) -> Updates:
        drawn = [Row(row.name, row.estimate, row.mark) for row in rows]
        plot = interval_plot(drawn, share=metric.name in slices.shares(at.suite))
        first = "Highest" if metric.best == "none" else "Best"
        reading = f"{first} first, with 95\N{NARROW NO-BREAK SPACE}% intervals."
        if any(row.estimate.chance is not None for row in rows):
            reading += " The dotted tick is what guessing gives."
        return self.intervals.shown(metric.title, reading, plot)

    def _planes(self, everybody: Mapping[str, Participant], part: str) -> Updates:
        shown: Updates = {}
        for plane in PLANES:
            found = [(participant, slices.in_slice(participant.estimates, part)) for participant in everybody.values()]
            points = [
                Point(participant.name, of[plane.x], of[plane.y], participant.mark)
                for participant, of in found
                if {plane.x, plane.y} <= set(of) and of[plane.x].value is not None and of[plane.y].value is not None
            ]
            slot = self.planes[plane.name]
            legend = [(point.name, point.mark) for point in points]
            shown |= slot.shown(plane.title, plane.reading, plane_plot(plane, points), legend) if points else slot.hidden()
        return shown

    def _closer(self, at: SuiteResults, metric: str, everybody: Mapping[str, Participant], contestant: str) -> Updates:
        closer = everybody[contestant]
        plots = self.plots.shown(closer.name, at.suite, metric, closer.estimates)
        return {
            self.closer: gr.update(visible=self.plots.any_in(plots)),
            self.contestant: gr.update(
                choices=[(participant.name, one) for one, participant in everybody.items()], value=contestant
            ),
            **plots,
        }

    def _nothing(self) -> Updates:
        hidden: Updates = {self.closer: gr.update(visible=False), **self.intervals.hidden(), **self.plots.hidden()}
        for slot in self.planes.values():
            hidden |= slot.hidden()
        return hidden


def measured(at: SuiteResults, estimates: Sequence[Estimate]) -> list[Metric]:
    """The metrics that have estimates, in the order of the suite; those that it computes beyond its rates come last."""
    names = dict.fromkeys(one.metric for one in estimates)
    declared = [one for one in at.metrics if one.name in names]
    return declared + [Metric(name, words.title(name), "none") for name in names if name not in {one.name for one in declared}]


def _kept(value: str, values: Sequence[str]) -> str:
    """The value if it is one of these, else the first of them."""
    return value if value in values else values[0]
