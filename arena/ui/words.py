"""The plain words and number formats that every page shares."""

from html import escape

from arena.probes import Outcome

MINUS = "\N{MINUS SIGN}"

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.CORRECT: ("✓", "correct"),
    Outcome.WRONG: ("✗", "wrong"),
    Outcome.REFUSED: ("⊘", "refused"),
    Outcome.UNPARSEABLE: ("?", "not an answer"),
    Outcome.NOT_APPLICABLE: ("–", "not asked"),
    Outcome.ERROR: ("!", "our machine failed"),
}
"""Outcome -> the sign and the word that mark it; never colour alone."""

RESULTS: dict[str, str] = {
    "a": "Model A won",
    "b": "Model B won",
    "both_good": "Both solved everything",
    "both_bad": "Neither solved anything",
    "tie": "A draw",
    "void": "Void: our machine failed",
}
"""What a battle's result is called by the automatic score."""

VOTES: dict[str, str] = {
    "a": "Model A did better",
    "b": "Model B did better",
    "both_good": "both did well",
    "both_bad": "both did badly",
    "skip": "nothing",
}
"""What a vote says, as the end of "You said …"."""

DOMAINS = {"safety": "Safety", "culture": "Culture"}


def title(name: str) -> str:
    """A key such as `caption_choice` or `fire-safety` as a title; escaped."""
    spaced = name.replace("_", " ").replace("-", " ").strip()
    return escape(spaced[:1].upper() + spaced[1:])


def rating(value: float) -> str:
    """A rating as a whole number with a real minus sign."""
    return f"{value:.0f}".replace("-", MINUS)


def change(before: float, after: float) -> str:
    """How far a rating moved, signed, to one decimal."""
    moved = after - before
    return "±0.0" if abs(moved) < 0.05 else f"{moved:+.1f}".replace("-", MINUS)


def bounds(low: float | None, high: float | None) -> str:
    """An interval as words; a bound that the data leave open is said to be open."""
    if low is None and high is None:
        return "no bounds yet"
    if low is None or high is None:
        return f"from {rating(low)} up" if low is not None else f"up to {rating(high or 0)}"
    return f"{rating(low)} to {rating(high)}"


def percent(share: float | None) -> str:
    """A share as whole percent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f} %".replace(" ", "\N{NARROW NO-BREAK SPACE}")


def sentence(line: str) -> str:
    """An error's one line as a sentence: a capital at its start, a full stop at its end; escaped."""
    return escape(line[:1].upper() + line[1:].rstrip(".") + ".")
