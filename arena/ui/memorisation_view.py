"""Fresh beside frozen, as the leaderboard page shows it: a plot of gaps, and a table of what they are made of."""

from dataclasses import dataclass, replace
from datetime import date

from arena.battles import MemorisationRow, Snapshot
from arena.battles.memorisation import CAUTION, PoolScore
from arena.battles.solved_gaps import Measured
from arena.store import now
from arena.ui import words
from arena.ui.markup import render
from arena.ui.plots import Interval, interval_plot

PLOT_TITLE = (
    f"Gap in percentage points, frozen {words.MINUS} fresh, with its 95{words.THIN_SPACE}% interval; the dashed line is no gap"
)


@dataclass(frozen=True)
class Cell:
    """A number in a table, with the small print under it."""

    value: float | None
    """What it is sorted by; None comes last."""
    shown: str
    below: str = ""
    is_above_zero: bool = False


def memorisation_html(gaps: Snapshot[tuple[MemorisationRow, ...]], since: date | None) -> str:
    """The plot, the table and how to read them; or why there is nothing yet.

    Args:
        gaps: the largest first.
        since: fresh pairs are at least that young.
    """
    rows = gaps.value
    drawn = [
        Interval(row.contestant.label, *_scaled(row.gap, 100), reason=f"compared in {words.families(row.families)} alone")
        for row in rows
        if row.gap.value is not None
    ]
    table = [(row.contestant, cells(row)) for row in rows]
    plot = interval_plot(drawn, PLOT_TITLE, reference=0)
    return render(
        "memorisation.html",
        rows=table,
        plot=plot,
        since=since,
        compared=bool(drawn),
        caution=CAUTION,
        as_of=words.as_of(gaps.as_of, gaps.newer, now()),
    )


def cells(row: MemorisationRow) -> list[Cell]:
    """The columns of one contestant, as the template heads them."""
    return [
        _solved(row.frozen),
        _solved(row.fresh),
        _difference(row.gap, 100),
        _difference(row.excess, 100),
        Cell(row.families, str(row.families)),
        _rating(row.frozen),
        _rating(row.fresh),
        replace(_difference(row.rating_gap, 1), is_above_zero=False),  # no sign of memory by itself
    ]


def _solved(score: PoolScore) -> Cell:
    return Cell(score.solved.value, words.percent(score.solved.value), f"of {score.units} tasks")


def _rating(score: PoolScore) -> Cell:
    value, low, high = score.rating
    known = next((number for number in (value, low, high) if number is not None), None)
    if known is None:
        return Cell(None, "not ranked", score.why_not_ranked or "no battle")
    return Cell(known, words.rating_or_bound(value, low, high), score.why_not_ranked or words.interval_or_record(*score.rating))


def _difference(found: Measured, scale: float) -> Cell:
    value, low, high = _scaled(found, scale)
    if value is None:
        return Cell(None, "–")
    shown = f"{value:+.0f}".replace("-", words.MINUS)
    return Cell(value, shown if round(value) else "±0", words.bounds(low, high), found.is_above_zero)


def _scaled(found: Measured, scale: float) -> tuple[float | None, float | None, float | None]:
    value, low, high = (None if number is None else scale * number for number in found)
    return value, low, high
