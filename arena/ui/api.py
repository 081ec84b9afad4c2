"""The named endpoints for programs: the same battles over HTTP, with the same secrecy.

For example::

    from gradio_client import Client

    arena = Client("http://localhost:7860")
    battle = arena.predict(domain="safety", api_name="/battle")
    arena.predict(battle["battle"], "a", api_name="/vote")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.events import api

from arena.battles import Answer, Arena, BattleFilter, BattleView, BoardRow, Reveal, SeatReveal
from arena.errors import RevealRefused
from arena.pairs import Side
from arena.ui.parts import one_line
from arena.ui.pictures import address


def add_endpoints(arena: Arena) -> None:
    """Add `/battle`, `/vote`, `/reveal` and `/leaderboard` to the surrounding `gr.Blocks`."""

    def battle(domain: str = "", category: str = "", source: str = "") -> dict:
        """Play a battle between two anonymous models on a pair that passes the filters (empty is any)."""
        with told():
            opened = arena.open_battle(BattleFilter(domain or None, category or None, source or None))
            for _ in arena.play(opened.battle_id):
                pass
            return battle_json(arena.view(opened.battle_id))

    def vote(battle: str, choice: str, request: gr.Request) -> dict:
        """Judge a battle, once: a, b, both_good, both_bad, or skip. The answer is the reveal."""
        with told():
            return reveal_json(arena.vote(battle, request.session_hash or "", choice))

    def reveal(battle: str) -> dict:
        """Who played a battle; refused until it is judged."""
        with told():
            told_already = arena.view(battle).reveal
            if told_already is None:
                raise RevealRefused(f"battle {battle}: is not judged yet; vote, or skip the vote, first")
            return reveal_json(told_already)

    def leaderboard(domain: str = "") -> list[dict]:
        """The board, best first, over all domains or one."""
        with told():
            return [row_json(row) for row in arena.leaderboard(domain or None)]

    for endpoint in (battle, vote, reveal, leaderboard):
        api(endpoint, api_name=endpoint.__name__)


@contextmanager
def told() -> Iterator[None]:
    """Turns any error of the block into the one line that a caller may read."""
    try:
        yield
    except Exception as error:
        raise gr.Error(one_line(error), print_exception=False) from error


def battle_json(view: BattleView) -> dict[str, Any]:
    """A battle without anything that tells who played; pictures as lossless `data:` addresses."""
    return {
        "battle": view.battle_id,
        "pair": {
            "id": view.pair.id,
            "domain": view.pair.domain,
            "category": view.pair.category,
            "source": view.pair.source,
            "request": view.pair.request,
            "sides": [_side_json(side) for side in view.pair.sides],
        },
        "answers": {
            seat: [_answer_json(answer) for round_ in view.rounds for answer in round_.answers[index]]
            for index, seat in enumerate("ab")
        },
    }


def reveal_json(reveal: Reveal) -> dict[str, Any]:
    """Who played, and how it went."""
    return {
        "battle": reveal.battle_id,
        "result": reveal.result,
        "vote": reveal.vote,
        "agrees": reveal.agrees,
        **{seat: _seat_json(told) for seat, told in zip("ab", reveal.seats, strict=True)},
    }


def row_json(row: BoardRow) -> dict[str, Any]:
    """One line of the board."""
    return {
        "model": row.contestant.repository,
        "revision": row.contestant.revision,
        "rank": row.rank,
        "rating": row.rating,
        "low": row.low,
        "high": row.high,
        "elo": row.elo,
        "why_not_ranked": row.why_not_ranked,
        "battles": row.battles,
        "pairs": row.pairs,
        "families": row.families,
        "solved": row.solved,
        "refusal_rate": row.refusal_rate,
        "over_safety": row.over_safety,
        "under_safety": row.under_safety,
    }


def _side_json(side: Side) -> dict[str, str]:
    return {"caption": side.caption, "label": side.label, "image": address(side.picture.encoded)}


def _answer_json(answer: Answer) -> dict[str, str]:
    return {"task": answer.task, "cell": answer.cell, "question": answer.question, "answer": answer.answer}


def _seat_json(seat: SeatReveal) -> dict[str, Any]:
    return {
        "model": seat.contestant.repository,
        "revision": seat.contestant.revision,
        "solved": seat.solved,
        "outcomes": [{"task": task, "cell": cell, "outcome": outcome.value} for task, cell, outcome in seat.outcomes],
        "elo_before": seat.elo_before,
        "elo_after": seat.elo_after,
    }
