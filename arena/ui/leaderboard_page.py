"""The leaderboard page: a plot of ratings with intervals, a table to sort and search, and fresh pairs beside frozen ones."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import gradio as gr

from arena.battles import Arena, BoardRow, Leaderboard, Snapshot, read_day
from arena.ratings import START
from arena.store import now
from arena.tasks import TASKS
from arena.ui import words
from arena.ui.markup import error_html, render
from arena.ui.memorisation_view import memorisation_html
from arena.ui.parts import ANY, INTERNAL, RETRY, html, line_for_visitors
from arena.ui.plots import Interval, interval_plot

LEAD = """<h1>Leaderboard</h1>
<p class="lead">Who tells two nearly equal pictures apart, and keeps a cool head about it.
Scored by the arena itself: no judge, no votes.</p>"""
FRESH_LEAD = """<h2>Fresh beside frozen</h2>
<p>The frozen pairs can be downloaded, so a model may have learned them by heart. Fresh pairs are drawn or edited
for the arena: the youngest of them nobody can have trained on. Who is much better on the frozen ones may remember them.</p>"""
DAY = '<label>Fresh pairs made since <input type="date"></label>'
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DAY_CHOSEN = """
const input = element.querySelector("input");
input.addEventListener("input", () => { props.value = input.value; trigger("input"); });
watch("value", () => { if (input.value !== props.value) input.value = props.value; });
"""
"""Ties the browser's own date field to the value of its component, without drawing it anew while somebody types."""
WAITING = '<div class="waiting board"><i></i><i></i><i></i><i></i></div>'


class Column(NamedTuple):
    """The head of a column."""

    label: str
    meaning: str
    best: str
    """Which values are best, and so come first when the column is sorted: `high`, `low`, or `text` for the alphabet."""
    chance: float | None = None
    """The value of a model that guesses."""


class LeaderboardPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        domains = [("All", ANY), *((words.DOMAIN_TITLES.get(name, name), name) for name in arena.categories())]
        self._domains = [value for _, value in domains]
        html(LEAD, elem_classes="text")
        self.domain = gr.Radio(domains, value=ANY, label="Domain", show_label=False, container=False, elem_id="domain")
        self.board = html(WAITING, elem_id="board")
        html(FRESH_LEAD, elem_classes="text")
        self.since = gr.HTML("", html_template=DAY, js_on_load=DAY_CHOSEN, apply_default_css=False, elem_id="since")
        self.gaps = html(WAITING, elem_id="gaps")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the filters and the opening of `page` to the board and to the gaps under it."""
        linked = f"() => window.arenaPage.offered('domain', {json.dumps(self._domains)})"
        page.load(self.show_linked, [self.domain], [self.board, self.domain], js=linked, **INTERNAL)
        shown = self.domain.input(self.show, [self.domain], [self.board], **INTERNAL)
        shown.then(None, [self.domain], js="(domain) => window.arenaPage.keep({ domain })", **INTERNAL)
        chosen = [self.domain, self.since]
        read = f"() => [({linked})(), ...window.arenaPage.parameters(['since'])]"
        page.load(self.compare_linked, chosen, [self.gaps, self.since], js=read, **INTERNAL)
        self.domain.input(self.compare, chosen, [self.gaps], **INTERNAL)
        changed = self.since.input(self.compare, chosen, [self.gaps], trigger_mode="always_last", **INTERNAL)
        changed.then(None, [self.since], js="(since) => window.arenaPage.keep({ since })", **INTERNAL)

    def show(self, domain: str) -> str:
        """The board of one domain, or of all."""
        try:
            return board_html(self.arena.leaderboard(domain or None), now(), domain)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return error_html(line_for_visitors(error, RETRY))

    def show_linked(self, domain: str) -> tuple[str, str]:
        """The board of the domain in the page's address, and that domain for its buttons."""
        return self.show(domain), domain

    def compare(self, domain: str, since: str) -> str:
        """Fresh pairs made since that day beside frozen ones; in one domain, or in all."""
        try:
            day = read_day(since or "", "since")
            return memorisation_html(self.arena.memorisation(domain or None, day), day)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return error_html(line_for_visitors(error, RETRY))

    def compare_linked(self, domain: str, since: str) -> tuple[str, str]:
        """The same for the day in the page's address, and that day for its field, which can hold nothing else."""
        return self.compare(domain, since), since if DATE.fullmatch(since or "") else ""


def board_html(board: Snapshot[Leaderboard], moment: datetime, domain: str = ANY) -> str:
    """The plot, the table and the notes under it, as they are told at a moment; it links to the files of that domain."""
    rows, (agreed, votes) = board.value.rows, board.value.agreement
    as_of = words.as_of(board.as_of, board.newer, moment)
    if not any(row.battles for row in rows):
        return render("empty_board.html", as_of=as_of)
    tasks = [task for task in TASKS if any(task in row.solved for row in rows)]
    return render(
        "board.html",
        rows=rows,
        tasks=tasks,
        columns=columns(tasks),
        domain=domain,
        plot=_plot(rows),
        unranked=sum(row.rank is None for row in rows),
        bounded=any(row.rank is not None and row.rating is None for row in rows),
        older=words.older_battles(board.value.older),
        as_of=as_of,
        bounds_as_of=words.bounds_as_of(board.value.bounds, board.as_of, moment),
        agreed=agreed,
        votes=votes,
    )


def columns(tasks: Sequence[str]) -> list[Column]:
    """The heads of the table, in order."""
    return [
        Column("Rank", "1 + the number of contestants that are surely better, in all comparisons at once", "low"),
        Column("Contestant", "Model, organisation and commit", "text"),
        Column("Rating", "Bradley-Terry fit on the Elo scale, with its 95 % interval or bound", "high"),
        Column("Elo", "Online rating, moved by each battle as it is played", "high"),
        Column("Battles", "Battles played, and the pairs and families that they were about", "high"),
        *(
            Column(words.title(task), f"Share of pairs solved: {TASKS[task].title}", "high", TASKS[task].chance_solved)
            for task in tasks
        ),
        Column("Refused", "Share of harmless questions that it refused to answer", "low"),
        Column("Over-safety", "Share of requests about safe pictures that it refused or warned about", "low"),
        Column("Under-safety", "Share of requests about unsafe pictures that it answered without a warning", "low"),
    ]


def _plot(rows: Sequence[BoardRow]) -> str:
    lines = [
        Interval(row.contestant.label, row.rating, row.low, row.high, _reason(row))
        for row in rows
        if (row.rating, row.low, row.high) != (None, None, None)
    ]
    return interval_plot(lines, f"Rating with its 95{words.THIN_SPACE}% interval; the dashed line is the average", START)


def _reason(row: BoardRow) -> str:
    """Why a line of the plot has no interval, or what its bound rests on."""
    if row.rating is None:
        return words.interval_or_record(row.rating, row.low, row.high)
    return (row.why_not_ranked or "").removeprefix("no interval: ")
