"""What a visitor sees of a battle: the pair, the answers, and who played once it is judged."""

from collections.abc import Sequence

from arena.battles import FRESH, SKIP, Reveal, Round, SeatReveal
from arena.pairs import MinimalPair
from arena.ui import words
from arena.ui.markup import render
from arena.ui.pictures import difference_veil, source

NOTHING_TO_ASK = '<p class="empty">None of the questions about this pair can be put to both models.</p>'


def pair_html(pair: MinimalPair) -> str:
    """Both sides of a pair, with buttons to enlarge a picture and to show where the two differ."""
    first, second = (side.picture for side in pair.sides)
    return render(
        "pair.html",
        pair=pair,
        domain=words.DOMAIN_TITLES.get(pair.domain, pair.domain),
        fresh=pair.source == FRESH,
        sources=(source(first), source(second)),
        veil=difference_veil(first, second, pair.region),
    )


def waiting_html() -> str:
    """What stands in place of the first answers."""
    return render("waiting.html")


def answers_html(rounds: Sequence[Round], reveal: Reveal | None = None) -> str:
    """One table: a row a question, a column a seat. Outcomes and names are in it only when there is a reveal.

    Without any round it is said that there was nothing to ask both.
    """
    if not rounds:
        return NOTHING_TO_ASK
    outcomes_of = [_outcomes(seat) for seat in reveal.seats] if reveal else [{}, {}]
    return render("answers.html", rounds=rounds, reveal=reveal, outcomes_of=outcomes_of, marks=words.OUTCOMES)


def reveal_html(reveal: Reveal, rounds: Sequence[Round]) -> str:
    """Names, commits, tasks solved and ratings of both seats, under the result and what the visitor said."""
    return render(
        "reveal.html",
        reveal=reveal,
        result=words.RESULTS[reveal.result],
        vote=None if reveal.vote == SKIP else words.VOTES[reveal.vote],
        units=reveal.units,
        tallies=[sum(bool(seat.solved[task]) for task in reveal.units) for seat in reveal.seats],
        titles={round_.task: round_.title for round_ in rounds},
        solving=words.SOLVED,
    )


def progress_html(text: str, share: float) -> str:
    """A line of text under a bar that is `share` full; the page reads the text aloud when it changes."""
    return render("progress.html", text=text, share=share)


def _outcomes(seat: SeatReveal) -> dict[tuple[str, str], str]:
    return {(task, cell): outcome for task, cell, outcome in seat.outcomes}
