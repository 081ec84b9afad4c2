"""The figures of the calibration page as files of SVG, drawn by a browser from what plotly's package brings."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import Browser, sync_playwright
from plotly.offline import get_plotlyjs

from arena.evaluation.price_list import PriceList
from arena.evaluation.results import Results
from arena.store import Store
from arena.suites.registry import all_suites
from arena.ui.calibration_plots import Marked, arrows_plot, marked, placed, trade_off_plot, traded

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 640, 600
PAPER, INK, GRID = "#fcfbf8", "#20262b", "#e2dfd7"
"""A page shows such a file in light and dark alike, so it has a ground of its own."""
LEGEND = {
    "orientation": "h",
    "y": -0.14,
    "yanchor": "top",
    "traceorder": "reversed",
    "itemsizing": "constant",
    "font": {"size": 12},
}
DRAW = """async ([figure, width, height]) => {
  const place = document.createElement("div");
  document.body.append(place);
  await Plotly.newPlot(place, figure.data, figure.layout);
  const address = await Plotly.toImage(place, { format: "svg", width, height });
  return decodeURIComponent(address.slice(address.indexOf(",") + 1));
}"""


def write_figures(home: Path, suite: str, folder: Path) -> dict[str, dict[str, Path]]:
    """Draw both figures of every model that something was tried on; base -> title -> file."""
    with Store.open(home) as store:
        prices = PriceList(Results(store, {suite: all_suites()[suite]}))
        tables = [prices.table(suite, lineup.base.id) for lineup in prices.lineups(suite)]
    with sync_playwright() as playwright:
        path = next((program for name in BROWSERS if (program := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        made = {
            table.base.name: _write(browser, marked([row.price for row in table.rows]), folder, table.base.name)
            for table in tables
        }
        browser.close()
    return made


def static(plot: go.Figure) -> go.Figure:
    """A plot of a page as it stands alone: with its ground, its ink and a legend."""
    plot.update_layout(
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        showlegend=True,
        legend=LEGEND,
        margin={"l": 20, "r": 20, "t": 20, "b": 20},
        font={"color": INK},
    )
    plot.update_xaxes(gridcolor=GRID)
    plot.update_yaxes(gridcolor=GRID)
    plot.for_each_trace(lambda trace: trace.update(showlegend=bool(trace.name) and trace.name != "ideal"))
    return plot


def _write(browser: Browser, variants: Sequence[Marked], folder: Path, base: str) -> dict[str, Path]:
    drawn = {
        f"Over- and under-safety of {base} under each strategy": ("safety", arrows_plot(placed(variants)[0])),
        f"What each strategy changes in safety and in utility of {base}": ("price", trade_off_plot(traded(variants)[0])),
    }
    folder.mkdir(parents=True, exist_ok=True)
    page = browser.new_page()
    page.add_script_tag(content=get_plotlyjs())
    made: dict[str, Path] = {}
    for title, (name, plot) in drawn.items():
        svg = page.evaluate(DRAW, [json.loads(static(plot).to_json() or ""), WIDTH, HEIGHT])
        made[title] = folder / f"calibration-{base}-{name}.svg"
        made[title].write_text(f"{svg}\n", "utf-8")
    page.close()
    return made
