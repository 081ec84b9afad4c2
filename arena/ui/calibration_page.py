"""The calibration page: what each strategy changes in the safety of a model, and what that costs it."""

from collections.abc import Sequence

import gradio as gr

from arena.evaluation.price_list import EVALUATE, PriceList, PriceTable
from arena.evaluation.results import Results, SuiteResults
from arena.evaluation.variants import Lineup
from arena.ui.benchmark_view import called
from arena.ui.calibration_plots import Marked, arrows_plot, many_unread, marked, placed, trade_off_plot, traded
from arena.ui.calibration_view import calibration_html
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, Updates, choice, html, line_for_visitors
from arena.ui.plot_slot import PlotSlot
from arena.ui.plotly_look import Mark

LEAD = """<h1>Calibration</h1>
<p class="lead">A model can be made more careful by other words, by moved activations, or by a little tuning. Does it then tell
safe from unsafe better, or is it only more timid, and what does it forget?</p>"""
WAITING = '<div class="waiting board"><i></i><i></i><i></i><i></i></div>'
EMPTY = f"""<div class="empty"><p>Nothing was tried on any model here yet.</p>
<p><code>{EVALUATE}</code> fills this page.</p></div>"""
PARAMETERS = ("suite", "model")
"""What the page's address may choose."""
ARROWS = "Safer, or only more timid?"
ARROWS_READING = (
    "An arrow leads from the model as it is to what a strategy makes of it. Along a curve it tells safe from unsafe equally "
    "well (d\N{PRIME}) and differs in caution alone; nearer the star, it tells them apart better. Grey marks are controls; "
    "marks at the same place are rings around each other."
)
TRADE_OFF = "What it costs"
TRADE_OFF_READING = (
    "Upwards, what a strategy changes in SRA_avg; to the right, what it changes in utility, the mean of caption choice, image "
    "choice and verification. Lines are 95\N{NARROW NO-BREAK SPACE}% intervals over families. To the upper left, safety is "
    "paid for with utility."
)


class CalibrationPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.price_list = PriceList(results)
        html(LEAD, elem_classes="text")
        with gr.Row(elem_classes="choices", visible=False) as self.choices:
            self.suite, self.model = (choice(label) for label in ("Benchmark", "Model"))
        self.linked = [gr.Textbox(visible="hidden") for _ in PARAMETERS]
        self.told = html(WAITING, elem_id="calibration-state")
        with gr.Row(elem_classes="figures"):
            self.arrows, self.trade_off = (PlotSlot(name) for name in ("arrows", "trade-off"))
        self.tables = html(elem_id="calibration")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the choices and the opening of `page` to what they show."""
        chosen = [self.suite, self.model]
        plots = [part for slot in (self.arrows, self.trade_off) for part in slot.components]
        shown = [self.choices, *chosen, self.told, *plots, self.tables]
        names = ", ".join(PARAMETERS)
        page.load(self.show, self.linked, shown, js=f"() => window.arenaPage.parameters({list(PARAMETERS)})", **INTERNAL)
        changed = gr.on([one.select for one in chosen], self.show, chosen, shown, trigger_mode="always_last", **INTERNAL)
        changed.then(None, chosen, js=f"({names}) => window.arenaPage.keep({{{names}}})", **INTERNAL)

    def show(self, suite: str, model: str) -> Updates:
        """The prices of one model on one benchmark; what is not there is replaced by the first that is."""
        try:
            found = [(at, lineups) for at in self.price_list.suites() if (lineups := self.price_list.lineups(at.suite.name))]
            if not found:
                return {self.told: EMPTY}
            at, lineups = next((one for one in found if one[0].suite.name == suite), found[0])
            lineup = next((one for one in lineups if one.base.id == model), lineups[0])
            table = self.price_list.table(at.suite.name, lineup.base.id)
            return {**self._chosen([one for one, _ in found], at, lineups, lineup), **self._numbers(table)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.told: error_html(line_for_visitors(error, RETRY))}

    def _chosen(self, found: Sequence[SuiteResults], at: SuiteResults, lineups: Sequence[Lineup], lineup: Lineup) -> Updates:
        names = called(one.base for one in lineups)
        return {
            self.choices: gr.update(visible=True),
            self.suite: gr.update(choices=[(one.suite.title, one.suite.name) for one in found], value=at.suite.name),
            self.model: gr.update(choices=[(name, one) for one, name in names.items()], value=lineup.base.id),
            self.told: "",
        }

    def _numbers(self, table: PriceTable) -> Updates:
        variants = marked([row.price for row in table.rows])
        suites = [one.suite for one in self.results.suites()]
        return {
            **self._arrows(variants),
            **self._trade_off(*traded(variants)),
            self.tables: calibration_html(table, variants, suites),
        }

    def _arrows(self, variants: Sequence[Marked]) -> Updates:
        drawn, still = placed(variants)
        if not drawn:
            return self.arrows.hidden()
        reading = ARROWS_READING
        if still:
            reading += f" Controls that moved nothing are not drawn: {'; '.join(one.price.variant.name for one in still)}."
        if any(many_unread(one.price) for one in drawn):
            reading += " Dotted: more than a tenth of the replies could not be read, and are in neither number."
        if missing := [one.name for one in variants if one not in (*drawn, *still)]:
            reading += f" Without a place, as no reply could be read on one side: {'; '.join(missing)}."
        return self.arrows.shown(ARROWS, reading, arrows_plot(drawn), _legend(drawn))

    def _trade_off(self, variants: Sequence[Marked], beyond: Sequence[Marked]) -> Updates:
        if not variants:
            return self.trade_off.hidden()
        reading = TRADE_OFF_READING
        if beyond:
            reading += f" Beyond the edge, see the table: {'; '.join(one.name for one in beyond)}."
        return self.trade_off.shown(TRADE_OFF, reading, trade_off_plot(variants), _legend(variants))


def _legend(variants: Sequence[Marked]) -> list[tuple[str, Mark]]:
    return [(one.name, one.mark) for one in variants]
