"""The answers of both seats, task by task; marked once the battle is judged."""

from collections.abc import Mapping, Sequence
from html import escape

from arena.battles.views import Answer, Reveal, Round, SeatReveal
from arena.probes import Outcome
from arena.ui import words

Cell = tuple[str, str]
"""(task, cell): names one question of a battle."""


def answers_html(rounds: Sequence[Round], reveal: Reveal | None = None) -> str:
    """One table: a row a question, a column a seat. Outcomes and names are in it only when there is a reveal."""
    marks = [_outcomes(seat) for seat in reveal.seats] if reveal else [{}, {}]
    bodies = "".join(_round(round_, marks) for round_ in rounds)
    return f"""
<table class="answers" role="table">
  <caption class="unseen">What both models answered</caption>
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="question"><span class="unseen">Question</span></th>
    {_seat_head("A", reveal.seats[0] if reveal else None)}{_seat_head("B", reveal.seats[1] if reveal else None)}</tr></thead>
  {bodies}
</table>"""


def waiting_html() -> str:
    """What stands in place of the first answers."""
    bar = "<tr role='row'><td class='question' role='cell'><i></i></td><td role='cell'><i></i></td><td role='cell'><i></i></td></tr>"
    return f"""
<table class="answers waiting" role="table" aria-hidden="true">
  <thead role="rowgroup"><tr role="row"><th class="question"></th>{_seat_head("A", None)}{_seat_head("B", None)}</tr></thead>
  <tbody role="rowgroup">{bar * 5}</tbody>
</table>"""


def _outcomes(seat: SeatReveal) -> dict[Cell, Outcome]:
    return {(task, cell): outcome for task, cell, outcome in seat.outcomes}


def _seat_head(letter: str, seat: SeatReveal | None) -> str:
    name = f"<span class='who'>{escape(seat.contestant.name)}</span>" if seat else ""
    return f"<th role='columnheader' scope='col' class='seat-{letter.lower()}'>Model {letter}{name}</th>"


def _round(round_: Round, marks: Sequence[Mapping[Cell, Outcome]]) -> str:
    rows = "".join(_row(first, second, marks) for first, second in zip(*round_.answers, strict=True))
    return f"""<tbody role="rowgroup"><tr class="task" role="row"><th role="rowheader" scope="rowgroup" colspan="3">{
        escape(round_.title)
    } <span class="count">{round_.done} of {round_.total}</span></th></tr>{rows}</tbody>"""


def _row(first: Answer, second: Answer, marks: Sequence[Mapping[Cell, Outcome]]) -> str:
    cells = "".join(
        _cell(letter, answer, mark.get((answer.task, answer.cell)))
        for letter, answer, mark in zip("AB", (first, second), marks, strict=True)
    )
    return f'<tr role="row"><th class="question" role="rowheader" scope="row">{escape(first.question)}</th>{cells}</tr>'


def _cell(letter: str, answer: Answer, outcome: Outcome | None) -> str:
    if outcome is None:
        return f'<td role="cell" class="seat-{letter.lower()}">{escape(answer.answer)}</td>'
    sign, word = words.OUTCOMES[outcome]
    return (
        f'<td role="cell" class="seat-{letter.lower()} {outcome.value}">'
        f'<span class="said">{escape(answer.answer)}</span>'
        f'<span class="mark"><span aria-hidden="true">{sign}</span> {word}</span></td>'
    )
