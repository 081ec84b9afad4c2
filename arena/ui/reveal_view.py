"""The reveal: who played, who won by the automatic score, and whether the visitor agreed."""

from html import escape

from arena.battles.views import SKIP, Reveal, Round, SeatReveal
from arena.ui import words


def reveal_html(reveal: Reveal, rounds: tuple[Round, ...]) -> str:
    """Names, commits, tasks solved and ratings of both seats, under the result."""
    titles = {round_.task: round_.title for round_ in rounds}
    cards = "".join(
        _card(letter, seat, titles, won=reveal.result == letter.lower())
        for letter, seat in zip("AB", reveal.seats, strict=True)
    )
    return f"""
<section class="reveal" aria-labelledby="reveal-title" data-battle="{escape(reveal.battle_id, quote=True)}">
  <p class="eyebrow">By the automatic score</p>
  <h2 id="reveal-title" tabindex="-1">{words.RESULTS.get(reveal.result, escape(reveal.result))}</h2>
  <p class="verdict">{_tally(reveal)} {_agreement(reveal)}</p>
  <div class="cards">{cards}</div>
</section>"""


def _tally(reveal: Reveal) -> str:
    first, second = (_solved(seat) for seat in reveal.seats)
    return f"A solved {first} tasks, B {second}."


def _solved(seat: SeatReveal) -> str:
    asked = [solved for solved in seat.solved.values() if solved is not None]
    return f"{sum(asked)} of {len(asked)}"


def _agreement(reveal: Reveal) -> str:
    if reveal.vote == SKIP:
        return "The names were asked for without a vote."
    said = words.VOTES.get(reveal.vote, escape(reveal.vote))
    if reveal.agrees is None:
        return f"You said {said}."
    if reveal.agrees:
        return f"You said {said}: <strong class='agrees'>you agree with the score.</strong>"
    return f"You said {said}: <strong class='differs'>you and the score differ.</strong>"


def _card(letter: str, seat: SeatReveal, titles: dict[str, str], *, won: bool) -> str:
    contestant = seat.contestant
    tasks = "".join(_task(titles.get(task, words.title(task)), solved) for task, solved in seat.solved.items())
    return f"""
<article class="card seat-{letter.lower()}{" won" if won else ""}">
  <p class="seat">Model {letter}{" <span class='crown'>winner</span>" if won else ""}</p>
  <h3>{escape(contestant.name)}</h3>
  <p class="origin">{escape(contestant.organisation)} <span class="dot">·</span> {escape(contestant.engine.split(" ")[0])}
    <span class="dot">·</span> <code title="commit {escape(contestant.revision, quote=True)}">{escape(contestant.revision[:7])}</code></p>
  <p class="rating"><span class="unit">Elo</span> {words.rating(seat.elo_before)} <span aria-hidden="true">→</span>
    <strong>{words.rating(seat.elo_after)}</strong> <span class="change">{words.change(seat.elo_before, seat.elo_after)}</span></p>
  <ul class="tasks">{tasks}</ul>
</article>"""


def _task(title: str, solved: bool | None) -> str:
    sign, word, css = {
        True: ("✓", "solved", "correct"),
        False: ("✗", "not solved", "wrong"),
        None: ("–", "cannot be asked", "not_applicable"),
    }[solved]
    return (
        f"<li class='{css}'><span>{escape(title)}</span><span class='mark'><span aria-hidden='true'>{sign}</span> {word}</span></li>"
    )
