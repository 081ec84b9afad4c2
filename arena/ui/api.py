"""The named endpoints for programs: the same battles over HTTP, with the same secrecy.

For example::

    from gradio_client import Client

    arena = Client("http://localhost:7860")
    battle = arena.predict(domain="safety", api_name="/battle")
    arena.predict(battle["battle"], "a", api_name="/vote")
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import Any

import gradio as gr
from gradio.events import api

from arena.battles import CHANCES, Arena, BattleFilter, BattleView, Round, SeatReveal, read_day
from arena.errors import BattleError, BattleFailed, RevealRefused
from arena.pairs import Side
from arena.ui.parts import line_for_visitors
from arena.ui.pictures import data_address
from arena.ui.shares import BATTLES, READS, VOTES
from arena.ui.visitor_queue import counted_as, reader_is_gone
from arena.ui.voters import UNKNOWN


def add_endpoints(arena: Arena) -> None:
    """Add `/battle`, `/vote`, `/reveal`, `/leaderboard` and `/memorisation` to the surrounding `gr.Blocks`."""

    def battle(domain: str = "", category: str = "", source: str = "") -> dict:
        """Play a battle between two anonymous models on a pair that passes the filters (empty is any).

        Tasks that not both could be asked do not count, and come with the reveal. Where a model cannot answer, another battle
        is played, and the failed one counts for nobody.
        """
        filters = BattleFilter(domain or None, category or None, source or None)
        with errors_told():
            for _ in range(CHANCES - 1):
                with suppress(BattleFailed):
                    return battle_json(_read(arena, filters))
            return battle_json(_read(arena, filters))

    def vote(battle: str, choice: str) -> dict:
        """Judge a battle, once: a, b, both_good, both_bad, or skip. The answer is the reveal."""
        with errors_told():
            return reveal_json(arena.vote(battle, UNKNOWN, choice))

    def reveal(battle: str) -> dict:
        """Who played a battle; refused until it is judged."""
        with errors_told():
            return reveal_json(arena.view(battle))

    def leaderboard(domain: str = "") -> list[dict]:
        """The board, best first, over all domains or one.

        Without a `rating`, `low` bounds an undefeated model, and `high` a winless one. All but bounds and ranks are as of the
        battle with the number `battle`; these are as of `bounds_battle`, which may be an earlier one, or null before the first.
        """
        with errors_told():
            board = arena.leaderboard(domain or None)
            bounds = board.value.bounds
            held = {"battle": board.as_of.battle, "bounds_battle": bounds.battle if bounds else None}
            return [{**row.as_json(), **held} for row in board.value.rows]

    def memorisation(domain: str = "", since: str = "") -> list[dict]:
        """Models on fresh pairs (made since a day such as 2026-03-01, or all) beside frozen ones, the largest gap first.

        The meter is `gap` and `excess`. A `rating_gap` comes with its caution: harder fresh pairs can make one, too.
        """
        with errors_told():
            return [row.as_json() for row in arena.memorisation(domain or None, read_day(since, "since")).value]

    kinds = {battle: BATTLES, vote: VOTES, reveal: READS, leaderboard: READS, memorisation: READS}
    for endpoint, kind in kinds.items():
        api(endpoint, api_name=endpoint.__name__, **counted_as(kind))


def _read(arena: Arena, filters: BattleFilter) -> BattleView:
    """A new battle with all answers."""
    opened = arena.open_battle(filters)
    return replace(opened, rounds=tuple(_read_rounds(arena, opened.battle_id)))


def _read_rounds(arena: Arena, battle_id: str) -> Iterator[Round]:
    """Play a battle for as long as somebody reads its stream.

    Raises:
        BattleError: nobody does any more.
    """
    for answered in arena.play(battle_id):
        if reader_is_gone():
            raise BattleError(f"battle {battle_id}: nobody reads its stream any more, so it was not played to its end")
        yield answered


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns any error of the block into the one line that a caller may read."""
    try:
        yield
    except Exception as error:
        raise gr.Error(line_for_visitors(error), print_exception=False) from error


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
        "answers": _answers_json(view.rounds),
    }


def reveal_json(view: BattleView) -> dict[str, Any]:
    """Who played, how it went, which tasks count, and all answers.

    Raises:
        RevealRefused: the battle is not judged yet.
    """
    reveal = view.reveal
    if reveal is None:
        raise RevealRefused(f"battle {view.battle_id}: is not judged yet; vote, or skip the vote, first")
    return {
        "battle": reveal.battle_id,
        "result": reveal.result,
        "vote": reveal.vote,
        "agrees": reveal.agrees,
        "units": list(reveal.units),
        "answers": _answers_json(view.rounds),
        **{seat: _seat_json(revealed) for seat, revealed in zip("ab", reveal.seats, strict=True)},
    }


def _side_json(side: Side) -> dict[str, str]:
    return {"caption": side.caption, "label": side.label, "image": data_address(side.picture.encoded)}


def _answers_json(rounds: Sequence[Round]) -> dict[str, list[dict[str, str]]]:
    """Seat -> its answers, both seats to the same questions in the same order."""
    return {seat: [asdict(answer) for one in rounds for answer in one.answers[index]] for index, seat in enumerate("ab")}


def _seat_json(seat: SeatReveal) -> dict[str, Any]:
    return {
        "model": seat.contestant.reference,
        "revision": seat.contestant.revision,
        "engine": seat.contestant.engine,
        "solved": seat.solved,
        "outcomes": [{"task": task, "cell": cell, "outcome": outcome.value} for task, cell, outcome in seat.outcomes],
        "elo_before": seat.elo_before,
        "elo_after": seat.elo_after,
    }
