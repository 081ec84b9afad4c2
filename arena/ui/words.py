"""The plain words and number formats that every page shares."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from arena.battles import AsOf
from arena.metrics import Difference, Estimate
from arena.probes import Outcome

MINUS = "\N{MINUS SIGN}"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
EXACT = 1e-12
"""How far sums of fractions may stay behind the 1 that they are."""


class Mark(NamedTuple):
    """A sign and a word, so that nothing is told by colour alone, and the class that colours them."""

    sign: str
    word: str
    css: str


OUTCOMES: dict[Outcome, Mark] = {
    Outcome.CORRECT: Mark("✓", "correct", "correct"),
    Outcome.WRONG: Mark("✗", "wrong", "wrong"),
    Outcome.REFUSED: Mark("⊘", "refused", "refused"),
    Outcome.UNPARSEABLE: Mark("?", "not an answer", "unparseable"),
    Outcome.NOT_APPLICABLE: Mark("–", "not asked", "not_applicable"),
    Outcome.ERROR: Mark("!", "our machine failed", "error"),
}
SOLVED: dict[bool | None, Mark] = {
    True: Mark("✓", "solved", "correct"),
    False: Mark("✗", "not solved", "wrong"),
    None: Mark("–", "not asked", "not_applicable"),
}
RESULTS: dict[str, str] = {
    "a": "Model A won",
    "b": "Model B won",
    "both_good": "Both solved everything",
    "both_bad": "Neither solved anything",
    "tie": "A draw",
    "void": "Void: our machine failed",
}
"""What a battle's result by the automatic score is called, on pages and in the terminal."""
VOTES: dict[str, str] = {
    "a": "Model A did better",
    "b": "Model B did better",
    "both_good": "both did well",
    "both_bad": "both did badly",
}
"""What a vote says, as the end of "You said …"."""
RECORDS = {True: "undefeated by rated models", False: "no win over rated models"}
"""What a contestant without a rating has done: whether its bound is a lower one -> its record."""
DOMAIN_TITLES = {"safety": "Safety", "culture": "Culture"}


def title(name: str) -> str:
    """A key such as `caption_choice` or `fire-safety` as a title."""
    return sentence_case(name.replace("_", " ").replace("-", " ").strip())


def sentence(line: str) -> str:
    """An error's one line as a sentence: a capital at its start, a full stop at its end."""
    return sentence_case(line.rstrip(".") + ".")


def sentence_case(text: str) -> str:
    """The text with its first letter as a capital and the rest as it is."""
    return text[:1].upper() + text[1:]


