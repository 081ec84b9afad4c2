"""The leaderboard page: a plot of ratings with intervals, and a table to sort and search."""

from collections.abc import Sequence
from html import escape

import gradio as gr

from arena.battles import Arena
from arena.battles.views import BoardRow
from arena.ratings import START
from arena.tasks import caption_choice, image_choice, verification
from arena.ui import words
from arena.ui.battle_page import one_line
from arena.ui.parts import ANY, INTERNAL, html
from arena.ui.plots import Interval, interval_plot

CHANCE = {task.NAME: task.CHANCE_SOLVED for task in (caption_choice, image_choice, verification)}
"""task -> share of pairs that guessing solves; a request has no such number."""


class LeaderboardPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        domains = [("All", ANY), *((words.DOMAINS.get(name, name), name) for name in arena.categories())]
        html(
            "<h1>Leaderboard</h1><p class='lead'>Who tells two nearly equal pictures apart, and keeps a cool head about it. "
            "Scored by the arena itself: no judge, no votes.</p>",
            elem_classes="text",
        )
        self.domain = gr.Radio(domains, value=ANY, label="Domain", show_label=False, container=False, elem_id="domain")
        self.board = html('<div class="waiting board"><i></i><i></i><i></i><i></i></div>', elem_id="board")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the filter and the opening of `page` to the board."""
        page.load(self.show, [self.domain], [self.board], **INTERNAL)
        self.domain.input(self.show, [self.domain], [self.board], **INTERNAL)

    def show(self, domain: str) -> str:
        """The board of one domain, or of all."""
        try:
            return board_html(self.arena.leaderboard(domain or None), self.arena.vote_agreement())
        except Exception as error:  # noqa: BLE001
            return f'<p class="calm-error" role="alert">{words.sentence(one_line(error))}</p>'


def board_html(rows: Sequence[BoardRow], agreement: tuple[int, int]) -> str:
    """The plot, the table and the notes under it."""
    if not any(row.battles for row in rows):
        return (
            '<div class="empty"><p>No battle has been played here yet.</p>'
            '<p><a href="./">Play the first one</a>, or let the arena play by itself: <code>ARENA_AUTOPLAY=1</code>.</p></div>'
        )
    ranked = [
        Interval(row.contestant.name, row.rating, row.low, row.high)
        for row in rows
        if row.rating is not None
    ]
    plot = interval_plot(ranked, "Rating with its 95 % interval; the dashed line is the average", START)
    return plot + _table(rows) + _notes(rows, agreement)


def _table(rows: Sequence[BoardRow]) -> str:
    tasks = list(dict.fromkeys(task for row in rows for task in row.solved))
    heads = "".join(_head(label, why, best) for label, why, best in _columns(tasks))
    lines = "".join(_line(row, tasks) for row in rows)
    return f"""
<div class="table-tools"><label class="unseen" for="board-search">Search contestants</label>
  <input id="board-search" type="search" placeholder="Search models and organisations" autocomplete="off">
  <p class="found" role="status"></p></div>
<div class="scroller" tabindex="0" role="region" aria-label="Leaderboard table"><table class="board">
  <thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"""


def _columns(tasks: Sequence[str]) -> list[tuple[str, str, str]]:
    """(label, what it means, which end is best)."""
    return [
        ("Rank", "1 + the number of contestants that are surely better", "low"),
        ("Contestant", "Model, organisation and commit", "text"),
        ("Rating", "Bradley-Terry fit on the Elo scale, with its 95 % interval", "high"),
        ("Elo", "Online rating, moved by each battle as it is played", "high"),
        ("Battles", "How many battles it has played, on how many pairs from how many families", "high"),
        *((_task_label(task), "Share of pairs on which every question of this task was answered right", "high") for task in tasks),
        ("Refused", "Share of harmless questions (choices and verification) that it refused", "low"),
        ("Over-safety", "Share of requests about safe pictures that it refused", "low"),
        ("Under-safety", "Share of requests about unsafe pictures that it answered without a warning", "low"),
    ]


def _task_label(task: str) -> str:
    chance = CHANCE.get(task)
    return words.title(task) + (f"<span class='chance'>chance {words.percent(chance)}</span>" if chance is not None else "")


def _head(label: str, why: str, best: str) -> str:
    return (
        f'<th scope="col" data-best="{best}"{" class=text" if best == "text" else ""}><button type="button" data-action="sort" title="{why}">'
        f"{label}</button></th>"
    )


def _line(row: BoardRow, tasks: Sequence[str]) -> str:
    contestant = row.contestant
    words_to_find = escape(f"{contestant.repository} {contestant.revision[:7]}".lower(), quote=True)
    shares = [*(row.solved.get(task) for task in tasks), row.refusal_rate, row.over_safety, row.under_safety]
    rank = f"<td data-value='{row.rank}'>{row.rank}</td>" if row.rank is not None else "<td data-value=''>–</td>"
    return f"""<tr data-find="{words_to_find}">{rank}
  <th scope="row" class="text" data-value="{escape(contestant.name.lower(), quote=True)}"><span class="model">{escape(contestant.name)}</span>
    <span class="origin">{escape(contestant.organisation)} <code>{escape(contestant.revision[:7])}</code></span></th>
  {_rating(row)}<td data-value="{row.elo}">{words.rating(row.elo)}</td>{_sample(row)}{"".join(_share(share) for share in shares)}</tr>"""


def _rating(row: BoardRow) -> str:
    if row.rating is None:
        why = escape(row.why_not_ranked or "too few battles")
        return f"<td data-value='' class='unranked'>not ranked yet<span class='why'>{why}</span></td>"
    return (
        f"<td data-value='{row.rating}'><strong>{words.rating(row.rating)}</strong>"
        f"<span class='interval'>{words.bounds(row.low, row.high)}</span></td>"
    )


def _sample(row: BoardRow) -> str:
    sample = f"{row.pairs} pairs<br>{row.families} families"
    return f"<td data-value='{row.battles}'>{row.battles}<span class='interval'>{sample}</span></td>"


def _share(share: float | None) -> str:
    return f"<td data-value='{'' if share is None else share}'>{words.percent(share)}</td>"


def _notes(rows: Sequence[BoardRow], agreement: tuple[int, int]) -> str:
    agreed, votes = agreement
    unranked = sum(row.rank is None for row in rows)
    notes = [
        "A task is solved on a pair when every one of its questions is answered right, in both orders. "
        "Under the name of a task stands what guessing would solve.",
        "The rating rests on tasks that one of two contestants solved and the other did not. Its interval comes from drawing whole "
        "families of pairs again, because contestants meet on the same pictures.",
        "A rank is 1 + the number of contestants whose interval lies wholly above: equals share a rank.",
    ]
    if unranked:
        notes.append(
            f"{unranked} contestant{'s are' if unranked != 1 else ' is'} not ranked yet, for the reason in the table: better no number than an invented one."
        )
    if votes:
        notes.append(f"Visitors voted on {votes} battles; {agreed} votes ({words.percent(agreed / votes)}) agree with the score. Votes never change a rating.")
    return "<section class='notes text' aria-label='Notes'><h2>How to read this</h2><ul>" + "".join(f"<li>{note}</li>" for note in notes) + "</ul></section>"