def count(number: int, noun: str) -> str:
    """`1 pair`, `2 pairs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def families(number: int) -> str:
    """`one family`, `2 families`."""
    return "one family" if number == 1 else f"{number} families"


def rating(value: float) -> str:
    """A rating as a whole number with a real minus sign."""
    return f"{value:.0f}".replace("-", MINUS)


def change(before: float, after: float) -> str:
    """How far a rating moved, signed, to one decimal."""
    moved = after - before
    return "±0.0" if abs(moved) < 0.05 else f"{moved:+.1f}".replace("-", MINUS)


def bounds(low: float | None, high: float | None) -> str:
    """An interval as words; a bound that the data leave open is said to be open."""
    if low is None:
        return "no interval" if high is None else f"up to {rating(high)}"
    return f"from {rating(low)} up" if high is None else f"{rating(low)} to {rating(high)}"


def rating_or_bound(value: float | None, low: float | None, high: float | None) -> str:
    """A rating; without one the bound of an undefeated or a winless contestant, such as `> 1178`; else a dash."""
    if value is not None:
        return rating(value)
    if low is not None:
        return f"> {rating(low)}"
    return "–" if high is None else f"< {rating(high)}"


def interval_or_record(value: float | None, low: float | None, high: float | None) -> str:
    """What stands beside a rating: its interval; beside a bound, the record that it rests on."""
    if value is not None:
        return bounds(low, high)
    return RECORDS[low is not None] if (low, high) != (None, None) else ""


def older_battles(counts: Mapping[str, int]) -> str:
    """How many battles count as an older version of the method has judged them; empty where none does.

    Args:
        counts: why they were not read anew -> how many.
    """
    total = sum(counts.values())
    if not total:
        return ""
    reasons = "; ".join(f"{reason} ({number})" for reason, number in counts.items())
    counted = "1 battle counts" if total == 1 else f"{total} battles count"
    return f"{counted} as an older version of the method has judged: {reasons}."


def as_of(counted: AsOf, newer: int, moment: datetime) -> str:
    """What is told over counts that lack the latest battles; empty where they lack none.

    Args:
        counted: what they hold.
        newer: battles that they lack.
        moment: when it is told.
    """
    if not newer:
        return ""
    lacking = "1 battle that was judged since is" if newer == 1 else f"{newer:,} battles that were judged since are"
    return f"As of {_battle(counted, moment)}: {lacking} not counted here yet. Load the page again in a moment."


def bounds_as_of(bounds: AsOf | None, ratings: AsOf, moment: datetime) -> str:
    """What is told where intervals and ranks are of fewer battles than ratings; empty where they are not.

    Args:
        bounds: what intervals and ranks hold; None where none were counted yet.
        ratings: what ratings hold.
        moment: when it is told.
    """
    if bounds is None:
        return f"Ratings are as of battle {ratings.battle:,}. Intervals and ranks are being counted."
    if bounds.battle >= ratings.battle:
        return ""
    return (
        f"Intervals and ranks are as of {_battle(bounds, moment)}, ratings as of battle {ratings.battle:,}. "
        "Where a rating has left its interval since, none is shown."
    )


def _battle(counted: AsOf, moment: datetime) -> str:
    """`battle 1,204 (12:00:05 UTC, 14 s ago)`."""
    ago = age((moment - counted.counted_at).total_seconds())
    return f"battle {counted.battle:,} ({counted.counted_at:%H:%M:%S} UTC, {ago} ago)"


def age(seconds: float) -> str:
    """A time in the largest unit of which it has two: `90 s`, `5 min`, `26 h`."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def percent(share: float | None) -> str:
    """A share as whole percent; a dash where there is none. Only none is 0 %, and only all are 100 %."""
    return "–" if share is None else f"{_inside(share, digits=0)}{THIN_SPACE}%"


def score(value: float | None, *, share: bool) -> str:
    """A metric's value: a share as percent to one decimal, another number to two; a dash where there is none."""
    if value is None:
        return "–"
    return f"{_number(value, share=share)}{THIN_SPACE}%" if share else _number(value, share=share)


def between(estimate: Estimate, *, share: bool) -> str:
    """A metric's interval, on the scale of `score`; a limit that the data leave open is said to be open."""
    low, high = (None if limit is None else _number(limit, share=share) for limit in (estimate.low, estimate.high))
    if low is None and high is None:
        return "no interval: one family" if estimate.families == 1 else "no interval"
    if low is None:
        return f"up to {high}"
    return f"from {low} up" if high is None else f"{low} to {high}"


def points(change: Difference) -> str:
    """A change of a share in percentage points, signed, with its interval."""
    low, high = ("open" if limit is None else f"{100 * limit + 0.0:.1f}" for limit in (change.low, change.high))
    return f"{100 * change.difference + 0.0:+.1f} ({low} to {high})".replace("-", MINUS)


def p_value(value: float) -> str:
    """A p-value to three decimals; none is told as 0."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _number(value: float, *, share: bool) -> str:
    return (_inside(value, digits=1) if share else f"{round(value, 2) + 0.0:.2f}").replace("-", MINUS)


def _inside(share: float, *, digits: int) -> str:
    """A share, or a difference of two, in percent; one that rounding would make nothing or all is told as near it."""
    size, step, sign = abs(share), 10.0**-digits, "-" if share < 0 else ""
    shown = f"{100 * size:.{digits}f}"
    if 0 < size < 1 - EXACT and float(shown) in (0, 100):
        nearest = f"<{sign}{step:.{digits}f}" if float(shown) == 0 else f">{sign}{100 - step:.{digits}f}"
        return nearest if not sign else nearest.translate({ord("<"): ">", ord(">"): "<"})
    return f"{sign}{shown}"
